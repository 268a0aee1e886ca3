import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetService } from "../../src/sim/fleet-service.ts";
import { FleetWorkload, unitShape } from "../../src/sim/fleet-workload.ts";
import { RandomStream } from "../../src/sim/random.ts";
import type { SimNode, SimRack } from "../../src/sim/rack-state.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import { PLAIN_ENGINE, aTurn, aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const fleet = fleetOf(aWorld());
const pool = poolOf(aWorld());

const node = (index: number): SimNode => ({
  name: `n${index}`,
  uid: `u${index}`,
  createdAt: 0,
  labelled: true,
  ready: true,
  cordoned: false,
  failed: false,
});

const lead = { grantMs: 1_000, bootMs: 1_000, joinMs: 1_000, startMs: 60_000 };
const aRack = (nodes = 18): SimRack => ({
  id: "r1",
  lead,
  nodes: Array.from({ length: nodes }, (_, index) => node(index)),
  pods: [],
  phase: "Up",
});

function aWorkload() {
  const timeline = new EventQueue(10_000_000);
  const service = new FleetService(timeline, {
    engine: PLAIN_ENGINE,
    gpusPerUnit: 8,
    clientTimeoutMs: 120_000,
    thinkMs: null,
    objectives: [],
  });
  const starts = new RandomStream(1, "starts");
  const options = { fleet, shape: unitShape(fleet, pool), service, timeline, starts };
  return { timeline, service, workload: new FleetWorkload(options) };
}

describe("a workload", () => {
  it("fits units of eight GPUs over two nodes of four", () => {
    expect(unitShape(fleet, pool)).toEqual({ unitsPerRack: 8, gpusPerUnit: 8, nodesPerUnit: 2 });
    expect(() => unitShape({ ...fleet, workloads: [] }, pool)).toThrow(/no workload/);
  });

  it("starts a set of pods on a rack, the first ready after the start time", () => {
    const { timeline, workload } = aWorkload();
    const rack = aRack();
    const began = timeline.now();
    workload.reconcile(rack);
    workload.reconcile(rack);
    expect(rack.pods).toHaveLength(8);
    timeline.runUntil(began + 59_999);
    expect(rack.pods.filter(isServing)).toHaveLength(0);
    timeline.runUntil(began + 60_000);
    expect(rack.pods.filter(isServing)).toHaveLength(1);
    timeline.runUntil(began + 70_000);
    expect(rack.pods.filter(isServing)).toHaveLength(8);
  });

  it.each([
    ["as many as fit", 15, "Up", 7],
    ["none before the rack is up", 18, "Arriving", 0],
    ["none once it is given back", 18, "Releasing", 0],
  ] as const)("makes %s", (_what, nodes, phase, pods) => {
    const { workload } = aWorkload();
    const rack = { ...aRack(nodes), phase };
    workload.reconcile(rack);
    expect(rack.pods).toHaveLength(pods);
  });

  it("lets a deleted pod finish its turns, then makes another", () => {
    const { timeline, service, workload } = aWorkload();
    const rack = aRack(2);
    workload.startServing(aRack(0));
    workload.reconcile(rack);
    timeline.runUntil(timeline.now() + 70_000);
    const [pod] = rack.pods;
    if (pod === undefined) throw new Error("no pod");
    service.offer(aTurn(timeline.now()));
    workload.terminate(rack, pod);
    expect(rack.pods).toEqual([pod]);
    timeline.runUntil(timeline.now() + 7_000);
    expect(service.counts()).toMatchObject({ completed: 1, running: 0 });
    expect(rack.pods.map(({ uid }) => uid)).not.toContain(pod.uid);
    expect(rack.pods).toHaveLength(1);
  });

  it("cuts turns off after the grace period; they are sent again", () => {
    const { timeline, service, workload } = aWorkload();
    const rack = aRack(2);
    workload.reconcile(rack);
    timeline.runUntil(timeline.now() + 70_000);
    const [pod] = rack.pods;
    if (pod === undefined) throw new Error("no pod");
    service.offer(aTurn(timeline.now(), { outputTokens: 10_000 }));
    workload.terminate(rack, pod);
    timeline.runUntil(timeline.now() + 29_999);
    expect(pod.gone).toBe(false);
    timeline.runUntil(timeline.now() + 1);
    expect(pod.gone).toBe(true);
    expect(service.counts()).toMatchObject({ queued: 1, running: 0, completed: 0 });
  });
});
