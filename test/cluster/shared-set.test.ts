/**
 * A rack is given back under units of one shared, ordered set on its own controller: whose highest
 * indices end wherever they run, so that units of the rack that stays end with it. What that costs
 * is said and refused, until the fleet allows as many restarts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PodObservation } from "../../src/core/observation.ts";
import { SharedRoles } from "../support/cluster-world/shared-roles.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm", "kube-scheduler", "lws"]);
/** Ticks of 20 s: stabilisation is three of them. */
const TICKS = 8;
const NEEDS_ONE = {
  racks: { min: 1, max: 2 },
  objectives: [{ name: "ttft", metric: "TTFT", threshold: "10s", share: "0.9" }],
  drain: { deadline: "12h", onDeadline: "Cancel" },
  behavior: { scaleInStabilization: "1m", reviewInterval: "20s" },
};

describe.skipIf(missing !== "")(`a rack under a shared set ${missing}`, () => {
  let roles: SharedRoles;

  beforeAll(async () => {
    roles = await SharedRoles.start({
      fleet: NEEDS_ONE,
      pool: { supply: { kind: "OnDemand" } },
      interleaved: true,
    });
    roles.turnsPerSecond = 0.1;
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(roles.said(), await roles.counts());
  });
  afterAll(() => roles?.stop());

  const placed = (units: readonly PodObservation[]): readonly string[] =>
    units
      .map(({ unit, node }) => `${unit?.workload} ${unit?.index} ${node.slice(0, 6)}`)
      .toSorted();

  it("has even indices on the one rack and odd ones on the other", async () => {
    expect(placed(await roles.untilUnits(4, 4))).toEqual(
      ["decode", "prefill"].flatMap((role) =>
        ["0 rack-a", "1 rack-b", "2 rack-a", "3 rack-b"].map((of) => `${role} ${of}`),
      ),
    );
  });

  it("stays where that restarts too many units, and says which would end", async () => {
    for (let n = 0; n < TICKS; n += 1) {
      expect(await roles.step()).not.toContain("OpenIntent applied");
    }
    expect(roles.said().join("\n")).toMatch(
      /prefill 4 → 2\. Indices 2, 3 end\. Units restarted on other racks: 1\. shared\w+ allows 0/,
    );
    expect(await roles.counts()).toEqual([4, 4]);
  });

  it("goes once they are allowed: as many units restart as were said", async () => {
    const before = await roles.untilUnits(4, 4);
    const workloads = roles.workloads().map((each) => ({ ...each, sharedSetRestarts: 1 }));
    await roles.editFleet({ workloads });
    let rack = "";
    await untilTrue("the rack to be given back", async () => {
      await roles.step();
      [rack = rack] = await roles.cordonedRacks();
      return (await roles.targetRacks()) === "1" || roles.said().join("; ");
    });
    await roles.take(rack);
    await untilTrue("the decision's end", async () => {
      await roles.step();
      return (await roles.phases()).join() === "Done" || (await roles.phases());
    });
    expect(await roles.counts()).toEqual([2, 2]);
    const after = await roles.untilUnits(2, 2);
    const kept = rack === "rack-a" ? "rack-b" : "rack-a";
    expect(placed(after)).toEqual(
      ["decode", "prefill"].flatMap((role) => [`${role} 0 ${kept}`, `${role} 1 ${kept}`]),
    );
    const survived = after.filter(({ uid }) => before.some((one) => one.uid === uid));
    expect(after.length - survived.length).toBe(2);
    expect(await roles.pending()).toEqual([]);
  });
});
