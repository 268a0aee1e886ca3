/** Steps worked out by hand: utilisation = KV share + queued prompt tokens / KV capacity. */
import { describe, expect, it } from "vitest";
import { DYNAMO_LOAD_KNOB, dynamoLoad, thresholdsAt } from "../../src/baselines/dynamo-load.ts";
import type { EngineReading } from "../../src/core/observation.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { ratio } from "../../src/core/units.ts";
import { aFleetObservation, someSignals } from "../support/builders/observed.ts";
import { aView, NOTHING_REMEMBERED } from "../support/builders/peer.ts";

interface Seen {
  /** Of the whole fleet: share of its KV in use, and turns of 1,000 prompt tokens waiting. */
  readonly kvUsage?: number | null;
  readonly waiting?: number;
  readonly engines?: readonly EngineReading[];
}

/** Sixteen workers of 10,000 KV tokens. */
function observedAs({ kvUsage = 0, waiting = 0, engines }: Seen) {
  const signals = someSignals({
    kvUsage,
    kvCapacity: 160_000,
    waitingTurns: waiting,
    servedTurns: 2,
    promptTokens: 2_000,
  });
  return aFleetObservation({ signals, ...(engines === undefined ? {} : { engines }) });
}

function asked(
  seen: Seen,
  replicas: Partial<RoleReplicas> = {},
  memory: PolicySlice = NOTHING_REMEMBERED,
) {
  return dynamoLoad(1).want(aView({ observed: observedAs(seen) }, replicas), memory);
}

const wanted = (...given: Parameters<typeof asked>) => asked(...given).replicas.Aggregated;

const anEngine = (kvUsage: number, waitingTurns = 0): EngineReading => ({
  pod: "pod",
  role: "Aggregated",
  waitingTurns,
  kvUsage: ratio(kvUsage),
  kvTokens: 10_000,
});

describe("dynamo-load at its throughput thresholds, 1 and 0.6", () => {
  it.each([
    ["0.8: between the thresholds", { kvUsage: 0.8 }, 16],
    ["1: not above the threshold", { kvUsage: 1 }, 16],
    // 0.8 + 40 x 1,000 / 160,000 = 1.05.
    ["1.05, the queue counted: one more", { kvUsage: 0.8, waiting: 40 }, 17],
    ["0.59: one fewer, 0.59 x 16 / 15 = 0.63", { kvUsage: 0.59 }, 15],
    ["0.6: not below the threshold", { kvUsage: 0.6 }, 16],
    ["no metrics: none", { kvUsage: null }, 16],
  ])("utilisation %s", (_, seen, replicas) => {
    expect(wanted(seen)).toBe(replicas);
  });

  it("adds none while one is starting, but gives back all the same", () => {
    expect(wanted({ kvUsage: 0.8, waiting: 80 }, { ready: 15 })).toBe(16);
    expect(wanted({ kvUsage: 0.1 }, { ready: 15 })).toBe(15);
  });

  it("gives none back where one fewer would be too full", () => {
    // 0.55 x 2 / 1 = 1.1.
    const two = { filled: 2, present: 2, ready: 2, perRack: 1, min: 1 };
    expect(wanted({ kvUsage: 0.55 }, two)).toBe(2);
    expect(wanted({ kvUsage: 0.45 }, two)).toBe(1);
  });

  it("keeps one, and what the fleet keeps", () => {
    expect(wanted({}, { filled: 8 })).toBe(8);
    expect(wanted({}, { filled: 1, perRack: 1, min: 0 })).toBe(1);
  });

  it("goes by the fullest worker where the source tells them apart", () => {
    const idle = Array.from({ length: 15 }, () => anEngine(0.1));
    // 0.5 + 6 x 1,000 / 10,000 = 1.1.
    expect(wanted({ engines: [...idle, anEngine(0.5, 6)] })).toBe(17);
    expect(wanted({ engines: [...idle, anEngine(0.7)] })).toBe(16);
    expect(wanted({ engines: [...idle, anEngine(0.5)] })).toBe(15);
    expect(wanted({ engines: [] })).toBe(16);
  });

  it("remembers how long prompts are while none is served", () => {
    const { memory } = asked({ kvUsage: 0.8 });
    const silent = observedAs({ kvUsage: 0.8, waiting: 40 });
    const signals = { ...silent.signals, servedTurns: someSignals({ servedTurns: 0 }).servedTurns };
    const view = aView({ observed: { ...silent, signals } });
    expect(dynamoLoad(1).want(view, memory).replicas.Aggregated).toBe(17);
  });
});

describe("dynamo-load and racks of eight units", () => {
  it("wants a rack fewer after eight steps down, and not one step more", () => {
    let memory: PolicySlice = NOTHING_REMEMBERED;
    const steps = Array.from({ length: 10 }, () => {
      const answer = asked({ kvUsage: 0.1 }, {}, memory);
      memory = answer.memory;
      return answer.replicas.Aggregated;
    });
    expect(steps).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 8, 8]);
  });

  it("grows from what is there, whatever it had wanted to give back", () => {
    const { memory } = asked({ kvUsage: 0.1 });
    expect(wanted({ kvUsage: 0.8, waiting: 40 }, {}, memory)).toBe(17);
  });
});

describe("the thresholds", () => {
  it.each([
    [1, 0.6],
    [0.4, 0.1],
    [0.7, 0.35],
    [0.1, 0],
  ])("up above %d, down below %d", (up, down) => {
    expect(thresholdsAt(up).down).toBeCloseTo(down, 12);
  });

  it("are swept over both published targets", () => {
    expect(DYNAMO_LOAD_KNOB.sweep).toEqual(expect.arrayContaining([0.4, 1]));
    expect(DYNAMO_LOAD_KNOB.default).toBe(1);
  });
});
