/**
 * Prefill and decode re-balanced within the racks that stand, on real controllers: no rack is asked
 * for, the role that gives is lowered first, and no unit of the other is made before there is room.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SharedRoles } from "../support/cluster-world/shared-roles.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm", "kube-scheduler", "lws"]);
/** Ticks of 20 s. The other mix must be the better one for ten minutes. */
const TEN_MINUTES = 30;

describe.skipIf(missing !== "")(`units shifted between roles ${missing}`, () => {
  let roles: SharedRoles;

  beforeAll(async () => {
    roles = await SharedRoles.start();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") {
      console.error(roles.said(), await roles.counts(), roles.plane.lastLogLines());
    }
  });
  afterAll(() => roles?.stop());

  it("not within ten minutes, however much the one role is short", async () => {
    for (let n = 0; n < TEN_MINUTES; n += 1) {
      expect(await roles.step()).not.toContain("SetReplicas applied");
    }
    expect(await roles.counts()).toEqual([4, 4]);
  });

  it("then the role that gives is lowered, and the other raised once its units ended", async () => {
    const seen = [[4, 4]];
    const before = await roles.units();
    let mostPending = 0;
    await untilTrue("the other mix", async () => {
      await roles.step();
      const counts = await roles.counts();
      if (counts.join() !== seen.at(-1)?.join()) seen.push([...counts]);
      mostPending = Math.max(mostPending, (await roles.pending()).length);
      return counts.join() === "6,2" || [counts, roles.said()].join("; ");
    });
    expect(seen).toEqual([
      [4, 4],
      [4, 2],
      [6, 2],
    ]);
    const after = await roles.untilUnits(6, 2);
    expect(await roles.pending()).toEqual([]);
    // A pod waits for the scheduler for an instant, never for room: two are made at most.
    expect(mostPending).toBeLessThanOrEqual(2);
    const decodes = before.filter(
      ({ unit }) => unit?.workload === "decode" && (unit.index ?? 2) < 2,
    );
    const prefills = before.filter(({ unit }) => unit?.workload === "prefill");
    expect(after.map(({ uid }) => uid)).toEqual(
      expect.arrayContaining([...prefills, ...decodes].map(({ uid }) => uid)),
    );
  });

  it("and no rack was asked for", async () => {
    expect(await roles.phases()).toEqual([]);
    expect(await roles.targetRacks()).toBe("2");
  });
});
