import { describe, expect, it } from "vitest";
import { rackCount } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetWorkload } from "../../src/sim/fleet-workload.ts";
import { RackOwners } from "../../src/sim/rack-owners.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { aRack } from "../support/simulated-rack.ts";
import { aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const world = aWorld();
const consumer = (name: string, guaranteed: number) => ({
  fleet: { namespace: "agents", name },
  guaranteed: rackCount(guaranteed),
  max: rackCount(9),
  weight: 1,
});
const pool = { ...poolOf(world), consumers: [consumer("a", 1), consumer("b", 2)] };

function workload(name: string): FleetWorkload {
  const fleet = { ...fleetOf(world), key: `agents/${name}` as const, name };
  const no = (): void => {};
  const host = { start: () => 1, eject: no, readmit: no, drain: no, stop: no };
  const starts = new RandomStream(1, name);
  return new FleetWorkload({ fleet, pool, host, timeline: new EventQueue(0), starts });
}

describe("the owner of a rack", () => {
  it("is the fleet furthest below its guarantee", () => {
    const owners = new RackOwners(pool);
    owners.consider([workload("a"), workload("b")]);
    const racks = ["1", "2", "3", "4"].map((id) => aRack({ id }));
    expect(racks.map((each) => owners.assign(each)?.fleet.name)).toEqual(["b", "a", "b", "a"]);
    const [first] = racks;
    if (first === undefined) throw new Error("no rack");
    expect(owners.of(first)?.fleet.name).toBe("b");
    owners.forget(first);
    expect(owners.of(first)).toBeUndefined();
    expect(owners.assign(aRack({ id: "5" }))?.fleet.name).toBe("b");
  });

  it("is nobody where nobody draws on the pool", () => {
    expect(new RackOwners(pool).assign(aRack())).toBeUndefined();
  });
});
