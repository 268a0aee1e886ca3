/**
 * Steps worked out by hand. Turns have 3,000 uncached tokens; a unit of 8 test-small GPUs prefills
 * V = 1,024 / 0.366 = 2,797.8 of them a second. At 16 turns/s, 48,000 tokens/s, 17.16 prefill at
 * once.
 */
import { describe, expect, it } from "vitest";
import { llmDToken } from "../../src/baselines/llm-d-token.ts";
import type { SignalReading } from "../../src/core/observation.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis } from "../../src/core/units.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

interface Seen {
  readonly turnsPerSecond?: number;
  readonly waiting?: number | null;
  readonly kvUsage?: number;
  readonly replicas?: Partial<RoleReplicas>;
  readonly unreachable?: boolean;
}

const UNREACHABLE: SignalReading = { kind: "absent", problem: "unreachable", detail: "no route" };

function ask(seen: Seen, poll: number, memory: PolicySlice) {
  const { turnsPerSecond = 16, waiting = 0, kvUsage = 0.2, replicas = {} } = seen;
  const now = after(NOW, millis(poll * 15 * SECOND_MS));
  const load = { ...aLoad(turnsPerSecond), waitingTurns: waiting, kvUsage };
  const signals = someSignals(load, now);
  const shown = seen.unreachable === true ? { ...signals, waitingTurns: UNREACHABLE } : signals;
  const view = aView({ now, observed: aFleetObservation({ signals: shown }) }, replicas);
  return llmDToken(1.5).want(view, memory);
}

const recommended = (seen: Seen): number =>
  Number(/: (\d+)\.$/.exec(ask(seen, 0, NOTHING_REMEMBERED).text)?.[1]);

describe("the two triggers", () => {
  it.each([
    // 17.16 x 3,000 / V = 18.40 s; / 1.5 s = 12.3.
    ["nothing waits: those that prefill", {}, 13],
    // (4 + 17.16) x 3,000 / V = 22.7 s; / (1.5 x 16) = 0.945, tolerated.
    ["four wait", { waiting: 4 }, 16],
    // (40 + 17.16) x 3,000 / V = 61.3 s; / 1.5 = 40.9.
    ["forty wait", { waiting: 40 }, 41],
    // 16 caches full: 16 / 0.8 = 20, more than the prompts' 13.
    ["caches are full", { kvUsage: 1 }, 20],
    // Half the turns: 8.58 x 3,000 / V = 9.2 s; / 1.5 = 6.1; caches 3.2 / 0.8 = 4.
    ["half the turns", { turnsPerSecond: 8 }, 7],
  ])("%s", (_, seen, replicas) => {
    expect(recommended(seen)).toBe(replicas);
  });
});

describe("llm-d-token", () => {
  it("adds one replica in three minutes, however many are wanted", () => {
    let memory: PolicySlice = NOTHING_REMEMBERED;
    const wants = Array.from({ length: 13 }, (_, poll) => {
      // From the second poll on the rack that was asked for counts: 24 replicas.
      const replicas = poll === 0 ? {} : { filled: 24, present: 16, ready: 16 };
      const answer = ask({ waiting: 400, replicas }, poll, memory);
      memory = answer.memory;
      return answer.replicas.Aggregated;
    });
    expect(wants[0]).toBe(17);
    expect(wants.slice(1, 12).every((count) => count === 24)).toBe(true);
    expect(wants[12]).toBe(25);
  });

  it("gives up one in five minutes, after five", () => {
    let memory: PolicySlice = NOTHING_REMEMBERED;
    const wants = Array.from({ length: 41 }, (_, poll) => {
      const answer = ask({}, poll, memory);
      memory = answer.memory;
      return answer.replicas.Aggregated;
    });
    expect(wants.slice(0, 20).every((count) => count === 16)).toBe(true);
    expect([wants[20], wants[39], wants[40]]).toEqual([15, 15, 14]);
  });

  it("takes series that are gone for an idle fleet, but not a query that fails", () => {
    expect(recommended({ waiting: null })).toBe(13);
    const answer = ask({ unreachable: true }, 0, NOTHING_REMEMBERED);
    expect(answer.text).toBe("No answer: nothing is changed.");
    expect(answer.replicas.Aggregated).toBe(16);
  });

  it("remembers how much of a turn is not cached while none is served", () => {
    const { memory } = ask({}, 0, NOTHING_REMEMBERED);
    // Nothing prefills: 40 x 3,000 / V = 42.9 s; / 1.5 = 28.6.
    const text = ask({ turnsPerSecond: 0, waiting: 40 }, 1, memory).text;
    expect(text).toContain(": 29.");
  });
});
