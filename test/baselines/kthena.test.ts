/** Steps worked out by hand: 10 turns waiting an instance, 16 instances, tolerance 0.1. */
import { describe, expect, it } from "vitest";
import { KTHENA_KNOB, kthena } from "../../src/baselines/kthena.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { NOW, aFleetObservation, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

interface Seen {
  /** Of the whole fleet, over the instances that report. */
  readonly waiting: number | null;
  readonly reporting?: number;
  readonly replicas?: Partial<RoleReplicas>;
}

/** One sync every 15 s. */
function run(seen: readonly Seen[]): readonly (number | undefined)[] {
  return answers(seen).map(({ replicas }) => replicas.Aggregated);
}

function answers(seen: readonly Seen[]) {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  return seen.map(({ waiting, reporting = 16, replicas = {} }, sync) => {
    const now = after(NOW, millis(sync * 15 * SECOND_MS));
    const engines = Array.from({ length: reporting }, (_, n) => ({
      pod: `pod-${n}`,
      role: "Aggregated" as const,
      waitingTurns: (waiting ?? 0) / reporting,
      kvUsage: ratio(0),
      kvTokens: 1,
    }));
    const signals = someSignals({ waitingTurns: waiting }, now);
    const observed = aFleetObservation({ signals, engines });
    const answer = kthena(10).want(aView({ now, observed }, replicas), memory);
    memory = answer.memory;
    return answer;
  });
}

const times = (count: number, seen: Seen): readonly Seen[] =>
  Array.from({ length: count }, () => seen);

describe("kthena at ten turns waiting an instance", () => {
  it.each([
    ["160 is the target", { waiting: 160 }, 16],
    ["176: ratio 1.1, tolerated", { waiting: 176 }, 16],
    // 240 / 16 / 10 = 1.5: ceil(24), inside the 100 % of a stable step.
    ["240", { waiting: 240 }, 24],
    // 480 / 16 / 10 = 3: 48, three times as many: a panic, without a limit.
    ["480: in panic at once", { waiting: 480 }, 48],
    ["none waits: not at once", { waiting: 0 }, 16],
    ["without a metric nothing is done", { waiting: null }, 16],
    ["nobody who reports is no metric", { waiting: 80, reporting: 0 }, 16],
    // 8 report 170: ratio 2.1, and 17 by themselves; 8 not ready at 0: ratio 1.06, tolerated.
    ["not ready counts as idle", { waiting: 170, reporting: 8, replicas: { ready: 8 } }, 16],
    // 8 report 320: ratio 4; 320 / 16 / 10 = 2: 32, a panic.
    ["and dampens growth", { waiting: 320, reporting: 8, replicas: { ready: 8 } }, 32],
    // 12 of 16 ready ones report 170: ratio 1.4; 4 missing at 0: 170 / 16 / 10 = 1.06, tolerated.
    ["ready ones that are missing count as idle too", { waiting: 170, reporting: 12 }, 16],
    ["above its maximum it goes there", { waiting: 0, replicas: { filled: 88 } }, 80],
    ["below its minimum it goes there", { waiting: 0, replicas: { filled: 0 } }, 8],
  ])("%s", (_, seen, replicas) => {
    expect(run([seen])).toEqual([replicas]);
  });

  it("panics at exactly twice the instances", () => {
    // 320 / 160 = 2: 32; 310 / 160 = 1.94: 31.
    expect(answers([{ waiting: 320 }])[0]?.text).toContain(": 32, in panic.");
    expect(answers([{ waiting: 310 }])[0]?.text).toContain(": 31.");
  });

  it("does not shrink in a panic, nor within five minutes of a higher recommendation", () => {
    const at32 = { filled: 32, present: 32, ready: 32 };
    const after320 = [
      { waiting: 320 },
      ...times(22, { waiting: 0, reporting: 32, replicas: at32 }),
    ];
    const wants = run(after320);
    // 320 / 160 = 2: 32. The window of 300 s has both its ends: 15 s x 20 is inside.
    expect(wants.slice(0, 21).every((count) => count === 32)).toBe(true);
    expect(wants[21]).toBe(8);
  });

  it("takes what it finds at its start for a recommendation", () => {
    const wants = run(times(22, { waiting: 0 }));
    expect(wants.slice(0, 21).every((count) => count === 16)).toBe(true);
    expect(wants[21]).toBe(8);
  });

  it("stays at a panic's count for a minute, whatever is recommended", () => {
    const at40 = { filled: 40, present: 40, ready: 40 };
    // 400 / 160 = 2.5: 40. Then ratio 0.5: 20 would do.
    const wants = run([
      { waiting: 400 },
      ...times(5, { waiting: 200, reporting: 40, replicas: at40 }),
    ]);
    expect(wants).toEqual([40, 40, 40, 40, 40, 40]);
  });

  it("has the documented example's target", () => {
    expect(KTHENA_KNOB.default).toBe(10);
  });
});
