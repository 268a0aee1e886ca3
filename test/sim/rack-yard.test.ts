import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetWorkload } from "../../src/sim/fleet-workload.ts";
import { RackYard } from "../../src/sim/rack-yard.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { aPod } from "../support/simulated-rack.ts";
import { aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const lead = { grantMs: 1, bootMs: 1, joinMs: 1, startMs: 1_000 };

function aYard() {
  const pool = poolOf(aWorld());
  const timeline = new EventQueue(0);
  const yard = new RackYard(pool, timeline);
  const no = (): void => {};
  const host = { start: () => 1, eject: no, readmit: no, drain: no, stop: no };
  const starts = new RandomStream(1, "starts");
  yard.owners.consider([
    new FleetWorkload({ fleet: fleetOf(aWorld()), pool, host, timeline, starts }),
  ]);
  return { yard, timeline };
}

describe("a yard", () => {
  it("never gives a name twice", () => {
    const { yard } = aYard();
    const first = yard.add("Up", lead);
    yard.remove(first);
    expect(yard.add("Up", lead).id).not.toBe(first.id);
    expect(yard.racks()).toHaveLength(1);
  });

  it("has pods made where nodes become schedulable, and none on a rack that is gone", () => {
    const { yard } = aYard();
    const rack = yard.add("Up", lead);
    yard.owners.assign(rack);
    for (let index = 0; index < 4; index += 1) yard.addNode(rack, 0);
    expect(rack.pods).toEqual([]);
    yard.changeNodes(rack, { labelled: true, ready: true });
    expect(rack.pods).toHaveLength(2);
    yard.remove(rack);
    expect([rack.phase, rack.pods.length]).toEqual(["Gone", 0]);
  });

  it("ends what runs on loan at once", () => {
    const { yard } = aYard();
    const rack = yard.add("Up", lead);
    const pod = aPod({ fleet: null, replica: null });
    rack.pods.push(pod);
    yard.terminate(rack, [pod]);
    yard.terminate(rack, [pod]);
    expect([pod.gone, rack.pods]).toEqual([true, []]);
  });

  it("tells time", () => {
    const { yard, timeline } = aYard();
    let seen = 0;
    yard.after(5, (at) => {
      seen = at;
    });
    timeline.runUntil(9);
    expect([seen, yard.now()]).toEqual([5, 9]);
  });
});
