/**
 * The provider behind one pool: an object with a count of racks. Raising it orders racks, which
 * arrive step by step; lowering it takes one away per rack, those without pods first.
 */
import type { CompiledPool } from "../core/compiled.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../core/units.ts";
import { CountObject } from "./count-object.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { FleetWorkload } from "./fleet-workload.ts";
import type { LeadTime } from "./lead-times.ts";
import { drawLeadTime } from "./lead-times.ts";
import { RandomStream } from "./random.ts";
import { RackOwners } from "./rack-owners.ts";
import type { SimNode, SimPod, SimRack } from "./rack-state.ts";
import { isHeld } from "./rack-state.ts";
import type { PoolSupplyOptions } from "./world-options.ts";

/** Nodes of a rack appear one by one over this last share of the boot step. */
const APPEAR_SHARE = 0.3;
/** Nodes beyond the quorum may become Ready up to this much later. */
const STRAGGLE_MS = 20 * SECOND_MS;
/** The control plane calls a silent node NotReady after this: node-monitor-grace-period. */
const NODE_GRACE_MS = 40 * SECOND_MS;
/** A stock-out is looked at again after this. */
const RETRY_GRANT_MS = MINUTE_MS;

export interface RackPoolOptions {
  readonly pool: CompiledPool;
  readonly supply: PoolSupplyOptions;
  readonly timeline: Timeline;
  readonly seed: number;
}

/** What the provider shows beside the count that people set. */
export interface SupplyState {
  /** Racks whose nodes exist. */
  readonly current: number;
  readonly stockout: boolean;
}

export class RackPool {
  readonly pool: CompiledPool;
  readonly object: CountObject;
  private readonly options: RackPoolOptions;
  private readonly all: SimRack[] = [];
  private readonly owners: RackOwners;
  private readonly leads: RandomStream;
  private readonly nodes: RandomStream;
  private readonly releases: RandomStream;
  private sequence = 0;

  constructor(options: RackPoolOptions) {
    const { pool, seed } = options;
    this.pool = pool;
    this.options = options;
    this.owners = new RackOwners(pool);
    this.object = new CountObject(pool.name, options.supply.startRacks);
    this.leads = new RandomStream(seed, `lead-times/${pool.name}`);
    this.nodes = new RandomStream(seed, `nodes/${pool.name}`);
    this.releases = new RandomStream(seed, `releases/${pool.name}`);
  }

  /** Begins with `startRacks` racks in service. */
  begin(workloads: readonly FleetWorkload[]): void {
    this.owners.consider(workloads);
    for (let i = 0; i < this.object.state().desired; i += 1) this.addStanding();
  }

  /** Racks whose nodes exist, oldest first. */
  racks(): readonly SimRack[] {
    return this.all;
  }

  /** Deletes a pod as the eviction API does. */
  evict(rack: SimRack, pod: SimPod): void {
    this.owners.of(rack)?.terminate(rack, pod);
  }

  supply(): SupplyState {
    const waiting = this.all.some((rack) => rack.phase === "Requested");
    return {
      current: this.all.filter((rack) => rack.nodes.length > 0).length,
      stockout: waiting && this.inUse() >= this.stock(),
    };
  }

  /** Sets the count, as anyone with the rights may. @throws when it is no count of racks */
  setDesired(racks: number, writer: string): void {
    const before = this.object.state().desired;
    this.object.write(racks, writer);
    for (let count = before; count < racks; count += 1) this.order();
    for (let count = before; count > racks; count -= 1) this.releaseOne();
  }

  /** Racks are conserved: what the provider holds is what was asked for. @throws INV-1 */
  checkConserved(): void {
    const held = this.all.filter(isHeld).length;
    const { desired } = this.object.state();
    if (held === desired) return;
    throw new Error(`INV-1: pool ${this.pool.name} wants ${desired} racks and holds ${held}`);
  }

  setCordoned(uids: ReadonlySet<string>, cordoned: boolean): void {
    for (const rack of this.all) {
      for (const node of rack.nodes) {
        if (uids.has(node.uid)) node.cordoned = cordoned;
      }
      this.owners.of(rack)?.reconcile(rack);
    }
  }

  /** Nodes of the oldest rack fail now and come back `forMs` later. */
  loseNodes(nodes: number, forMs: number): void {
    const rack = this.all.find((candidate) => candidate.phase === "Up");
    if (rack === undefined) return;
    const lost = rack.nodes.slice(0, nodes);
    const hit = rack.pods.filter((pod) => pod.nodes.some((node) => lost.includes(node)));
    for (const node of lost) node.failed = true;
    for (const pod of hit) this.owners.of(rack)?.stopEngine(pod);
    this.after(NODE_GRACE_MS, () => this.noticeLoss(rack, lost, hit));
    this.after(Math.max(forMs, NODE_GRACE_MS), () => {
      for (const node of lost) Object.assign(node, { failed: false, ready: true });
      this.owners.of(rack)?.reconcile(rack);
    });
  }

