/** The racks of one pool, their nodes and the pods on them. */
import type { CompiledPool } from "../core/compiled.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { LeadTime } from "./lead-times.ts";
import { RackOwners } from "./rack-owners.ts";
import type { SimNode, SimPod, SimRack } from "./rack-state.ts";

export class RackYard {
  readonly pool: CompiledPool;
  readonly owners: RackOwners;
  private readonly timeline: Timeline;
  private readonly all: SimRack[] = [];
  private sequence = 0;

  constructor(pool: CompiledPool, timeline: Timeline) {
    this.pool = pool;
    this.timeline = timeline;
    this.owners = new RackOwners(pool);
  }

  /** Oldest first, those that were only asked for included. */
  racks(): readonly SimRack[] {
    return this.all;
  }

  now(): number {
    return this.timeline.now();
  }

  after(delayMs: number, apply: (at: number) => void): void {
    this.timeline.schedule(this.now() + delayMs, PRIORITY.supply, apply);
  }

  add(phase: SimRack["phase"], lead: LeadTime): SimRack {
    this.sequence += 1;
    const id = `${this.pool.name}-d${String(this.sequence).padStart(2, "0")}`;
    const state = { booted: false, served: false, loaned: false, hangMs: 0 };
    const rack: SimRack = { id, lead, nodes: [], pods: [], phase, ...state };
    this.all.push(rack);
    return rack;
  }

  addNode(rack: SimRack, createdAt: number): SimNode {
    const name = `${rack.id}-n${String(rack.nodes.length + 1).padStart(2, "0")}`;
    const marks = { labelled: false, cordoned: false, fenced: false };
    const state = { ready: false, failed: false, noticed: false, loanFence: false, lentAt: null };
    const node: SimNode = { name, uid: `node-${name}`, createdAt, ...marks, ...state };
    rack.nodes.push(node);
    return node;
  }

  changeNode(rack: SimRack, node: SimNode, to: Partial<SimNode>): void {
    Object.assign(node, to);
    this.reconcile(rack);
  }

  /** Changes every node of a rack, then lets its owner make what pods fit. */
  changeNodes(rack: SimRack, to: Partial<SimNode>): void {
    for (const node of rack.nodes) Object.assign(node, to);
    this.reconcile(rack);
  }

  reconcile(rack: SimRack): void {
    this.owners.of(rack)?.reconcile(rack);
  }

  /** Deletes pods as the eviction API does; what runs on loan ends at once. */
  terminate(rack: SimRack, pods: readonly SimPod[]): void {
    const owner = this.owners.of(rack);
    for (const pod of pods.slice()) {
      if (pod.fleet === null) removePod(rack, pod);
      else owner?.terminate(rack, pod);
    }
  }

  kill(rack: SimRack, pods: readonly SimPod[]): void {
    const owner = this.owners.of(rack);
    for (const pod of pods.slice()) {
      if (pod.fleet === null) removePod(rack, pod);
      else owner?.kill(rack, pod);
    }
  }

  stopEngines(rack: SimRack, pods: readonly SimPod[]): void {
    const owner = this.owners.of(rack);
    for (const pod of pods) owner?.stopEngine(pod);
  }

  /** The rack leaves the pool, with whatever is left on it. */
  remove(rack: SimRack): void {
    rack.phase = "Gone";
    this.kill(rack, rack.pods);
    this.owners.forget(rack);
    this.all.splice(this.all.indexOf(rack), 1);
  }
}

function removePod(rack: SimRack, pod: SimPod): void {
  if (pod.gone) return;
  pod.gone = true;
  rack.pods.splice(rack.pods.indexOf(pod), 1);
}
