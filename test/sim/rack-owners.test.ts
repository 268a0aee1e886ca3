import { describe, expect, it } from "vitest";
import { rackCount } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetService } from "../../src/sim/fleet-service.ts";
import { FleetWorkload, unitShape } from "../../src/sim/fleet-workload.ts";
import { RackOwners } from "../../src/sim/rack-owners.ts";
import { RandomStream } from "../../src/sim/random.ts";
import type { SimRack } from "../../src/sim/rack-state.ts";
import { PLAIN_ENGINE, aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const world = aWorld();
const pool = {
  ...poolOf(world),
  consumers: [
    {
      fleet: { namespace: "agents", name: "a" },
      guaranteed: rackCount(1),
      max: rackCount(9),
      weight: 1,
    },
    {
      fleet: { namespace: "agents", name: "b" },
      guaranteed: rackCount(2),
      max: rackCount(9),
      weight: 1,
    },
  ],
};

function workload(name: string): FleetWorkload {
  const fleet = { ...fleetOf(world), key: `agents/${name}` as const, name };
  const timeline = new EventQueue(0);
  const options = { engine: PLAIN_ENGINE, gpusPerUnit: 8, clientTimeoutMs: 1, thinkMs: null };
  const service = new FleetService(timeline, { ...options, objectives: [] });
  const starts = new RandomStream(1, name);
  return new FleetWorkload({ fleet, shape: unitShape(fleet, pool), service, timeline, starts });
}

const lead = { grantMs: 1, bootMs: 1, joinMs: 1, startMs: 1 };
const rack = (id: string): SimRack => ({ id, lead, nodes: [], pods: [], phase: "Up" });

describe("the owner of a rack", () => {
  it("is the fleet furthest below its guarantee", () => {
    const owners = new RackOwners(pool);
    owners.consider([workload("a"), workload("b")]);
    const racks = ["1", "2", "3", "4"].map(rack);
    expect(racks.map((each) => owners.assign(each)?.fleet.name)).toEqual(["b", "a", "b", "a"]);
    const [first] = racks;
    if (first === undefined) throw new Error("no rack");
    expect(owners.of(first)?.fleet.name).toBe("b");
    owners.forget(first);
    expect(owners.of(first)).toBeUndefined();
    expect(owners.assign(rack("5"))?.fleet.name).toBe("b");
  });

  it("is nobody where nobody draws on the pool", () => {
    expect(new RackOwners(pool).assign(rack("1"))).toBeUndefined();
  });
});
