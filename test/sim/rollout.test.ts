import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { Rollout } from "../../src/sim/rollout.ts";
import { aWorld, minutes, onlyFleet, onlyPool } from "../support/simulated-world.ts";

const racksOut = (world: ReturnType<typeof aWorld>): number =>
  onlyPool(world)
    .racks()
    .filter(({ pods }) => pods.some(({ replica, terminating }) => replica === null || terminating))
    .length;

describe("a rollout", () => {
  it("of a fleet without pods is over at once", () => {
    const rollout = new Rollout({ timeline: new EventQueue(0), deployments: [], pods: () => [] });
    rollout.begin();
    expect(rollout.inProgress()).toBe(false);
  });

  it("replaces every pod, one rack after the other, and is then over", () => {
    const world = aWorld({ drainMs: 10_000 });
    const { rollout } = onlyFleet(world);
    const before = new Set(
      onlyFleet(world)
        .pods()
        .map(({ pod }) => pod.uid),
    );
    rollout.begin();
    let most = 0;
    for (let step = 0; rollout.inProgress(); step += 1) {
      world.advanceTo(minutes(step / 12));
      most = Math.max(most, racksOut(world));
    }
    const after = onlyFleet(world).pods();
    expect(most).toBe(1);
    expect(after.filter(({ pod }) => before.has(pod.uid))).toEqual([]);
    expect(after.map(({ pod }) => pod.revision)).toEqual(Array.from({ length: 32 }, () => 1));
  });

  it("that comes while another runs takes it over", () => {
    const world = aWorld();
    const { rollout } = onlyFleet(world);
    rollout.begin();
    world.advanceTo(minutes(5));
    rollout.begin();
    world.advanceTo(minutes(60));
    expect(rollout.inProgress()).toBe(false);
    const revisions = onlyFleet(world)
      .pods()
      .map(({ pod }) => pod.revision);
    expect(new Set(revisions)).toEqual(new Set([2]));
  });
});
