import { describe, expect, it } from "vitest";
import type { FleetStatus, PoolStatus } from "../../../src/ports/fleet-store.ts";
import { simulatedFleetStore } from "../../../src/sim/ports/fleet-store.ts";
import { aWorld, fleetOf, minutes, poolOf } from "../../support/simulated-world.ts";

const poolStatus: PoolStatus = { desiredRacks: 4, racksByPhase: { Serving: 4 }, conditions: [] };
const fleetStatus: FleetStatus = {
  wantedRacks: 4,
  awardedRacks: 4,
  heldRacks: 4,
  servingRacks: 4,
  outcome: "Hold",
  reason: "steady",
  hitRate: 0.9,
  conditions: [],
};

describe("the store of what people asked for", () => {
  const world = aWorld();
  const { group } = world.options.scenario;

  it("reads the compiled group, with nothing broken", async () => {
    const state = await simulatedFleetStore(group).read(world.now());
    expect(state).toMatchObject({
      pools: group.pools,
      fleets: group.fleets,
      overrides: [],
      problems: [],
      broken: [],
    });
  });

  it("keeps the newest status of each object", async () => {
    const store = simulatedFleetStore(group);
    expect(store.poolStatus("gb200-demo")).toBeUndefined();
    await store.writePoolStatus(poolOf(world), { ...poolStatus, desiredRacks: 3 });
    await store.writePoolStatus(poolOf(world), poolStatus);
    await store.writeFleetStatus(fleetOf(world), fleetStatus);
    expect(store.poolStatus("gb200-demo")).toEqual(poolStatus);
    expect(store.fleetStatus("agents/coder")).toEqual(fleetStatus);
  });

  it("lets people override", async () => {
    const store = simulatedFleetStore(group);
    const override = {
      name: "incident",
      pauseOut: false,
      pauseIn: true,
      floorRacks: null,
      ceilingRacks: null,
      until: minutes(60),
      reason: "INC-1",
    };
    const said = { fleet: "agents/coder", namespace: "agents", override } as const;
    store.setOverrides([said]);
    expect((await store.read(world.now())).overrides).toEqual([said]);
    const inForce = { type: "InForce", status: "True", reason: "InForce", message: "" } as const;
    await store.writeOverrideStatus(said, [inForce]);
    expect(store.overrideConditions("incident")).toEqual([inForce]);
  });
});
