/** Steps worked out by hand: pods = ceil(mean concurrency / target), target 2, 16 pods ready. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KPA_KNOB, kpa } from "../../src/baselines/kpa.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { NOW, aFleetObservation, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

/** Long after its start: no panic. */
const CALM: PolicySlice = { ...NOTHING_REMEMBERED, numbers: { panicSinceMs: 0, panicPods: 0 } };

interface Seen {
  readonly atS: number;
  readonly running?: number | null;
  readonly waiting?: number;
  readonly replicas?: Partial<RoleReplicas>;
}

function ask({ atS, running = 0, waiting = 0, replicas = {} }: Seen, memory: PolicySlice) {
  const now = after(NOW, millis(atS * SECOND_MS));
  const signals = someSignals({ runningTurns: running, waitingTurns: waiting }, now);
  const view = aView({ now, observed: aFleetObservation({ signals }) }, replicas);
  return kpa(2).want(view, memory);
}

/** What it wants at each of these instants. */
function run(memory: PolicySlice, seen: readonly Seen[]): readonly (number | undefined)[] {
  let slice = memory;
  return seen.map((each) => {
    const answer = ask(each, slice);
    slice = answer.memory;
    return answer.replicas.Aggregated;
  });
}

/** One look every two seconds. */
const looks = (fromS: number, untilS: number, running: number): readonly Seen[] =>
  Array.from({ length: (untilS - fromS) / 2 }, (_, n) => ({ atS: fromS + 2 * n, running }));

describe("kpa at two turns a pod", () => {
  it.each([
    // 40 / 2 = 20; 20 / 16 pods = 1.25, no panic.
    ["40 at once", 40, 0, 20],
    ["those that wait count too", 10, 30, 20],
    // 33 / 2 = 16.5.
    ["33 at once, rounded up", 33, 0, 17],
    // 20 / 2 = 10.
    ["20 at once", 20, 0, 10],
    // 4 / 2 = 2, but not fewer than 16 / 2 at a time.
    ["4 at once: halved, no more", 4, 0, 8],
  ])("%s", (_, running, waiting, pods) => {
    expect(run(CALM, [{ atS: 0, running, waiting }])).toEqual([pods]);
  });

  it("goes by the mean of a minute", () => {
    // 29 looks at 32, then one at 92: (29 x 32 + 92) / 30 = 34; 34 / 2 = 17.
    // Of six seconds: (32 + 32 + 92) / 3 = 52; 26 / 16 = 1.6: no panic.
    const pods = run(CALM, [...looks(0, 58, 32), { atS: 58, running: 92 }]);
    expect(pods[28]).toBe(16);
    expect(pods[29]).toBe(17);
  });

  it("panics at exactly twice the pods", () => {
    // 64 / 2 = 32 = 2 x 16; 62 / 2 = 31 is not.
    expect(ask({ atS: 0, running: 64 }, CALM).text).toContain("in panic");
    expect(ask({ atS: 0, running: 62 }, CALM).text).not.toContain("in panic");
  });

  it("panics at twice the pods in six seconds, and then never shrinks", () => {
    const calm = looks(0, 54, 32);
    // (32 + 32 + 140) / 3 = 68: 34 / 16 = 2.1. Then (32 + 140 + 20) / 3 = 64 still is 2.
    const surge = [
      { atS: 54, running: 140 },
      { atS: 56, running: 20 },
      { atS: 58, running: 20 },
    ];
    expect(run(CALM, [...calm, ...surge]).slice(-3)).toEqual([34, 34, 34]);
  });

  it("leaves the panic more than a minute after it was last over the threshold", () => {
    const pods = run(CALM, [{ atS: 0, running: 70 }, ...looks(2, 72, 20)]);
    // Over at 0 s (35) and 2 s: (70 + 20) / 2 = 45, 23 / 16 = 1.4, not any more. Left at 62 s.
    expect(pods.slice(0, 31).every((count) => count === 35)).toBe(true);
    // By then a minute of 20: 10 pods.
    expect(pods[31]).toBe(10);
  });

  it("begins in panic beside running pods: it cannot shrink for a minute", () => {
    const pods = run(NOTHING_REMEMBERED, looks(0, 66, 4));
    expect(pods.slice(0, 31).every((count) => count === 16)).toBe(true);
    expect(pods[31]).toBe(8);
  });

  it("goes by what is ready, so it asks again for pods that start", () => {
    const starting = { filled: 16, present: 16, ready: 8 };
    // 34 / 2 = 17; 17 / 8 = 2.1: a panic that 16 ready pods would not have seen.
    const answer = ask({ atS: 0, running: 34, replicas: starting }, CALM);
    expect(answer.replicas.Aggregated).toBe(17);
    expect(answer.text).toContain("in panic");
  });

  it("changes nothing when six seconds bring no data", () => {
    const gap = [6, 8].map((atS) => ({ atS, running: null }));
    expect(run(CALM, [{ atS: 0, running: 20 }, ...gap])).toEqual([10, 16, 16]);
  });

  it("keeps one pod: to zero is off", () => {
    const one = { filled: 1, present: 1, ready: 1, perRack: 1, min: 0 };
    expect(run(CALM, [{ atS: 0, running: 0, replicas: one }])).toEqual([1]);
  });

  it("of a split fleet sees the prefilling side", () => {
    const engine = { role: "Prefill", kvUsage: ratio(0), kvTokens: 1, waitingTurns: 1 } as const;
    const engines = Array.from({ length: 10 }, (_, n) => ({
      ...engine,
      pod: `prefill-${n}`,
      runningTurns: 3,
    }));
    const signals = someSignals({ runningTurns: 900 });
    const { roles } = aView();
    const replicas = roles.Aggregated;
    if (replicas === undefined) throw new Error("a stage with aggregated units");
    const split = { roles: { Prefill: replicas } };
    const view = aView({ observed: aFleetObservation({ signals, engines }), ...split });
    // 10 x (3 + 1) = 40; 40 / 2 = 20.
    expect(kpa(2).want(view, CALM).replicas).toEqual({ Prefill: 20 });
  });

  it("has the published target, 70 % of 100", () => {
    expect(KPA_KNOB.default).toBe(70);
  });

  it("never asks for fewer than half of the ready pods, whatever it sees", () => {
    const loads = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(loads, (found) => {
        const seen = found.map((running, n) => ({ atS: 2 * n, running }));
        for (const pods of run(CALM, seen)) expect(pods).toBeGreaterThanOrEqual(8);
      }),
    );
  });
});
