/** Taking pods out of routing and back: what the port shows, and what the router does with it. */
import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import type { PodObservation } from "../../../src/core/observation.ts";
import { simulatedWorkloads } from "../../../src/sim/ports/workloads.ts";
import {
  GROUP,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  stubOf,
} from "../../support/simulated-world.ts";

const LABEL = "breakwater.dev/route";
const EJECTING: CompiledGroup = {
  ...GROUP,
  fleets: GROUP.fleets.map((fleet) => ({
    ...fleet,
    workloads: fleet.workloads.map((workload) => ({ ...workload, ejectLabel: LABEL })),
  })),
};

function bench(group = EJECTING) {
  const world = aWorld({ group });
  const port = simulatedWorkloads(world);
  const pods = async () => (await port.read([fleetOf(world)])).pods;
  const routes = async () =>
    Object.fromEntries((await pods()).map(({ uid, route }) => [uid, route]));
  const refs = (of: readonly PodObservation[]) =>
    of.map(({ namespace, name, uid }) => ({ namespace, name, uid, label: LABEL }));
  return { world, port, pods, routes, refs, out: () => outOfRouting(world) };
}

/** Replicas that the router of the only fleet sends nothing. */
const outOfRouting = (world: ReturnType<typeof aWorld>): number =>
  stubOf(world).alive().length - stubOf(world).routable().length;

describe("pods of a fleet whose router goes by a label", () => {
  it("are shown with it", async () => {
    const found = Object.values(await bench().routes());
    expect(found).toHaveLength(32);
    for (const route of found) expect(route).toEqual({ label: LABEL, ejectedAt: null });
  });

  it("are shown without where the fleet names none", async () => {
    const found = Object.values(await bench(GROUP).routes());
    expect(new Set(found)).toEqual(new Set([undefined]));
  });

  it("get no new turns once it is off, and those that run go on", async () => {
    const { world, port, pods, routes, refs, out } = bench();
    const [first, second, ...others] = await pods();
    if (first === undefined || second === undefined) throw new Error("no pods");
    await port.eject(refs([first, second]), world.now());
    expect(out()).toBe(2);
    const found = await routes();
    expect(found[first.uid]).toEqual({ label: LABEL, ejectedAt: world.now() });
    for (const { uid } of others) expect(found[uid]).toMatchObject({ ejectedAt: null });
    expect((await pods()).every(({ ready, terminating }) => ready && !terminating)).toBe(true);
  });

  it("keep the instant at which they were taken out", async () => {
    const { world, port, pods, routes, refs, out } = bench();
    const one = refs((await pods()).slice(0, 1));
    const since = world.now();
    await port.eject(one, since);
    world.advanceTo(minutes(5));
    await port.eject(one, world.now());
    expect(Object.values(await routes())).toContainEqual({ label: LABEL, ejectedAt: since });
    expect(out()).toBe(1);
  });

  it("get turns again once it is back, however often that is asked", async () => {
    const { world, port, pods, routes, refs, out } = bench();
    const some = refs((await pods()).slice(0, 3));
    await port.eject(some, world.now());
    await port.readmit(some);
    await port.readmit(some);
    expect(out()).toBe(0);
    for (const route of Object.values(await routes())) expect(route?.ejectedAt).toBeNull();
  });

  it("that nobody has are passed over", async () => {
    const { world, port, refs, out } = bench();
    const gone = refs([]).concat({ namespace: "agents", name: "p", uid: "gone", label: LABEL });
    await port.eject(gone, world.now());
    await port.readmit(gone);
    expect(out()).toBe(0);
    expect(onlyFleet(world).pods()).toHaveLength(32);
  });
});
