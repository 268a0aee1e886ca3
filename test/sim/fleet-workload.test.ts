import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetWorkload } from "../../src/sim/fleet-workload.ts";
import { RandomStream } from "../../src/sim/random.ts";
import type { SimRack } from "../../src/sim/rack-state.ts";
import { isServing } from "../../src/sim/rack-state.ts";
import { aRack, someNodes } from "../support/simulated-rack.ts";
import { aWorld, fleetOf, poolOf } from "../support/simulated-world.ts";

const fleet = fleetOf(aWorld());
const pool = poolOf(aWorld());

/** Engines that have turns until the test says otherwise. */
class Host {
  readonly alive = new Set<number>();
  readonly ejected = new Set<number>();
  private readonly draining = new Map<number, () => void>();
  private last = 0;

  start(): number {
    this.last += 1;
    this.alive.add(this.last);
    return this.last;
  }

  eject(replica: number): void {
    this.ejected.add(replica);
  }

  readmit(replica: number): void {
    this.ejected.delete(replica);
  }

  drain(replica: number, onEmpty: () => void): void {
    this.draining.set(replica, onEmpty);
  }

  stop(replica: number): void {
    this.alive.delete(replica);
    this.draining.delete(replica);
  }

  endTurns(): void {
    for (const onEmpty of this.draining.values()) onEmpty();
  }
}

function aWorkload() {
  const timeline = new EventQueue(10_000_000);
  const host = new Host();
  const starts = new RandomStream(1, "starts");
  const workload = new FleetWorkload({ fleet, pool, host, timeline, starts });
  const pass = (seconds: number): void => timeline.runUntil(timeline.now() + seconds * 1_000);
  return { timeline, host, workload, pass };
}

function podOf(rack: SimRack): SimRack["pods"][number] {
  const [pod] = rack.pods;
  if (pod === undefined) throw new Error("no pod");
  return pod;
}

describe("a workload", () => {
  it("starts a set of pods on a rack, the first ready after the start time", () => {
    const { workload, pass } = aWorkload();
    const rack = aRack({ nodes: someNodes(18) });
    workload.reconcile(rack);
    workload.reconcile(rack);
    expect(rack.pods).toHaveLength(8);
    pass(59.999);
    expect(rack.pods.filter(isServing)).toHaveLength(0);
    pass(0.001);
    expect(rack.pods.filter(isServing)).toHaveLength(1);
    pass(10);
    expect(rack.pods.filter(isServing)).toHaveLength(8);
  });

  it.each([
    ["as many as fit", 15, { phase: "Up" }, 7],
    ["none before the rack is up", 18, { phase: "Arriving" }, 0],
    ["none while it is repaired", 18, { phase: "Repairing" }, 0],
    ["none once it is given back", 18, { phase: "Releasing" }, 0],
    ["none while others have it on loan", 18, { loaned: true }, 0],
  ] as const)("makes %s", (_what, nodes, state, pods) => {
    const { workload } = aWorkload();
    const rack = aRack({ nodes: someNodes(nodes), ...state });
    workload.reconcile(rack);
    expect(rack.pods).toHaveLength(pods);
  });

  it("fills a rack that has been serving, with engines that know nothing", () => {
    const { workload, host } = aWorkload();
    const rack = aRack({ nodes: someNodes(18), served: false });
    workload.startServing(rack, 7);
    expect(rack.pods.map(({ readySince, served }) => [readySince, served])).toEqual(
      Array.from({ length: 8 }, () => [7, true]),
    );
    expect(host.alive.size).toBe(8);
    expect(rack.served).toBe(true);
  });
});

describe("a deleted pod", () => {
  function terminated() {
    const world = aWorkload();
    const rack = aRack({ nodes: someNodes(2) });
    world.workload.startServing(rack, 0);
    const pod = podOf(rack);
    world.workload.terminate(rack, pod);
    world.workload.terminate(rack, pod);
    return { ...world, rack, pod };
  }

  it("finishes its turns, exits five seconds later, and is made again", () => {
    const { host, pass, rack, pod } = terminated();
    pass(10);
    expect(rack.pods).toEqual([pod]);
    host.endTurns();
    pass(4.999);
    expect(pod.gone).toBe(false);
    pass(0.001);
    expect(pod.gone).toBe(true);
    expect(rack.pods.map(({ uid }) => uid)).not.toContain(pod.uid);
    expect(rack.pods).toHaveLength(1);
    expect(host.alive.size).toBe(0);
  });

  it("is cut off after the grace period", () => {
    const { host, pass, pod } = terminated();
    pass(29.999);
    expect([pod.gone, host.alive.size]).toEqual([false, 1]);
    pass(0.001);
    expect([pod.gone, host.alive.size]).toEqual([true, 0]);
  });

  it("that does not serve yet is gone at once", () => {
    const { workload, host, pass } = aWorkload();
    const rack = aRack({ nodes: someNodes(2) });
    workload.reconcile(rack);
    const pod = podOf(rack);
    workload.terminate(rack, pod);
    expect(pod.gone).toBe(true);
    pass(120);
    expect([host.alive.size, rack.pods.length]).toEqual([1, 1]);
  });
});

describe("a crashed engine", () => {
  it("is not Ready, and starts again in its pod after the start time", () => {
    const { workload, host, pass } = aWorkload();
    const rack = aRack({ nodes: someNodes(2) });
    workload.startServing(rack, 0);
    const pod = podOf(rack);
    workload.crash(rack, pod);
    expect([pod.readySince, pod.replica, host.alive.size]).toEqual([null, null, 0]);
    pass(59.9);
    expect(pod.replica).toBeNull();
    pass(0.1);
    expect([podOf(rack), host.alive.size]).toEqual([pod, 1]);
    expect(pod.readySince).toBe(10_060_000);
  });

  it("whose pod is deleted meanwhile does not come back in it", () => {
    const { workload, host, pass } = aWorkload();
    const rack = aRack({ nodes: someNodes(2) });
    workload.startServing(rack, 0);
    const pod = podOf(rack);
    workload.crash(rack, pod);
    workload.terminate(rack, pod);
    pass(60);
    expect([pod.replica, host.alive.size]).toEqual([null, 1]);
  });
});
