/**
 * The workload controller and kubelets of one fleet: one set of pods per rack that has schedulable
 * nodes. Evicted pods finish their running turns and are not made again on cordoned nodes.
 */
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";
import { MINUTE_MS, SECOND_MS } from "../core/units.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { FleetService } from "./fleet-service.ts";
import type { RandomStream } from "./random.ts";
import type { SimNode, SimPod, SimRack } from "./rack-state.ts";
import { isSchedulable } from "./rack-state.ts";

/** terminationGracePeriodSeconds, Kubernetes' default: then running turns are cut off. */
const GRACE_MS = 30 * SECOND_MS;
/** What an engine's process takes to exit once its last turn has ended. */
const EXIT_MS = 5 * SECOND_MS;
/** Engines of one rack come up within this of the first one. */
const START_SPREAD_MS = 10 * SECOND_MS;
/** Age of the engines that serve when the world begins: long warm. */
const INITIAL_AGE_MS = 60 * MINUTE_MS;

export interface UnitShape {
  readonly unitsPerRack: number;
  readonly gpusPerUnit: number;
  readonly nodesPerUnit: number;
}

/** @returns how the fleet's units fit the pool's nodes. @throws when the fleet has no workload. */
export function unitShape(fleet: CompiledFleet, pool: CompiledPool): UnitShape {
  const workload = fleet.workloads[0];
  if (workload === undefined) throw new Error(`fleet ${fleet.key} has no workload to simulate`);
  const { gpusPerUnit, unitsPerRack } = workload;
  const nodesPerUnit = Math.ceil(gpusPerUnit / pool.rack.gpusPerNode);
  return { gpusPerUnit, unitsPerRack, nodesPerUnit };
}

export interface FleetWorkloadOptions {
  readonly fleet: CompiledFleet;
  readonly shape: UnitShape;
  readonly service: FleetService;
  readonly timeline: Timeline;
  readonly starts: RandomStream;
}

export class FleetWorkload {
  readonly fleet: CompiledFleet;
  private readonly options: FleetWorkloadOptions;
  private sequence = 0;

  constructor(options: FleetWorkloadOptions) {
    this.fleet = options.fleet;
    this.options = options;
  }

  /** Makes the pods that are missing on a rack wherever enough free nodes are schedulable. */
  reconcile(rack: SimRack): void {
    if (rack.phase !== "Up") return;
    const { unitsPerRack, nodesPerUnit } = this.options.shape;
    const taken = new Set(rack.pods.flatMap((pod) => pod.nodes));
    const free = rack.nodes.filter((node) => isSchedulable(node) && !taken.has(node));
    while (rack.pods.length < unitsPerRack && free.length >= nodesPerUnit) {
      const pod = this.makePod(rack, free.splice(0, nodesPerUnit));
      this.scheduleReady(rack, pod);
    }
  }

  /** Fills a rack that has been serving since long before the world begins. */
  startServing(rack: SimRack): void {
    const { unitsPerRack, nodesPerUnit } = this.options.shape;
    const since = this.options.timeline.now() - INITIAL_AGE_MS;
    for (let i = 0; i < unitsPerRack; i += 1) {
      const nodes = rack.nodes.slice(i * nodesPerUnit, (i + 1) * nodesPerUnit);
      this.becomeReady(this.makePod(rack, nodes), since);
    }
  }

  /** Deletes a pod with its grace: running turns end, or are cut off and sent again. */
  terminate(rack: SimRack, pod: SimPod): void {
    if (pod.terminating || pod.gone) return;
    pod.terminating = true;
    if (pod.unit === null) {
      this.remove(rack, pod);
      return;
    }
    const { timeline, service } = this.options;
    timeline.schedule(timeline.now() + GRACE_MS, PRIORITY.supply, () => this.kill(rack, pod));
    service.drainUnit(pod.unit, () => {
      timeline.schedule(timeline.now() + EXIT_MS, PRIORITY.supply, () => this.remove(rack, pod));
    });
  }

  /** The pod's machine is gone: so is the pod, with no grace. */
  kill(rack: SimRack, pod: SimPod): void {
    this.stopEngine(pod);
    this.remove(rack, pod);
  }

  /** The engine dies; the pod stays in the API until the cluster notices. */
  stopEngine(pod: SimPod): void {
    if (pod.unit !== null) this.options.service.killUnit(pod.unit);
    pod.unit = null;
  }

  private makePod(rack: SimRack, nodes: readonly SimNode[]): SimPod {
    this.sequence += 1;
    const name = `${this.fleet.name}-${rack.id}-${this.sequence}`;
    const state = { unit: null, readySince: null, terminating: false, gone: false };
    const pod: SimPod = { name, uid: `pod-${name}`, fleet: this.fleet.key, nodes, ...state };
    rack.pods.push(pod);
    return pod;
  }

  /** The first engine of a rack serves exactly `startMs` after the pods were made. */
  private scheduleReady(rack: SimRack, pod: SimPod): void {
    const { timeline, starts } = this.options;
    const lag = rack.pods.length === 1 ? 0 : starts.between(0, START_SPREAD_MS);
    const readyAt = timeline.now() + rack.lead.startMs + lag;
    timeline.schedule(readyAt, PRIORITY.supply, (at) => {
      if (pod.terminating || pod.gone || pod.nodes.some((node) => node.failed)) return;
      this.becomeReady(pod, at);
    });
  }

  private becomeReady(pod: SimPod, since: number): void {
    pod.readySince = since;
    pod.unit = this.options.service.addUnit(since);
  }

  private remove(rack: SimRack, pod: SimPod): void {
    if (pod.gone) return;
    pod.gone = true;
    pod.unit = null;
    rack.pods.splice(rack.pods.indexOf(pod), 1);
    this.reconcile(rack);
  }
}
