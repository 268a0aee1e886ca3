/**
 * Steps worked out by hand from the formula of the guide. Targets: TTFT 2.5 s, and 100 ms between
 * tokens, which the fleet has no objective for. 16 replicas; above 0.55 it grows, below 0.4 it
 * shrinks.
 */
import { describe, expect, it } from "vitest";
import { llmDSlo } from "../../src/baselines/llm-d-slo.ts";
import type { LatencyTails } from "../../src/core/observation.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis } from "../../src/core/units.ts";
import { NOW, aFleetObservation } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

interface Seen {
  /** P90 TTFT over its target; null: no traffic. */
  readonly saturation?: number | null;
  readonly itlP90S?: number;
  readonly replicas?: Partial<RoleReplicas>;
  readonly tails?: LatencyTails | null;
}

function ask(seen: Seen, poll: number, memory: PolicySlice) {
  const now = after(NOW, millis(poll * 15 * SECOND_MS));
  const { saturation = 0.5, itlP90S = 0.001, replicas = {} } = seen;
  const measured =
    saturation === null
      ? { ttftP90S: null, itlP90S: null }
      : { ttftP90S: saturation * 2.5, itlP90S };
  const tails = seen.tails === null ? {} : { tails: measured };
  const observed = aFleetObservation(tails);
  return llmDSlo(0.55).want(aView({ now, observed }, replicas), memory);
}

/** One poll every 15 s; what the replicas are set to, and what the formula said. */
function run(seen: readonly Seen[]) {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  return seen.map((each, poll) => {
    const answer = ask(each, poll, memory);
    memory = answer.memory;
    const formula = Number(/: (-?\d+)\.$/.exec(answer.text)?.[1]);
    return { set: answer.replicas.Aggregated, formula };
  });
}

const times = (count: number, seen: Seen): readonly Seen[] =>
  Array.from({ length: count }, () => seen);

describe("the formula", () => {
  it.each([
    ["inside the band", { saturation: 0.5 }, 16],
    // 16 x (0.6 / 0.55 - 1) = 1.45.
    ["0.6: two more", { saturation: 0.6 }, 18],
    // Counted as 2: 16 x (2 / 0.55 - 1) = 42.2.
    ["forty times the target: as twice", { saturation: 40 }, 59],
    // 0.08 / 0.1 = 0.8: 16 x (0.8 / 0.55 - 1) = 7.3.
    ["the worse latency counts", { saturation: 0.3, itlP90S: 0.08 }, 24],
    // 16 x (1 - 0.2 / 0.4) = 8.
    ["0.2: eight fewer", { saturation: 0.2 }, 8],
    // 16 x (1 - 0.35 / 0.4) = 2.
    ["0.35: two fewer", { saturation: 0.35 }, 14],
    ["no traffic: none at all", { saturation: null }, 0],
    // Half are ready: 1.1 x 0.5 / 0.55 - 1 = 0.
    [
      "those on their way are credited when it grows",
      { saturation: 1.1, replicas: { ready: 8 } },
      16,
    ],
    // Not when it shrinks: 16 x (1 - 0.3 / 0.4) = 4.
    ["but not when it shrinks", { saturation: 0.3, replicas: { ready: 8 } }, 12],
  ])("%s", (_, seen, replicas) => {
    expect(run([seen])[0]?.formula).toBe(replicas);
  });

  it("goes by the mean of 45 s, of values cut at twice the target", () => {
    // (2 + 0.5 + 0.5) / 3 = 1: 16 x (1 / 0.55 - 1) = 13.1.
    const wants = run([{ saturation: 40 }, ...times(2, { saturation: 0.5 })]);
    expect(wants[2]?.formula).toBe(30);
  });
});

describe("llm-d-slo", () => {
  it("grows when it has wanted to for 30 s, to twice as many at most in a minute", () => {
    const wants = run(times(3, { saturation: 2 })).map(({ set }) => set);
    expect(wants).toEqual([16, 16, 32]);
  });

  it("gives up one replica in two minutes, after three", () => {
    const wants = run(times(29, { saturation: 0.2 })).map(({ set }) => set);
    expect(wants.slice(0, 12).every((count) => count === 16)).toBe(true);
    // At 180 s, 300 s and 420 s.
    expect([wants[12], wants[19], wants[20], wants[27], wants[28]]).toEqual([15, 15, 14, 14, 13]);
  });

  it("holds where it sees nothing at all", () => {
    const { replicas, text } = ask({ tails: null }, 0, NOTHING_REMEMBERED);
    expect([replicas.Aggregated, text]).toEqual([16, "No series: nothing is changed."]);
  });
});
