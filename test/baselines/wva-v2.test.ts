/**
 * Steps worked out by hand. Replicas of 10,000 tokens of KV, of which 0.8 count: 16 x 8,000 =
 * 128,000. Turns of 6,000 + 60 tokens. It grows by (D / 0.85 - supply) / 8,000, shrinks by
 * (supply - D / 0.7) / 8,000.
 */
import { describe, expect, it } from "vitest";
import { wvaV2 } from "../../src/baselines/wva-v2.ts";
import type { PolicySlice, PolicyView, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis, ratio } from "../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../support/builders/compiled.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED, aView } from "../support/builders/peer.ts";

type Engine = readonly [kvUsage: number, waiting: number];

const alike = (count: number, kvUsage: number, waiting = 0): readonly Engine[] =>
  Array.from({ length: count }, () => [kvUsage, waiting] as const);

interface Stage {
  readonly kvTokens?: number;
  readonly replicas?: Partial<RoleReplicas>;
  readonly role?: "Aggregated" | "Prefill";
}

function viewOf(
  engines: readonly Engine[],
  atS: number,
  { kvTokens = 10_000, replicas = {}, role = "Aggregated" }: Stage,
): PolicyView {
  const now = after(NOW, millis(atS * SECOND_MS));
  const readings = engines.map(([kvUsage, waitingTurns], n) => ({
    pod: `pod-${n}`,
    role,
    waitingTurns,
    kvUsage: ratio(kvUsage),
    kvTokens,
  }));
  const signals = someSignals(aLoad(16), now);
  const view = aView(
    { now, observed: aFleetObservation({ signals, engines: readings }) },
    replicas,
  );
  const counted = view.roles.Aggregated;
  if (counted === undefined) throw new Error("a stage with aggregated units");
  const fleet = aSmallFleet({ workloads: [{ ...EIGHT_UNITS, role }] });
  return { ...view, fleet, roles: { [role]: counted } };
}

function wanted(engines: readonly Engine[], stage: Stage = {}): number | undefined {
  const role = stage.role ?? "Aggregated";
  return wvaV2(0.85).want(viewOf(engines, 0, stage), NOTHING_REMEMBERED).replicas[role];
}

/** One look every 15 s. */
function run(looks: readonly (readonly Engine[])[]): readonly (number | undefined)[] {
  let memory: PolicySlice = NOTHING_REMEMBERED;
  return looks.map((engines, n) => {
    const answer = wvaV2(0.85).want(viewOf(engines, n * 15, {}), memory);
    memory = answer.memory;
    return answer.replicas.Aggregated;
  });
}

describe("wva-v2", () => {
  it.each<[string, readonly Engine[], number]>([
    // 16 x 6,500 = 104,000; / 0.85 = 122,353; / 0.7 = 148,571.
    ["between its boundaries", alike(16, 0.65), 16],
    // 144,000 / 0.85 = 169,412; 41,412 missing, 5.2 replicas.
    ["KV nine tenths full: six more", alike(16, 0.9), 22],
    // 80,000 + 4 x 6,060 = 104,240: / 0.85 = 122,635.
    ["four waiting on one replica, charged prompt and output", [...alike(15, 0.5), [0.5, 4]], 16],
    // 80,000 + 5 x 6,060 = 110,300; / 0.85 = 129,765; 1,765 missing.
    ["five: one more", [...alike(15, 0.5), [0.5, 5]], 17],
    ["no metrics: nothing", [], 16],
  ])("%s", (_, engines, replicas) => {
    expect(wanted(engines)).toBe(replicas);
  });

  it("takes what a saturated replica holds for what every later one can", () => {
    // The first is saturated with 5,000 tokens, and so the others are taken to hold 5,000 too:
    // supply 80,000; 129,765 - 80,000 = 49,765 missing, 9.95 replicas.
    expect(wanted([[0.5, 5], ...alike(15, 0.5)])).toBe(26);
  });

  it("remembers that for outputs as long, when nobody is saturated any more", () => {
    const [saturated, calm] = [[[0.5, 5], ...alike(15, 0.5)] as const, alike(16, 0.5)];
    const looks = [saturated, ...Array.from({ length: 5 }, () => calm)];
    // 80,000 / 0.85 = 94,118 - 80,000 = 14,118 missing, 2.8 replicas; by 8,000 it would have none.
    expect(run(looks).at(-1)).toBe(19);
    expect(wanted(calm)).toBe(16);
  });

  it("derives what a large cache can hold from the engine's arguments", () => {
    // 1,024 tokens an iteration: 1,024 x 60 / 6,060 = 10.14 turns of 6,000 + 30 tokens = 61,135,
    // less than 0.8 x 100,000. Supply 978,160; 16 x 58,600 / 0.85 = 1,103,059: 124,899, 2.04 more.
    expect(wanted(alike(16, 0.586), { kvTokens: 100_000 })).toBe(19);
  });

  it("counts replicas on their way as supply", () => {
    // 8 x 9,000 = 72,000; / 0.85 = 84,706; 16 x 8,000 are there or coming.
    expect(wanted(alike(8, 0.9), { replicas: { ready: 8 } })).toBe(16);
  });

  it("charges prefill units the prompt only", () => {
    const queues = alike(16, 0.5, 1);
    // 80,000 + 16 x 6,000 = 176,000; / 0.85 = 207,059: 9.88 replicas missing.
    expect(wanted(queues, { role: "Prefill" })).toBe(26);
    // 80,000 + 16 x 6,060 = 176,960; / 0.85 = 208,188: 10.02.
    expect(wanted(queues)).toBe(27);
  });

  it("shrinks by as many as are to spare, five minutes after they were not", () => {
    // 16 x 3,000 = 48,000; / 0.7 = 68,571; 59,429 to spare, 7.4 replicas.
    const wants = run([alike(16, 0.65), ...Array.from({ length: 26 }, () => alike(16, 0.3))]);
    // For a minute the maxima are those of the first look, then 300 s of stabilisation.
    expect(wants.slice(0, 23).every((count) => count === 16)).toBe(true);
    expect(wants.at(-1)).toBe(9);
  });
});
