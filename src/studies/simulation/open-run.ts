/** A run under way: the world, the controller on its ports, and all that is counted beside them. */
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import type { EpochMs } from "../../core/units.ts";
import { after, elapsed, epochMs } from "../../core/units.ts";
import type { DecisionLog } from "../../ports/decision-log.ts";
import { NO_DECISION_LOG } from "../../ports/decision-log.ts";
import type { Telemetry } from "../../ports/telemetry.ts";
import { controllerTicks } from "../../sim/controller-ticks.ts";
import type { KernelOptions } from "../../sim/kernel/contract.ts";
import { createMetricsStore } from "../../sim/metrics/metrics-store.ts";
import { writeOpenMetrics } from "../../sim/metrics/open-metrics.ts";
import { simulatedPorts } from "../../sim/ports/simulated-ports.ts";
import { World } from "../../sim/world.ts";
import type { ConfiguredPolicy } from "../policies.ts";
import type { SimulationRun } from "../simulation-run.ts";
import { OfferedTurns } from "./offered-turns.ts";
import type { HeldGpus } from "./surge-results.ts";
import { TickObserver } from "./tick-observer.ts";
import { TimelineObserver } from "./timeline-observer.ts";

const NS_PER_MS = 1e6;
/** Nobody ends turns so much faster than lately that more ticks' worth of them fit into one. */
const NEAR_END_TICKS = 8;
/** So few turns may always be the last. */
const FEW_TURNS = 64;

export class OpenRun {
  readonly run: SimulationRun;
  readonly scenario: CompiledScenario;
  readonly world: World;
  readonly observer: TickObserver;
  /** null: nobody asked for a timeline. */
  readonly timeline: TimelineObserver | null;
  /** One a fleet, in the group's order. */
  readonly offered: readonly OfferedTurns[];
  readonly held: HeldGpus[] = [];
  readonly tick: () => Promise<void>;
  readonly exportMetrics: () => void;
  private readonly endsAt: EpochMs;
  /** Turns that had ended at the tick before. */
  private gone = 0;

  constructor(run: SimulationRun, { group, policy }: ConfiguredPolicy) {
    this.run = run;
    this.scenario = { ...run.scenario, group };
    const { durationMs, startsAt } = this.scenario;
    this.endsAt = durationMs === null ? epochMs(Infinity) : after(startsAt, durationMs);
    this.observer = new TickObserver(startsAt, run.onTick);
    this.timeline = run.timeline === true ? new TimelineObserver(group, startsAt) : null;
    const offered: OfferedTurns[] = [];
    this.world = new World({
      scenario: this.scenario,
      seed: run.seed,
      traffic: new Map(run.traffic(run.seed).map(({ fleet, sources }) => [fleet, sources])),
      createKernel: (options, usual) => usual(this.counted(options, offered)),
    });
    this.offered = offered;
    const { codeVersion, digest } = run;
    const ports = simulatedPorts(this.world, {
      digest,
      telemetry: this.timeline === null ? this.observer : both(this.observer, this.timeline),
      log: logOf(run),
      engines: policy !== undefined,
    });
    this.exportMetrics = exporter(run, this.world);
    this.tick = controllerTicks(ports, {
      codeVersion,
      digest,
      stopwatch: () => 0,
      ...(policy === undefined ? {} : { policy }),
    });
    this.sample();
  }

  /** Lets time pass, but not beyond the end; of a recording to the ms of its last event. */
  advanceTo(at: EpochMs): void {
    const until = epochMs(Math.min(at, this.endsAt));
    if (this.scenario.durationMs === null && this.isNearEnd()) this.followEvents(until);
    if (!this.ended()) this.world.advanceTo(until);
    this.sample();
  }

  ended(): boolean {
    if (this.world.now() >= this.endsAt) return true;
    return this.scenario.durationMs === null && this.world.trafficEnded();
  }

  /** 0..1; 0 for a recording: how long it takes is not known before. */
  shareDone(): number {
    const { durationMs, startsAt } = this.scenario;
    return durationMs === null ? 0 : elapsed(startsAt, this.world.now()) / durationMs;
  }

  /** To the end; of a recording to the end of its last turn. */
  simulatedMs(): number {
    const { durationMs, startsAt } = this.scenario;
    return durationMs ?? elapsed(startsAt, this.world.now());
  }

  /** Whether what is left of a recording could end before the next tick, and so at any event. */
  private isNearEnd(): boolean {
    const counts = this.world.fleets().map(({ kernel }) => kernel.counts());
    const gone = counts.reduce((sum, each) => sum + each.arrived - each.inFlight, 0);
    const left = this.offered.reduce((sum, turns) => sum + turns.counts().offered, 0) - gone;
    const lately = gone - this.gone;
    this.gone = gone;
    return left <= NEAR_END_TICKS * Math.max(lately, FEW_TURNS);
  }

  private followEvents(until: EpochMs): void {
    const { startsAt, world } = this.scenario;
    const beganAt = startsAt - (world.warmupMs ?? 0);
    for (;;) {
      const next = Math.min(...this.world.fleets().map(({ kernel }) => kernel.nextEventNs()));
      const at = beganAt + Math.ceil(next / NS_PER_MS);
      if (!(at <= until)) return;
      this.world.advanceTo(epochMs(Math.max(at, this.world.now())));
    }
  }

  private sample(): void {
    const { gpuHours } = this.world.account();
    const atMs = elapsed(this.scenario.startsAt, this.world.now());
    this.held.push({ atMs, gpuHours: gpuHours.held });
  }

  /** A fleet's kernel is given sessions that are counted as it draws them. */
  private counted(options: KernelOptions, offered: OfferedTurns[]): KernelOptions {
    const { decodeEngine, engine, resultsFromNs: fromNs = 0 } = options;
    const durationNs = (this.scenario.durationMs ?? Infinity) * NS_PER_MS;
    const turns = new OfferedTurns({
      engines: {
        engine,
        decodeEngine: decodeEngine ?? engine,
        split: decodeEngine !== undefined,
      },
      fromNs,
      untilNs: fromNs + durationNs,
    });
    offered.push(turns);
    return {
      ...options,
      sources: options.sources.map((source) => turns.count(source)),
      isDelayed: (turn) => turns.isDelayed(turn),
    };
  }
}

const both = (first: Telemetry, second: Telemetry): Telemetry => ({
  tick: (report) => {
    first.tick(report);
    second.tick(report);
  },
  tickFailed: (group, code, message) => {
    first.tickFailed(group, code, message);
    second.tickFailed(group, code, message);
  },
  forget: (group) => {
    first.forget(group);
    second.forget(group);
  },
});

function logOf({ onRecord }: SimulationRun): DecisionLog {
  if (onRecord === undefined) return NO_DECISION_LOG;
  return {
    keeps: true,
    append: (_record, line) => {
      onRecord(line);
      return Promise.resolve();
    },
    tail: () => Promise.resolve(null),
  };
}

/** Keeps every series from now on, where they are wanted. @returns writes them */
function exporter({ onOpenMetrics, scenario }: SimulationRun, world: World): () => void {
  if (onOpenMetrics === undefined) return () => {};
  const store = createMetricsStore({ lagMs: scenario.world.scrape.lagMs, keepEverything: true });
  world.onScrape(store.scrape);
  return () => writeOpenMetrics(store, onOpenMetrics);
}
