import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { decide } from "../../../src/core/decide.ts";
import type { GroupObservation } from "../../../src/core/observation.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import {
  NOW,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  someSignals,
} from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";

/** Of up to eighteen decisions each. */
const RUNS = 40;
vi.setConfig({ testTimeout: 60_000 });

const GROUP = aSmallGroup(
  { racks: { min: rackCount(0), max: rackCount(40), surviveRackLosses: rackCount(0) } },
  { limits: { maxRacks: rackCount(40), maxDraining: rackCount(1), maxRequestsPerHour: 60 } },
);

interface Load {
  readonly turnsPerSecond: number;
  readonly waiting: number;
}

/**
 * A world in which each turn has the same tokens, half of them cached; none where turns wait: a hit
 * rate that stays while they wait longer says that the cache is better than was thought.
 */
function aWorldWith({ turnsPerSecond, waiting }: Load, now: EpochMs): GroupObservation {
  const load = { ...aLoad(turnsPerSecond), waitingTurns: waiting, kvUsage: 0.2 };
  const uncached = waiting === 0 ? {} : { computedPromptTokens: load.promptTokens ?? null };
  return aGroupObservation({
    now,
    pools: [aPoolObservation(8, { racks: [] })],
    fleets: [aFleetObservation({ signals: someSignals({ ...load, ...uncached }, now) })],
  });
}

interface Past {
  readonly usual: number;
  /** Demand of the last minutes, over the usual one. */
  readonly lately: readonly number[];
  /** Turns that waited all along. */
  readonly waiting: number;
}

const aPast: fc.Arbitrary<Past> = fc.record({
  usual: fc.double({ min: 1, max: 60, noNaN: true }),
  lately: fc.array(fc.double({ min: 0.7, max: 1.5, noNaN: true }), { maxLength: 8 }),
  waiting: fc.constant(0),
});

/** What is remembered after minutes of that demand, and when the next one ends. */
function lived({ usual, lately, waiting }: Past): {
  readonly memory: GroupMemory;
  readonly now: EpochMs;
} {
  const past = (factor: number): Load => ({ turnsPerSecond: usual * factor, waiting });
  const start = aMemory(aFleetMemory({ turnsPerSecond: usual, racks: 8 }));
  return lately.reduce(
    ({ memory, now }, factor) => ({
      memory: decide(GROUP, aWorldWith(past(factor), now), memory).memory,
      now: after(now, MINUTE_MS),
    }),
    { memory: start, now: after(NOW, millis(0)) },
  );
}

const aFactor = fc.double({ min: 0.3, max: 6, noNaN: true });

describe("never are fewer racks wanted because", () => {
  const wanted = (past: Past, turnsPerSecond: number, waiting = 0): number => {
    const { memory, now } = lived(past);
    const { decision } = decide(GROUP, aWorldWith({ turnsPerSecond, waiting }, now), memory);
    return decision.fleets[0]?.want.racks ?? Number.NaN;
  };

  it("(that wants follow demand and backlog at all is what this is about)", () => {
    const calm: Past = { usual: 20, lately: [], waiting: 1 };
    expect(wanted(calm, 60, 1)).toBeGreaterThan(wanted(calm, 20, 1));
    expect(wanted(calm, 20, 4_000)).toBeGreaterThan(wanted(calm, 20, 1));
  });

  it("more turns arrive", () => {
    fc.assert(
      fc.property(aPast, aFactor, aFactor, (past, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const few = wanted(past, past.usual * low);
        expect(wanted(past, past.usual * high)).toBeGreaterThanOrEqual(few);
      }),
      { numRuns: RUNS },
    );
  });

  it("more turns wait", () => {
    const some = fc.integer({ min: 1, max: 4_000 });
    const uncached = aPast.map((past) => ({ ...past, waiting: 1 }));
    fc.assert(
      fc.property(uncached, some, some, (past, one, other) => {
        const few = wanted(past, past.usual, Math.min(one, other));
        expect(wanted(past, past.usual, Math.max(one, other))).toBeGreaterThanOrEqual(few);
      }),
      { numRuns: RUNS },
    );
  });
});
