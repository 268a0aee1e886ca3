import { describe, expect, it } from "vitest";
import { engineLoads, turnMeans } from "../../src/baselines/loads.ts";
import { minuteMaxima } from "../../src/baselines/minute-maxima.ts";
import { queuedRole } from "../../src/baselines/roles.ts";
import type { FleetObservation } from "../../src/core/observation.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { NOW, aFleetObservation, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

const loadsOf = (observed: Partial<FleetObservation>, ready = 16) => {
  const view = aView({ observed: aFleetObservation(observed) }, { ready });
  return engineLoads(view, queuedRole(view));
};

const anEngine = (pod: string, kvUsage: number, role: "Aggregated" | "Decode" = "Aggregated") => ({
  pod,
  role,
  waitingTurns: 1,
  kvUsage: ratio(kvUsage),
  kvTokens: 100,
});

describe("the loads of engines", () => {
  it("are those of the workload that turns wait in", () => {
    const engines = [anEngine("a", 0.5), anEngine("b", 0.9, "Decode")];
    expect(loadsOf({ engines })?.map(({ pod }) => pod)).toEqual(["a"]);
  });

  it("are alike where only sums and means are known", () => {
    const signals = someSignals({ kvUsage: 0.4, kvCapacity: 160_000, waitingTurns: 32 });
    const loads = loadsOf({ signals });
    expect(loads).toHaveLength(16);
    expect(loads?.[3]).toMatchObject({ kvUsage: 0.4, kvTokens: 10_000, waitingTurns: 2 });
  });

  it.each([
    ["no engine reports", { engines: [] }, 16],
    ["a sum is missing", { signals: someSignals({ waitingTurns: null }) }, 16],
    ["none is ready", { signals: someSignals() }, 0],
  ])("are not known where %s", (_, observed, ready) => {
    expect(loadsOf(observed, ready)).toBeNull();
  });
});

describe("what a turn is like", () => {
  const of = (signals: Parameters<typeof someSignals>[0]) =>
    turnMeans(aView({ observed: aFleetObservation({ signals: someSignals(signals) }) }));

  it("is what was served lately, over the turns", () => {
    // 96,000 / 16, 960 / 16, 1 - 48,000 / 96,000.
    expect(of({})).toEqual({
      turnsPerSecond: 16,
      inputTokens: 6_000,
      outputTokens: 60,
      hitRate: 0.5,
    });
  });

  it("is not known while none is", () => {
    expect(of({ servedTurns: 0 })).toBeNull();
    expect(of({ generatedTokens: null })).toBeNull();
    expect(of({ promptTokens: Number.NaN })).toBeNull();
  });
});

describe("maxima of a minute", () => {
  it("are of usage and queue each, engine by engine, and end with the engine", () => {
    const at = (s: number) => after(NOW, millis(s * SECOND_MS));
    const load = (kvUsage: number, waitingTurns: number) => ({
      pod: "a",
      kvUsage,
      kvTokens: 100,
      waitingTurns,
    });
    const first = minuteMaxima([load(0.9, 0)], NOTHING_REMEMBERED, at(0));
    const second = minuteMaxima([load(0.2, 4)], first.memory, at(59));
    expect(second.loads).toEqual([load(0.9, 4)]);
    const third = minuteMaxima([load(0.1, 1)], second.memory, at(60));
    expect(third.loads).toEqual([load(0.2, 4)]);
    const gone = minuteMaxima([], third.memory, at(61));
    expect(gone.memory.series).toEqual({});
  });
});
