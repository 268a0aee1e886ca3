/**
 * Steps worked out by hand. Turns of 6,000 + 60 tokens, half cached, on units of 8 test-small GPUs:
 * 50 prefilled tokens an iteration and turn, so 10 + n x 12.5625 ms <= 50 ms: n = 3, 47.6875 ms,
 * and 3 / (60 x 0.0476875) = 1.0485 turns/s a unit.
 */
import { describe, expect, it } from "vitest";
import { DYNAMO_KNOB, dynamo } from "../../src/baselines/dynamo.ts";
import type { PolicySlice, PolicyView } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../support/builders/compiled.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

type Signals = Parameters<typeof someSignals>[0];

/** A look every 15 s for so many minutes; what it wants at each. */
function run(minutes: number, signals: Signals, changes: Partial<PolicyView> = {}, knob = 1) {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  const answers = Array.from({ length: minutes * 4 + 1 }, (_, n) => {
    const now = after(NOW, millis(n * 15 * SECOND_MS));
    const observed = aFleetObservation({ signals: someSignals(signals, now) });
    const answer = dynamo(knob).want(aView({ now, observed, ...changes }), memory);
    memory = answer.memory;
    return answer;
  });
  return answers.map(({ replicas }) => replicas.Aggregated);
}

const atLast = (signals: Signals): number | undefined => run(3, signals).at(-1);

describe("dynamo", () => {
  it("adjusts every three minutes, and stands in between", () => {
    // 20 / 1.0485 = 19.07.
    expect(run(3, aLoad(20))).toEqual([...Array.from({ length: 12 }, () => 16), 20]);
  });

  it.each([
    ["16 turns/s: 15.26, so 16", aLoad(16), 16],
    // 40 / 1.0485 = 38.1, but eight at most at a time.
    ["40 turns/s: eight more at once", aLoad(40), 24],
    // 4 / 1.0485 = 3.8; eight fewer at once, and the fleet keeps eight.
    ["4 turns/s: eight fewer at once", aLoad(4), 8],
    ["what waits already has no term", { ...aLoad(16), waitingTurns: 1_000 }, 16],
    // Nothing cached: 100 tokens a turn, n = 1 at 35.0625 ms: 0.4753 turns/s; 16 / 0.4753 = 33.7.
    ["the last hit rate counts as it is", { ...aLoad(16), computedPromptTokens: 96_000 }, 24],
    ["no traffic: nothing", { ...aLoad(16), servedTurns: 0 }, 16],
    ["no metrics: nothing", { ...aLoad(16), arrivals: null }, 16],
  ])("%s", (_, signals, replicas) => {
    expect(atLast(signals)).toBe(replicas);
  });

  it("shrinks by eight in three minutes, from what it set itself", () => {
    const three = { filled: 24, present: 24, ready: 24, perRack: 8, min: 8, max: 80 };
    // 4 / 1.0485 = 3.8; 24 - 8, then 16 - 8 though the rack is there still.
    const wants = run(6, aLoad(4), { roles: { Aggregated: three } });
    expect([wants[11], wants[12], wants[23], wants[24]]).toEqual([24, 16, 16, 8]);
  });

  it("follows a trend a step ahead", () => {
    let memory: PolicySlice = NOTHING_REMEMBERED;
    const wants = Array.from({ length: 25 }, (_, n) => {
      const now = after(NOW, millis(n * 15 * SECOND_MS));
      const load = aLoad(n <= 12 ? 16 : 18);
      const observed = aFleetObservation({ signals: someSignals(load, now) });
      const answer = dynamo(1).want(aView({ now, observed }), memory);
      memory = answer.memory;
      return answer.replicas.Aggregated;
    });
    // Requests of three minutes: 2,880, then 3,240. Level 2,880 + 2001/2011 x 360 = 3,238.2, trend
    // 1000/2011 x 360 = 179.0: 3,417.2 / 180 = 18.98 turns/s; / 1.0485 = 18.1.
    expect(wants[12]).toBe(16);
    expect(wants[24]).toBe(19);
  });

  it("of a split fleet sizes both sides", () => {
    const { roles } = aView();
    const replicas = roles.Aggregated;
    if (replicas === undefined) throw new Error("a stage with aggregated units");
    const fleet = aSmallFleet({
      workloads: [
        { ...EIGHT_UNITS, name: "prefill", role: "Prefill" },
        { ...EIGHT_UNITS, name: "decode", role: "Decode" },
      ],
    });
    let memory: PolicySlice = NOTHING_REMEMBERED;
    const answers = Array.from({ length: 13 }, (_, n) => {
      const now = after(NOW, millis(n * 15 * SECOND_MS));
      const observed = aFleetObservation({ signals: someSignals(aLoad(16), now) });
      const split = { fleet, roles: { Prefill: replicas, Decode: replicas } };
      const answer = dynamo(1).want(aView({ now, observed, ...split }), memory);
      memory = answer.memory;
      return answer.replicas;
    });
    // Prefill: 3,000 tokens in 2 x 266 + 10 + 952 x 0.25 = 780 ms; 16 x 0.78 = 12.5.
    // Decode: min(800,000 / 6,030, 160) = 132 turns at 18.25 ms: 120.5 turns/s, so 1, but eight
    // fewer at once.
    expect(answers.at(-1)).toEqual({ Prefill: 13, Decode: 8 });
  });

  it("plans for what it predicts, unless its knob is turned", () => {
    expect(DYNAMO_KNOB.default).toBe(1);
    // 1.5 x 13 / 1.0485 = 18.6.
    expect(run(3, aLoad(13), {}, 1.5).at(-1)).toBe(19);
  });

  it("has the fleet's own objectives for its targets", () => {
    const itl = {
      name: "itl",
      metric: "ITL" as const,
      matchers: {},
      thresholdMs: millis(40),
      share: ratio(0.95),
    };
    const fleet = aSmallFleet({ objectives: [...aSmallFleet().objectives, itl] });
    // 10 + n x 12.5625 ms <= 40 ms: n = 2, 35.125 ms, 0.949 turns/s; 16 / 0.949 = 16.9.
    expect(run(3, aLoad(16), { fleet }).at(-1)).toBe(17);
  });
});
