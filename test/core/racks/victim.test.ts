import { describe, expect, it } from "vitest";
import type { RackPhase, RackSummary } from "../../../src/core/decision.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { chooseVictim } from "../../../src/core/racks/victim.ts";
import { CODER, NOW, aPod, aRack } from "../../support/builders/observed.ts";
import { rackOf } from "../../support/reports/report.ts";

interface Candidate {
  readonly id: string;
  readonly phase?: RackPhase;
  readonly degraded?: boolean;
  readonly pods?: RackObservation["pods"];
}

const YOUNG = aRack("any", { pod: { readySince: NOW } }).pods;

function chosen(...candidates: readonly Candidate[]): string | null {
  const racks = candidates.map(({ id, pods }) => ({ ...aRack(id), ...(pods && { pods }) }));
  const summaries = candidates.map(
    ({ id, phase = "Serving", degraded = false }): RackSummary => rackOf(id, phase, { degraded }),
  );
  return chooseVictim(racks, summaries, CODER)?.id ?? null;
}

describe("the rack to give back", () => {
  it.each([
    [
      "an idle one",
      [
        { id: "a", phase: "Starting" },
        { id: "b", phase: "Idle", pods: [] },
      ],
    ],
    [
      "else a degraded one",
      [
        { id: "a", phase: "Warming" },
        { id: "b", degraded: true },
      ],
    ],
    [
      "else one that only starts",
      [
        { id: "a", phase: "Warming" },
        { id: "b", phase: "Starting" },
      ],
    ],
    ["else the coldest", [{ id: "a" }, { id: "b", phase: "Warming" }]],
    ["else the one that has served for the shortest time", [{ id: "a" }, { id: "b", pods: YOUNG }]],
    ["else the first by name", [{ id: "c" }, { id: "b" }]],
  ] as const)("is %s", (_, candidates) => {
    expect(chosen(...candidates)).toBe("b");
  });

  it.each([
    ["already leaves", { id: "a", phase: "Draining" }],
    ["is being repaired", { id: "a", phase: "Repairing" }],
    ["is joining", { id: "a", phase: "Joining" }],
    ["is on loan", { id: "a", phase: "Loaned" }],
    ["has no domain label", { id: "unlabelled" }],
    ["runs a stranger's pod", { id: "a", pods: [aPod("p", "n", { fleet: null })] }],
    ["runs another fleet's", { id: "a", pods: [aPod("p", "n", { fleet: "agents/writer" })] }],
  ] as const)("is never one that %s", (_, candidate) => {
    expect(chosen(candidate)).toBeNull();
  });

  it("is none without racks", () => {
    expect(chosen()).toBeNull();
  });
});
