import { describe, expect, it } from "vitest";
import type { IntentPlan } from "../../../src/core/gate/plan.ts";
import { reason } from "../../../src/core/reasons.ts";
import { rackCount } from "../../../src/core/units.ts";
import { planWorkloads } from "../../../src/core/workloads/plan.ts";
import { aStage } from "../../support/builders/gate.ts";
import type { Scene } from "../../support/builders/gate.ts";
import { CODER, aDrain, aGroupObservation } from "../../support/builders/observed.ts";
import { aRackOf, aSized, anObject, ofEngine, range } from "../../support/builders/workloads.ts";

const RACKS = [aRackOf("rack-0", range(8, 16)), aRackOf("rack-1", range(0, 8))];
const SIZED: Scene = {
  fleet: { workloads: [aSized()] },
  seen: { workloads: ofEngine(anObject(8)) },
  observed: { racks: RACKS },
};
const why = reason("evicting");
const EVICTING: IntentPlan = {
  actions: [
    { kind: "Evict", intent: "gb200-east-in-1", pool: "gb200-east", pods: [], reason: why },
  ],
  progress: {
    intent: "gb200-east-in-1",
    fleet: CODER,
    pool: "gb200-east",
    state: "Acting",
    reason: why,
  },
};

function planned(scene: Scene, plans: readonly IntentPlan[] = []) {
  const { state, picture } = aStage(scene);
  return planWorkloads({
    fleets: [picture],
    pools: [state],
    held: { "gb200-east": { [CODER]: rackCount(2) } },
    observation: aGroupObservation({ intents: [aDrain()] }),
    plans,
    counts: {},
    shifts: {},
  });
}

describe("counts of workloads are planned", () => {
  it("by the racks that are up, with a step that says so", () => {
    const plan = planned(SIZED);
    expect(plan.actions).toMatchObject([{ kind: "SetReplicas", changes: [{ from: 8, to: 16 }] }]);
    expect(plan.steps[CODER]).toMatchObject([
      { name: "workload/engine", numbers: { found: 8, wanted: 16, racksUp: 2 } },
    ]);
  });

  it("of those only observed in the step alone", () => {
    const plan = planned({ ...SIZED, fleet: { workloads: [aSized({ manage: "Observe" })] } });
    expect(plan.actions).toEqual([]);
    expect(plan.steps[CODER]?.[0]?.text).toBe(
      "engine asks for 8 units, 2 racks have room for 16. Its count is left to others.",
    );
  });

  it("not at all where no workload names an object", () => {
    const plan = planned({ observed: { racks: RACKS } }, [EVICTING]);
    expect(plan).toEqual({ plans: [EVICTING], actions: [], steps: {} });
  });

  it("so that a drain's eviction is led, and left alone otherwise", () => {
    const seen = { workloads: ofEngine(anObject(16)) };
    const plan = planned({ ...SIZED, seen }, [EVICTING]);
    expect(plan.plans[0]?.actions.map(({ kind }) => kind)).toEqual(["SetReplicas", "Evict"]);
    expect(plan.actions).toEqual([]);
  });

  it("an eviction goes on where the world has no objects, as simulated ones have none", () => {
    const plan = planned({ ...SIZED, seen: {} }, [EVICTING]);
    expect(plan.plans).toEqual([EVICTING]);
  });

  it("an eviction waits where the object could not be read", () => {
    const seen = { problems: [reason("workload-unknown", "no Deployment.")] };
    const plan = planned({ ...SIZED, seen }, [EVICTING]);
    expect(plan.plans[0]).toMatchObject({ actions: [], progress: { state: "Waiting" } });
  });
});
