import { describe, expect, it } from "vitest";
import { gpuCount, millis } from "../../src/core/units.ts";
import { FleetWorld } from "../../src/sim/fleet-world.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import {
  MINUTE,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  onlyPool,
  stubOf,
  GROUP,
} from "../support/simulated-world.ts";

const FIXED = { replicas: 3, kvBlocks: 100, blockTokens: 64 };

describe("a fleet of the world", () => {
  it("has the kernel's time count from when the world began", () => {
    const world = aWorld({ world: { warmupMs: millis(15 * MINUTE) } });
    const fleet = onlyFleet(world);
    expect(fleet).toBeInstanceOf(FleetWorld);
    expect(fleet.nsAt(minutes(1))).toBe(16 * 60e9);
    world.advanceTo(minutes(1));
    expect(fleet.enter()).toBe(16 * 60e9);
  });

  it("has a replica a unit, in the roles of its workloads", () => {
    const [engines] = fleetOf(aWorld()).workloads;
    if (engines === undefined) throw new Error("no workload");
    const unit = (role: "Prefill" | "Decode", unitsPerRack: number, gpus: number) => ({
      ...engines,
      name: role.toLowerCase(),
      role,
      unitsPerRack,
      gpusPerUnit: gpuCount(gpus),
    });
    const workloads = [unit("Prefill", 6, 8), unit("Decode", 1, 16)];
    const fleets = GROUP.fleets.map((fleet) => ({ ...fleet, workloads }));
    const world = aWorld({ group: { ...GROUP, fleets } });
    const added = stubOf(world).calls.map((call) => call.split(" ")[3]);
    expect(added.filter((role) => role === "Prefill")).toHaveLength(24);
    expect(added.filter((role) => role === "Decode")).toHaveLength(4);
    const { engine, decodeEngine } = stubOf(world).options;
    expect((decodeEngine?.kvTokens ?? 0) / engine.kvTokens).toBe(2);
    const kv = onlyFleet(world)
      .targets()
      .map(({ role, kvTokens }) => `${role} ${kvTokens}`);
    expect(new Set(kv)).toEqual(new Set(["Prefill 800000", "Decode 1600000"]));
  });

  it("ejects an engine, lets it run empty, and then it is gone", () => {
    const world = aWorld({ drainMs: 12_345.678 });
    const pool = onlyPool(world);
    world.advanceTo(minutes(1));
    const [rack] = pool.racks();
    const [pod] = rack?.pods ?? [];
    if (rack === undefined || pod === undefined) throw new Error("no pod");
    const replica = pod.replica ?? -1;
    pool.evict(rack, pod);
    expect(stubOf(world).routable()).not.toContain(replica);
    expect(stubOf(world).alive()).toContain(replica);
    world.advanceTo(minutes(2));
    // Empty at 72.345678 s; what follows is an event of the next millisecond, its exit takes 5 s.
    expect(stubOf(world).calls.filter((call) => call.endsWith(` ${replica}`))).toEqual([
      `60 eject ${replica}`,
      `77.346 remove ${replica}`,
    ]);
  });

  it("shows the endpoints of pods that have served, dead ones until the cluster notices", () => {
    const world = aWorld();
    const upAndDown = () => {
      const targets = onlyFleet(world).targets();
      return [targets.filter(({ up }) => up).length, targets.length];
    };
    expect(upAndDown()).toEqual([32, 32]);
    for (const endpoint of onlyFleet(world).endpoints().slice(0, 3)) endpoint.crash();
    expect(upAndDown()).toEqual([29, 32]);
    onlyPool(world).setDesired(5, "olga");
    world.advanceTo(minutes(2));
    expect(onlyFleet(world).pods()).toHaveLength(32);
    world.advanceTo(minutes(20));
    expect(upAndDown()).toEqual([40, 40]);
    const pods = onlyFleet(world).pods();
    expect(pods.every(({ pod }) => isServing(pod))).toBe(true);
    const instances = onlyFleet(world)
      .targets()
      .map(({ instance }) => instance);
    expect(new Set(instances).size).toBe(40);
  });

  it("may be fixed replicas, without racks", () => {
    const world = aWorld({ engine: { fixed: FIXED }, supply: { startRacks: 0 } });
    expect(stubOf(world).calls).toEqual([1, 2, 3].map((id) => `0 add ${id} Aggregated`));
    expect(
      onlyFleet(world)
        .targets()
        .map(({ kvTokens }) => kvTokens),
    ).toEqual([6_400, 6_400, 6_400]);
    world.advanceTo(minutes(30));
    expect(stubOf(world).calls).toHaveLength(3);
  });

  it("is refused an engine that nobody profiled", () => {
    expect(() => aWorld({ engine: { profile: "unheard-of" } })).toThrow(/unheard-of/);
  });

  it("is refused a warm-up that does not end with a slice of results", () => {
    expect(() => aWorld({ world: { warmupMs: millis(MINUTE + 1) } })).toThrow(/multiple of 15 s/);
  });
});