  private noticeLoss(rack: SimRack, lost: readonly SimNode[], pods: readonly SimPod[]): void {
    for (const node of lost) node.ready = false;
    for (const pod of pods) this.owners.of(rack)?.kill(rack, pod);
  }

  private after(delayMs: number, apply: (at: number) => void): void {
    const { timeline } = this.options;
    timeline.schedule(timeline.now() + delayMs, PRIORITY.supply, apply);
  }

  private stock(): number {
    return this.options.supply.stockRacks;
  }

  private inUse(): number {
    return this.all.filter((rack) => rack.phase !== "Requested").length;
  }

  private newRack(phase: SimRack["phase"], lead: LeadTime): SimRack {
    this.sequence += 1;
    const id = `${this.pool.name}-d${String(this.sequence).padStart(2, "0")}`;
    const rack: SimRack = { id, lead, nodes: [], pods: [], phase };
    this.all.push(rack);
    return rack;
  }

  private addNode(rack: SimRack, createdAt: number): SimNode {
    const name = `${rack.id}-n${String(rack.nodes.length + 1).padStart(2, "0")}`;
    const state = { labelled: false, ready: false, cordoned: false, failed: false };
    const node: SimNode = { name, uid: `node-${name}`, createdAt, ...state };
    rack.nodes.push(node);
    return node;
  }

  private addStanding(): void {
    const rack = this.newRack("Up", drawLeadTime(this.options.supply.leadTimes, this.leads));
    const createdAt = this.options.timeline.now() - DAY_MS;
    for (let i = 0; i < this.pool.rack.nodes; i += 1) {
      Object.assign(this.addNode(rack, createdAt), { labelled: true, ready: true });
    }
    this.owners.assign(rack)?.startServing(rack);
  }

  private order(): void {
    const rack = this.newRack("Requested", drawLeadTime(this.options.supply.leadTimes, this.leads));
    this.after(rack.lead.grantMs, () => this.grant(rack));
  }

  private grant(rack: SimRack): void {
    if (rack.phase !== "Requested") return;
    if (this.inUse() >= this.stock()) {
      this.after(RETRY_GRANT_MS, () => this.grant(rack));
      return;
    }
    rack.phase = "Arriving";
    for (let i = 0; i < this.pool.rack.nodes; i += 1) this.bootNode(rack, i);
    this.after(rack.lead.bootMs + rack.lead.joinMs, () => this.comeUp(rack));
  }

  /** The node that completes the quorum is Ready exactly at the end of the join step. */
  private bootNode(rack: SimRack, index: number): void {
    const { bootMs, joinMs } = rack.lead;
    const { nodes, usableNodes } = this.pool.rack;
    const appearMs = bootMs * (1 - APPEAR_SHARE * (1 - (index + 1) / nodes));
    const share = index === usableNodes - 1 ? 1 : this.nodes.uniform();
    const straggleMs = index < usableNodes ? 0 : this.nodes.uniform() * STRAGGLE_MS;
    const quorumMs = bootMs + joinMs;
    const labelMs = appearMs + (quorumMs - appearMs) * this.nodes.uniform();
    const readyMs = appearMs + (quorumMs - appearMs) * share + straggleMs;
    this.after(appearMs, (at) => {
      if (rack.phase !== "Arriving") return;
      const node = this.addNode(rack, at);
      this.after(labelMs - appearMs, () => this.changeNode(rack, node, { labelled: true }));
      this.after(readyMs - appearMs, () => this.changeNode(rack, node, { ready: !node.failed }));
    });
  }

  private changeNode(rack: SimRack, node: SimNode, to: Partial<SimNode>): void {
    Object.assign(node, to);
    this.owners.of(rack)?.reconcile(rack);
  }

  private comeUp(rack: SimRack): void {
    if (rack.phase !== "Arriving") return;
    rack.phase = "Up";
    this.owners.assign(rack)?.reconcile(rack);
  }

  /** What costs least goes first: the newest order, then an empty rack, then the newest rack. */
  private releaseOne(): void {
    const held = this.all.filter(isHeld).toReversed();
    const rack =
      held.find((candidate) => candidate.phase === "Requested") ??
      held.find((candidate) => candidate.phase === "Up" && candidate.pods.length === 0) ??
      held[0];
    if (rack === undefined) throw new Error(`pool ${this.pool.name} has no rack to release`);
    if (rack.phase === "Requested") this.forget(rack);
    else this.startRelease(rack);
  }

  private startRelease(rack: SimRack): void {
    rack.phase = "Releasing";
    const workload = this.owners.of(rack);
    for (const pod of rack.pods.slice()) workload?.terminate(rack, pod);
    this.after(this.releases.duration(this.options.supply.release), () => {
      for (const pod of rack.pods.slice()) workload?.kill(rack, pod);
      this.forget(rack);
    });
  }

  private forget(rack: SimRack): void {
    rack.phase = "Gone";
    this.owners.forget(rack);
    this.all.splice(this.all.indexOf(rack), 1);
  }
}
