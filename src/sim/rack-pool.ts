/**
 * The provider behind one pool: an object with a count of racks. Raising it orders racks, which
 * arrive step by step; lowering it takes one away per rack, those without pods first.
 */
import type { ScenarioSupply } from "../config/compiled-scenario.ts";
import type { CompiledPool } from "../core/compiled.ts";
import type { PoolCount } from "../core/observation.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS, epochMs, millis } from "../core/units.ts";
import { CountObject } from "./count-object.ts";
import type { Timeline } from "./event-queue.ts";
import type { FleetWorkload } from "./fleet-workload.ts";
import type { LeadTime } from "./lead-times.ts";
import { drawLeadTime, leadTimeStream } from "./lead-times.ts";
import { loanPods } from "./loan-pods.ts";
import { LoanWork } from "./loan-work.ts";
import { ProviderStock } from "./provider-stock.ts";
import { RackArrival } from "./rack-arrival.ts";
import { RackMeter } from "./rack-meter.ts";
import { RackMoves } from "./rack-moves.ts";
import { RackOutages } from "./rack-outages.ts";
import type { SimPod, SimRack } from "./rack-state.ts";
import { isGranted, isHeld } from "./rack-state.ts";
import { RackYard } from "./rack-yard.ts";
import { RandomStream } from "./random.ts";
import { beginInterruptions } from "./spot-interruptions.ts";

/** Of a pod that asks for no other: terminationGracePeriodSeconds, 30 s. */
const GRACE_MS = millis(30 * SECOND_MS);
/** A stock-out is looked at again after this. */
const RETRY_GRANT_MS = MINUTE_MS;

export interface RackPoolOptions {
  readonly pool: CompiledPool;
  readonly supply: ScenarioSupply;
  readonly timeline: Timeline;
  readonly seed: number;
  /** Epoch milliseconds from which the scenario's times count. */
  readonly startsAt: number;
}

/** What the provider shows beside the count that people set. */
export interface SupplyState {
  /** Racks whose nodes exist. */
  readonly current: number;
  /** Racks held that were handed out. */
  readonly granted: number;
  readonly stock: PoolCount["stock"];
}

export class RackPool {
  readonly pool: CompiledPool;
  readonly object: CountObject;
  readonly outages: RackOutages;
  readonly arrival: RackArrival;
  readonly meter: RackMeter;
  readonly loan: LoanWork;
  readonly moves: RackMoves;
  private readonly options: RackPoolOptions;
  private readonly yard: RackYard;
  private readonly stock: ProviderStock;
  private readonly leads: RandomStream;
  private readonly releases: RandomStream;

  constructor(options: RackPoolOptions) {
    const { pool, supply, seed, timeline } = options;
    this.pool = pool;
    this.options = options;
    this.object = new CountObject(pool.name, supply.startRacks);
    this.yard = new RackYard(pool, timeline);
    this.stock = new ProviderStock(options);
    this.leads = leadTimeStream(seed, pool.name);
    this.releases = new RandomStream(seed, `releases/${pool.name}`);
    this.meter = new RackMeter(pool, this.yard.racks(), timeline.now());
    const replace = (rack: SimRack): void => this.replace(rack);
    const onUp = (rack: SimRack): void => this.comeUp(rack);
    this.arrival = new RackArrival({ yard: this.yard, supply, seed, onUp, onFailed: replace });
    this.loan = new LoanWork({ pool, seed, yard: this.yard });
    this.moves = new RackMoves({ yard: this.yard, meter: this.meter });
    this.outages = new RackOutages({ yard: this.yard, replace, loan: this.loan });
  }

  /** Begins with `startRacks` racks, of which the last are on loan; the others serve. */
  begin(workloads: readonly FleetWorkload[], readySince: number): void {
    this.yard.owners.consider(workloads);
    const { startRacks, loanedRacks } = this.options.supply;
    for (let index = 0; index < startRacks; index += 1) {
      this.addStanding(index >= startRacks - loanedRacks, readySince);
    }
    const now = this.yard.now();
    beginInterruptions({ ...this.options, outages: this.outages });
    for (const until of this.stock.windowEndsAfter(now)) {
      this.yard.after(until - now, () => this.endWindow());
    }
  }

  /** Racks asked for and racks whose nodes exist, oldest first. */
  racks(): readonly SimRack[] {
    return this.yard.racks();
  }

  /** Deletes a pod as the eviction API does. */
  evict(rack: SimRack, pod: SimPod, graceMs = GRACE_MS): void {
    if (pod.fleet === null && this.loan.isDecided) this.loan.terminate(rack, pod, graceMs);
    else this.yard.terminate(rack, [pod]);
  }

