import { ArrivalHeap } from "./arrival-heap.ts";
import { boundsNs } from "./bucket-histogram.ts";
import type { Router } from "./cache-contract.ts";
import { type Chains, createChainRegistry } from "./chain-registry.ts";
import type { EngineModel, KernelOptions, ReplicaRole } from "./contract.ts";
import { Outcomes } from "./outcomes.ts";
import { createPrefixCaches, type ExtentCaches } from "./prefix-caches.ts";
import { ReplicaTimers } from "./replica-timers.ts";
import { DECODE_UNIT, EJECTED, Replicas } from "./replicas.ts";
import { createRouter } from "./router.ts";
import { SessionSlots } from "./session-slots.ts";
import { compileTemplates, type SessionTemplates } from "./session-templates.ts";
import { TurnLists } from "./turn-lists.ts";
import { TurnSlots } from "./turn-slots.ts";

/** What the parts of a kernel share: the clock, and everything that exists in the fleet. */
export class FleetState {
  nowNs = 0;
  /** Up to here, this instant included, replicas with something to do have begun an iteration. */
  begunNs = -1;
  /** An ejected replica has run empty. */
  emptied = false;
  readonly options: KernelOptions;
  readonly blockTokens: number;
  readonly templates: readonly SessionTemplates[];
  readonly turns = new TurnSlots();
  readonly sessions = new SessionSlots();
  readonly arrivals = new ArrivalHeap();
  readonly timers = new ReplicaTimers();
  readonly replicas: Replicas;
  readonly lists: TurnLists;
  readonly registry: Chains = createChainRegistry();
  readonly caches: ExtentCaches;
  readonly router: Router;
  /** Chooses among decode units. */
  readonly decodeRouter: Router;
  readonly outcomes: Outcomes;
  /** Replicas that are not in an iteration and may have something to do. */
  readonly ready: number[] = [];
  private readonly decodeEngine: EngineModel;
  /** What pauses between the turns of a session are multiplied by. */
  gapFactor = 1;
  private scheduled = 0;

  constructor(options: KernelOptions, blockTokens: number) {
    const { buckets, engine, router } = options;
    this.options = options;
    this.decodeEngine = options.decodeEngine ?? engine;
    this.blockTokens = blockTokens;
    this.templates = options.sources.map((source) => compileTemplates(source, this.registry));
    this.replicas = new Replicas(boundsNs(buckets.ttft), boundsNs(buckets.itl));
    this.lists = new TurnLists(this.turns, this.replicas);
    this.caches = createPrefixCaches({
      registry: this.registry,
      blockTokens,
      evictAtLeastTokens: engine.evictAtLeastTokens,
      hostTokens: engine.host?.tokens ?? 0,
      storeTokens: options.store?.tokens ?? 0,
    });
    this.router = createRouter({ ...router, caches: this.caches });
    const least = { kind: "least-loaded", lagNs: 0, guard: router.guard } as const;
    this.decodeRouter = createRouter({ ...least, caches: this.caches });
    this.outcomes = new Outcomes(options.objectives, options.resultsFromNs ?? 0);
  }

  /** @returns the first of `count` places in the order of scheduling. */
  takeOrder(count: number): number {
    const order = this.scheduled;
    this.scheduled += count;
    return order;
  }

  engineOf(replica: number): EngineModel {
    return this.replicas.role(replica) === DECODE_UNIT ? this.decodeEngine : this.options.engine;
  }

  engineFor(role: ReplicaRole): EngineModel {
    return role === "Decode" ? this.decodeEngine : this.options.engine;
  }

  routerOf(replica: number): Router {
    return this.replicas.role(replica) === DECODE_UNIT ? this.decodeRouter : this.router;
  }

  /** A turn left the replica. */
  leave(replica: number): void {
    const router = this.routerOf(replica);
    router.done(replica);
    if (this.replicas.status(replica) === EJECTED && router.inFlight(replica) === 0) {
      this.emptied = true;
    }
  }
}
