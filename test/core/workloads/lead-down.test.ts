import { describe, expect, it } from "vitest";
import type { IntentPlan } from "../../../src/core/gate/plan.ts";
import type { RemovalOrder, WorkloadObject } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { leadDown } from "../../../src/core/workloads/lead-down.ts";
import { wantedOf } from "../../../src/core/workloads/wanted.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { CODER, NOW, aFleetObservation } from "../../support/builders/observed.ts";
import { aRackOf, aSized, anObject } from "../../support/builders/workloads.ts";
import { aPool } from "../../support/reports/compiled.ts";

const why = reason("evicting");
const EVICTING: IntentPlan = {
  actions: [{ kind: "Evict", intent: "in-1", pool: "gb200-east", pods: [], reason: why }],
  progress: { intent: "in-1", fleet: CODER, pool: "gb200-east", state: "Acting", reason: why },
};

interface Given {
  readonly replicas?: number;
  readonly removes?: RemovalOrder;
  readonly marked?: boolean;
  readonly object?: Partial<WorkloadObject>;
  readonly restarts?: number;
  readonly unknown?: readonly string[];
}

/** Rack `a` with units 2 and 3 is emptied, rack `b` keeps 0 and 1. */
function led({ replicas = 4, removes = "HighestIndex", marked = false, ...given }: Given = {}) {
  const workload = aSized({ sharedSetRestarts: given.restarts ?? 0 });
  const fleet = aSmallFleet({ workloads: [workload] });
  const indices =
    removes === "HighestIndex"
      ? ([
          [2, 3],
          [0, 1],
        ] as const)
      : ([
          [null, null],
          [null, null],
        ] as const);
  const unit = { workload: "engine", object: "engine", index: null, marked: true };
  const a = aRackOf("a", indices[0], marked ? { unit } : {});
  const racks = [
    { pool: aPool(), rack: a, state: "Emptied" as const },
    { pool: aPool(), rack: aRackOf("b", indices[1]), state: "Leaving" as const },
  ];
  const object = anObject(replicas, { removes, ...given.object });
  const wanted = wantedOf(workload, [object], { fleet, racks });
  return leadDown(EVICTING, "a", {
    fleet,
    observed: aFleetObservation(),
    now: NOW,
    leading: true,
    counts: {},
    wanted,
    unknown: given.unknown ?? [],
  });
}

const kinds = ({ actions }: IntentPlan) => actions.map(({ kind }) => kind);

describe("before the pods of a rack are evicted", () => {
  it("its workload is lowered by its units, in the drain's own chain", () => {
    const plan = led();
    expect(kinds(plan)).toEqual(["SetReplicas", "Evict"]);
    expect(plan.actions[0]).toMatchObject({
      intent: "in-1",
      changes: [{ from: 4, to: 2 }],
      reason: { code: "lowering", text: expect.stringContaining("Indices 2, 3 end.") },
    });
  });

  it("nothing is done once it is lowered", () => {
    expect(led({ replicas: 2 })).toBe(EVICTING);
  });

  it("pods of a Deployment are marked, and nothing else in that tick", () => {
    const plan = led({ removes: "LowestCost" });
    expect(plan.actions).toMatchObject([
      { kind: "MarkPods", marked: true, pods: [{ name: "a-u0" }, { name: "a-u1" }] },
    ]);
    expect(kinds(led({ removes: "LowestCost", marked: true }))).toEqual(["SetReplicas", "Evict"]);
  });
});

describe("the eviction waits", () => {
  it.each<[string, Given, string]>([
    ["where the removal order would restart too many", { removes: "Any" }, "drain-shuffle"],
    ["while somebody else sizes the workload", { object: { owner: "KEDA" } }, "workload-owned"],
    ["while its object cannot be read", { unknown: ["engine"] }, "workload-unknown"],
  ])("%s", (_, given, code) => {
    expect(led(given)).toMatchObject({
      actions: [],
      progress: { state: "Waiting", reason: { code } },
    });
  });

  it("no longer where that many restarts are allowed", () => {
    expect(kinds(led({ removes: "Any", restarts: 2 }))).toEqual(["SetReplicas", "Evict"]);
  });
});
