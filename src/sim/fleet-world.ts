/** One fleet of the world: its clients, its engines, and the metrics store that scrapes them. */
import type { CompiledFleet } from "../core/compiled.ts";
import type { EngineProfile } from "../core/profiles/engine-profiles.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import type { OfferedTurn } from "./arrivals.ts";
import { Arrivals } from "./arrivals.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import { FleetService } from "./fleet-service.ts";
import { checkTurnsConserved } from "./ledger.ts";
import { RandomStream } from "./random.ts";
import type { SimPod } from "./rack-state.ts";
import { isServing } from "./rack-state.ts";
import { ScrapeLog } from "./scrape-log.ts";
import type { TrafficOptions, WorldOptions } from "./world-options.ts";

export interface FleetWorldOptions {
  readonly fleet: CompiledFleet;
  readonly traffic: TrafficOptions;
  readonly world: WorldOptions;
  readonly timeline: Timeline;
  /** The fleet's pods, wherever they run. */
  readonly pods: () => readonly SimPod[];
}

/** @returns the fleet's engine with its speeds drawn away from the profile, evenly both ways. */
function perturbedEngine(fleet: CompiledFleet, { seed, perturb }: WorldOptions): EngineProfile {
  const profile = ENGINE_PROFILES[fleet.model.profile];
  if (profile === undefined) {
    throw new Error(`fleet ${fleet.key}: no engine profile "${fleet.model.profile}"`);
  }
  const stream = new RandomStream(seed, `perturb/${fleet.key}`);
  const factor = (): number => stream.between(1 - perturb, 1 + perturb);
  return {
    ...profile,
    prefillTokensPerSecondPerGpu: profile.prefillTokensPerSecondPerGpu * factor(),
    itlBaseMs: profile.itlBaseMs * factor(),
    itlPerSequenceMs: profile.itlPerSequenceMs * factor(),
  };
}

export class FleetWorld {
  readonly fleet: CompiledFleet;
  readonly arrivals: Arrivals;
  readonly service: FleetService;
  readonly scrapes = new ScrapeLog();
  private readonly options: FleetWorldOptions;

  constructor(options: FleetWorldOptions) {
    const { fleet, traffic, world, timeline } = options;
    this.fleet = fleet;
    this.options = options;
    this.arrivals = new Arrivals(traffic, world.startAt, world.seed);
    this.service = new FleetService(timeline, {
      engine: perturbedEngine(fleet, world),
      gpusPerUnit: fleet.workloads[0]?.gpusPerUnit ?? 1,
      clientTimeoutMs: traffic.clientTimeoutMs,
      thinkMs: traffic.thinkMs,
      objectives: fleet.objectives,
    });
  }

  /** Clients begin to send, the metrics store begins to scrape. */
  begin(): void {
    this.schedule(this.arrivals.next());
    this.scrapeAt(this.options.timeline.now());
  }

  /** @throws when a turn was lost or doubled (INV-1) */
  check(): void {
    checkTurnsConserved(this.fleet.key, this.service.counts());
  }

  private schedule(turn: OfferedTurn): void {
    this.options.timeline.schedule(turn.at, PRIORITY.arrive, () => {
      this.service.offer(turn);
      this.schedule(this.arrivals.next());
    });
  }

  private scrapeAt(at: number): void {
    const { timeline, world } = this.options;
    timeline.schedule(at, PRIORITY.scrape, () => {
      const { offered, unsent } = this.service.counts();
      const coverage = this.coverage();
      this.scrapes.record({ at, sent: offered - unsent, coverage, ...this.service.metrics() });
      this.scrapeAt(at + world.scrape.intervalMs);
    });
  }

  /** Targets are the pods that have served; those whose engine died are down. */
  private coverage(): number {
    const targets = this.options.pods().filter(({ readySince }) => readySince !== null);
    const up = targets.filter((pod) => pod.terminating || isServing(pod));
    return targets.length === 0 ? 1 : up.length / targets.length;
  }
}
