import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Action } from "../../../src/core/decision.ts";
import type { GroupObservation, Intent, PoolCount } from "../../../src/core/observation.ts";
import { MINUTE_MS, after, millis, rackCount, usd, usdPerHour } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor } from "../../support/builders/edits.ts";
import {
  NOW,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  aRack,
  anIntent,
  someSignals,
} from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

/** A world and its decision take some 20 ms. */
vi.setConfig({ testTimeout: 60_000 });

const NAMES = ["a", "b", "c"] as const;
const consumers = aPool().consumers.map((consumer) => ({ ...consumer, guaranteed: rackCount(0) }));

/** What one of the pools has, and how much of it stays. */
interface Drawn {
  readonly desired: number;
  /** Racks that stay beyond a block that ends within the hour; null: no calendar. */
  readonly stays: number | null;
  readonly stock: PoolCount["stock"];
  /** A growth that was confirmed and not written yet, by so many racks; 0: none. */
  readonly approved: number;
}

const aDrawnPool: fc.Arbitrary<Drawn> = fc.record({
  desired: fc.integer({ min: 0, max: 6 }),
  stays: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  stock: fc.constantFrom("unknown" as const, "available" as const, "stockout" as const),
  approved: fc.constantFrom(0, 0, 0, 2),
});

/** A budget for all racks of all pools, and what a rack of each costs an hour. */
interface Money {
  readonly usdPerDay: number;
  readonly usdPerRackHour: readonly number[];
}

function aGroupOf(drawn: readonly Drawn[], max: number, money: Money | null): CompiledGroup {
  const until = (minutes: number) => after(NOW, millis(minutes * MINUTE_MS));
  const pools = drawn.map(({ desired, stays }, n) => {
    const block = { from: NOW, evacuateBeforeMs: millis(0) };
    const windows = [
      { ...block, until: until(30), racks: rackCount(Math.max(1, desired)) },
      { ...block, until: until(60 * 24), racks: rackCount(stays ?? 0) },
    ];
    const none = { kind: "OnDemand", committedRacks: rackCount(0), windows: [] } as const;
    const supply = stays === null ? none : { ...none, kind: "Calendar" as const, windows };
    const limits = { ...aPool().limits, maxRequestsPerHour: 60 };
    const each = money?.usdPerRackHour[n];
    const price =
      each === undefined
        ? null
        : { usdPerRackHour: usdPerHour(each), billedFrom: "Booted" as const };
    return aPool(`gb200-${NAMES[n]}`, { supply, limits, consumers, price });
  });
  const fleet = aSmallFleet({
    budget: money && {
      usdPerDay: usd(money.usdPerDay),
      appliesTo: "Everything",
      replaceLostRack: false,
    },
    racks: { min: rackCount(0), max: rackCount(max), surviveRackLosses: rackCount(0) },
    pools: pools.map(({ name, leadTimePrior }, n) => ({
      name,
      preference: n + 1,
      engineStartPrior: leadTimePrior.join,
    })),
  });
  return { ...aSmallGroup(), pools, fleets: [fleet] };
}

function aWorldOf(drawn: readonly Drawn[], floor: number): GroupObservation {
  const pools = drawn.map(({ desired, stock }, n) => {
    const name = `gb200-${NAMES[n]}`;
    const racks = Array.from({ length: desired }, (_, r) => aRack(`${name}-r${r}`));
    const observed = aPoolObservation(desired, { name, racks });
    return { ...observed, count: observed.count && { ...observed.count, stock } };
  });
  const intents = drawn.flatMap(({ desired, approved }, n): readonly Intent[] => {
    const pool = `gb200-${NAMES[n]}`;
    const size = { fromRacks: rackCount(desired), toRacksAtMost: rackCount(desired + approved) };
    const open = { phase: "Pending" as const, requiredApprovals: 1, askedRacks: null };
    return approved === 0 ? [] : [anIntent({ name: `${pool}-out-1`, pool, ...size, ...open })];
  });
  const fleets = [aFleetObservation({ signals: someSignals(aLoad(1)) })];
  return withFloor(floor)(aGroupObservation({ pools, intents, fleets }));
}