  supply(): SupplyState {
    const waiting = this.racks().some((rack) => rack.phase === "Requested");
    const now = this.yard.now();
    const refused = waiting && this.inUse() >= this.stock.racksAt(now);
    return {
      current: this.racks().filter((rack) => rack.nodes.length > 0).length,
      granted: this.racks().filter((rack) => isHeld(rack) && isGranted(rack)).length,
      stock: refused ? this.stock.refusalAt(now) : "unknown",
    };
  }

  /** Sets the count, as anyone with the rights may. @throws when it is no count of racks */
  setDesired(racks: number, writer: string): void {
    const before = this.object.state().desired;
    this.object.write(racks, writer);
    this.meter.count(racks - before);
    for (let count = before; count < racks; count += 1) this.order();
    for (let count = before; count > racks; count -= 1) this.releaseOne();
  }

  /** Racks are conserved: what the provider holds is what was asked for. @throws INV-1 */
  checkConserved(): void {
    const held = this.racks().filter(isHeld).length;
    const { desired } = this.object.state();
    if (held === desired) return;
    throw new Error(`INV-1: pool ${this.pool.name} wants ${desired} racks and holds ${held}`);
  }

  setCordoned(uids: ReadonlySet<string>, cordoned: boolean): void {
    if (!cordoned) this.moves.handOver(uids);
    for (const rack of this.racks()) {
      for (const node of rack.nodes) if (uids.has(node.uid)) node.cordoned = cordoned;
      this.yard.reconcile(rack);
    }
  }

  private inUse(): number {
    return this.racks().filter(isGranted).length;
  }

  private drawLead(): LeadTime {
    return drawLeadTime(this.options.supply, this.leads);
  }

  private addStanding(onLoan: boolean, readySince: number): void {
    const rack = this.yard.add("Up", this.drawLead());
    const createdAt = this.yard.now() - DAY_MS;
    for (let index = 0; index < this.pool.rack.nodes; index += 1) {
      Object.assign(this.yard.addNode(rack, createdAt), { labelled: true, ready: true });
    }
    rack.booted = true;
    rack.loaned = onLoan;
    this.loan.mark(rack, onLoan, epochMs(Math.floor(createdAt)));
    if (onLoan) rack.pods.push(...loanPods(rack, this.pool, { readySince: createdAt, run: 0 }));
    else this.yard.owners.assign(rack)?.startServing(rack, readySince);
  }

  private order(): void {
    const rack = this.yard.add("Requested", this.drawLead());
    this.yard.after(rack.lead.grantMs, () => this.grant(rack));
  }

  private grant(rack: SimRack): void {
    if (rack.phase !== "Requested") return;
    if (this.inUse() < this.stock.racksAt(this.yard.now())) this.arrival.begin(rack);
    else this.yard.after(RETRY_GRANT_MS, () => this.grant(rack));
  }

  private comeUp(rack: SimRack): void {
    rack.phase = "Up";
    this.yard.owners.assign(rack)?.reconcile(rack);
  }

  private replace(rack: SimRack): void {
    this.yard.remove(rack);
    this.order();
  }

  /** Capacity blocks end on time: what does not fit the open ones goes, and what runs on it. */
  private endWindow(): void {
    while (this.inUse() > this.stock.racksAt(this.yard.now())) {
      const granted = this.racks().filter(isGranted).toReversed();
      const ending =
        granted.find(({ phase }) => phase === "Releasing") ??
        granted.find(({ pods }) => pods.length === 0) ??
        granted[0];
      if (ending === undefined) return;
      if (isHeld(ending)) this.replace(ending);
      else this.yard.remove(ending);
    }
  }

  /** What costs least goes first: the newest order, then an empty rack, then the newest rack. */
  private releaseOne(): void {
    const held = this.racks().filter(isHeld).toReversed();
    const empty = held.filter(({ pods }) => pods.length === 0);
    const rack =
      held.find(({ phase }) => phase === "Requested") ??
      empty.find(({ phase }) => phase === "Up") ??
      empty.find(({ phase }) => phase === "Repairing") ??
      held[0];
    if (rack === undefined) throw new Error(`pool ${this.pool.name} has no rack to release`);
    if (rack.phase === "Requested") this.yard.remove(rack);
    else this.startRelease(rack);
  }

  private startRelease(rack: SimRack): void {
    rack.phase = "Releasing";
    this.yard.terminate(rack, rack.pods);
    this.yard.after(this.releases.duration(this.options.supply.release), () => {
      if (rack.phase === "Releasing") this.yard.remove(rack);
    });
  }
}
