import { Affinity } from "./affinity.ts";
import type { Router } from "./cache-contract.ts";
import type { RouterKind, RouterModel } from "./contract.ts";
import { DecayedAffinity } from "./decayed-affinity.ts";
import { LoadBuckets } from "./load-buckets.ts";
import type { ExtentCaches } from "./prefix-caches.ts";
import { RoundRobin } from "./round-robin.ts";
import { SessionHomes } from "./session-homes.ts";

export interface RouterOptions {
  readonly kind: RouterKind;
  /** How old the router's picture of the caches is. */
  readonly lagNs: number;
  /** prefix-affinity: replicas with more than `guard` x (mean + 1) turns are passed over. */
  readonly guard: number;
  /** prefix-affinity: the guard looks at decayed tokens; absent: at turns in flight. */
  readonly decay?: RouterModel["decay"] | undefined;
  /** The caches of the replicas that it routes to; only prefix-affinity looks at them. */
  readonly caches: ExtentCaches;
}

class KernelRouter implements Router {
  private readonly kind: RouterKind;
  /** Whether `kind` is prefix-affinity: asked for every turn, and strings compare slowly. */
  private readonly affine: boolean;
  private readonly lagNs: number;
  private readonly caches: ExtentCaches;
  private readonly loads = new LoadBuckets();
  private readonly turns = new RoundRobin();
  private readonly homes = new SessionHomes();
  private readonly affinity: Affinity;
  private readonly decayed: DecayedAffinity | null;
  private readonly lags: boolean;

  constructor({ kind, lagNs, guard, decay, caches }: RouterOptions) {
    this.kind = kind;
    this.affine = kind === "prefix-affinity";
    this.lagNs = lagNs;
    this.caches = caches;
    this.lags = this.affine && lagNs > 0;
    this.affinity = new Affinity(caches, this.loads, guard, this.lags);
    this.decayed =
      this.affine && decay !== undefined
        ? new DecayedAffinity({ caches, lags: this.lags, guard, decay })
        : null;
    if (this.lags) caches.changes.follow();
  }

  addReplica(replica: number): void {
    this.loads.add(replica);
    this.turns.add(replica);
    this.homes.arrive(replica);
    this.decayed?.add(replica);
  }

  eject(replica: number): void {
    this.loads.eject(replica);
    this.turns.remove(replica);
    this.decayed?.eject(replica);
  }

  readmit(replica: number): void {
    if (!this.loads.readmit(replica)) return;
    this.turns.add(replica);
    this.decayed?.readmit(replica);
  }

  removeReplica(replica: number): void {
    this.loads.remove(replica);
    this.turns.remove(replica);
    this.homes.leave(replica);
    this.decayed?.eject(replica);
  }

  route(nowNs: number, session: number, chain: number, blocks: number): number {
    if (this.loads.routable === 0) return -1;
    if (this.lags) this.caches.changes.showUntil(nowNs - this.lagNs);
    const replica =
      this.decayed === null
        ? this.choose(session, chain, blocks)
        : this.decayed.choose(nowNs, chain, blocks);
    this.loads.change(replica, 1);
    return replica;
  }

  assign(replica: number): void {
    this.loads.change(replica, 1);
  }

  done(replica: number): void {
    this.loads.change(replica, -1);
  }

  forget(session: number): void {
    this.homes.forget(session);
  }

  inFlight(replica: number): number {
    return this.loads.load(replica);
  }

  private choose(session: number, chain: number, blocks: number): number {
    if (this.affine) {
      const known = this.affinity.choose(chain, blocks);
      return known >= 0 ? known : this.loads.leastLoaded();
    }
    switch (this.kind) {
      case "round-robin":
        return this.turns.next();
      case "least-loaded":
        return this.loads.leastLoaded();
      default:
        return this.stick(session);
    }
  }

  private stick(session: number): number {
    const home = this.homes.home(session);
    if (home >= 0 && this.loads.isRoutable(home)) return home;
    const replica = this.loads.leastLoaded();
    this.homes.settle(session, replica);
    return replica;
  }
}

/** @returns a router without replicas. */
export function createRouter(options: RouterOptions): Router {
  return new KernelRouter(options);
}