const growthOf = (plan: readonly Action[]): number =>
  plan.reduce((sum, action) => {
    if (action.kind !== "OpenIntent" || action.intent.direction !== "Out") return sum;
    return sum + action.intent.toRacksAtMost - action.intent.fromRacks;
  }, 0);

interface Limits {
  readonly max: number;
  readonly money?: Money;
}

function decidedFor(drawn: readonly Drawn[], { max, money }: Limits, floor: number) {
  const pools = Object.fromEntries(
    drawn.map(({ desired }, n) => [`gb200-${NAMES[n]}`, aPoolMemory(desired)]),
  );
  const memory = { ...aMemory(aFleetMemory({ racks: floor })), pools };
  const world = aWorldOf(drawn, floor);
  const { decision } = decide(aGroupOf(drawn, max, money ?? null), world, memory);
  const kept = world.intents.filter(
    ({ name }) =>
      !decision.plan.some(
        (action) =>
          action.kind === "SetPhase" && action.intent === name && action.phase !== "Executing",
      ),
  );
  const waiting = kept.reduce((sum, each) => sum + each.toRacksAtMost - each.fromRacks, 0);
  const asked = drawn.reduce((sum, { desired }) => sum + desired, 0);
  const grown = decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [action.intent] : [],
  );
  const racksAfter = drawn.map(({ desired }, n) =>
    Math.max(
      desired,
      ...[...kept, ...grown]
        .filter(({ pool, direction }) => pool === `gb200-${NAMES[n]}` && direction === "Out")
        .map(({ toRacksAtMost }) => toRacksAtMost),
    ),
  );
  return { asked, waiting, growth: growthOf(decision.plan), racksAfter };
}

describe("a fleet that draws on three pools", () => {
  const steady = { stays: null, stock: "unknown", approved: 0 } as const;

  it("asks two of them for one rack in all when its limit leaves one", () => {
    // The third's two racks end within the hour, but for one; three in all are allowed.
    const drawn = [
      { ...steady, desired: 0, stays: 1 },
      { ...steady, desired: 0 },
      { ...steady, desired: 2, stays: 1 },
    ];
    expect(decidedFor(drawn, { max: 3 }, 3)).toMatchObject({ asked: 2, growth: 1 });
  });

  it("never asks in sum for more than its limit, whatever is confirmed and not written", () => {
    fc.assert(
      fc.property(
        fc.tuple(aDrawnPool, aDrawnPool, aDrawnPool),
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 0, max: 14 }),
        (drawn, max, floor) => {
          const { asked, waiting, growth } = decidedFor(drawn, { max }, floor);
          if (growth > 0) expect(asked + waiting + growth).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 250 },
    );
  });

  it("spends a budget once, not once in each of them", () => {
    const drawn = [
      { ...steady, desired: 1, stays: null },
      { ...steady, desired: 1, stock: "stockout" as const },
      { ...steady, desired: 0 },
    ];
    // Three racks of 100 USD an hour: two are there.
    const money = { usdPerDay: 7_200, usdPerRackHour: [100, 100, 100] };
    expect(decidedFor(drawn, { max: 12, money }, 8).growth).toBe(1);
  });

  it("never spends more than its budget in sum, whatever is confirmed and not written", () => {
    const price = fc.constantFrom(50, 100, 300);
    fc.assert(
      fc.property(
        fc.tuple(aDrawnPool, aDrawnPool, aDrawnPool),
        fc.tuple(price, price, price),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 14 }),
        (drawn, usdPerRackHour, hundreds, floor) => {
          const money = { usdPerDay: hundreds * 2_400, usdPerRackHour };
          const { growth, racksAfter } = decidedFor(drawn, { max: 30, money }, floor);
          const usdPerDay = racksAfter.reduce(
            (sum, racks, n) => sum + racks * (usdPerRackHour[n] ?? 0) * 24,
            0,
          );
          if (growth > 0) expect(usdPerDay).toBeLessThanOrEqual(money.usdPerDay);
        },
      ),
      { numRuns: 250 },
    );
  });

  it("is given what it lacks by more than one of them", () => {
    const drawn = [
      { ...steady, desired: 2, stays: 2 },
      { ...steady, desired: 1 },
      { ...steady, desired: 0 },
    ];
    expect(decidedFor(drawn, { max: 12 }, 6).growth).toBeGreaterThan(0);
  });
});
