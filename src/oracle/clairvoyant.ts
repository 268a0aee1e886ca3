/**
 * The clairvoyant: it has seen the run's turns, and the lead time of every rack that it will order.
 * It plans the cheapest path for a price of a missed turn, is replayed like any other policy, and
 * plans anew, dearer, for what the replay missed beyond the plan.
 */
import type { Millis } from "../core/units.ts";
import { cheapestPath } from "./cheapest-path.ts";
import type { PathStep } from "./cheapest-path.ts";
import { racksFor } from "./fleet-model.ts";
import type { FleetModel } from "./fleet-model.ts";
import { countChanges } from "./orders.ts";
import type { CountChange } from "./orders.ts";
import { MissTable, gpuHoursPerTurn } from "./path-costs.ts";
import type { WatchedFleet } from "./standing-fleet.ts";
import { rackGpuHours } from "./supply-terms.ts";
import type { SupplyTerms } from "./supply-terms.ts";

export interface ClairvoyantInput {
  readonly offered: WatchedFleet;
  readonly model: FleetModel;
  readonly terms: SupplyTerms;
  /** What a missed turn is worth, in what a turn costs on a fleet that always fits. */
  readonly price: number;
}

export interface ClairvoyantPlan {
  readonly changes: readonly CountChange[];
  /** What the plan itself expects: GPU-hours, and turns missed. */
  readonly gpuHours: number;
  readonly missed: number;
}

/** The controller's ticks from wanting a rack to the provider's order: open, approve, write. */
const ACTUATION_MS = 60_000;
/** Share that a step may miss on a fleet that fits: what most objectives allow. */
const FITTING_SHARE = 0.05;
/**
 * How long a new rack computes before its cache counts: a re-homing router fills it in a minute or
 * two, under sticky sessions it gains as they turn over, by half an hour a third.
 */
const WARM_MS = { "prefix-affinity": 2 * 60_000, "session-sticky": 30 * 60_000 } as const;

/** Replays are compared with plans over it: single minutes are noise. */
const WINDOW_MS = 10 * 60_000;
/** Misses beyond a plan that are no chance, in standard deviations of a Poisson count. */
const SURPRISE = 3;
/** A window grows dearer by at most this in a round: what it missed may be an earlier backlog. */
const MOST_RAISED = 4;

export class Clairvoyant {
  /** GPU-hours that a missed turn is priced at. */
  readonly gpuHoursPerMiss: number;
  private readonly input: ClairvoyantInput;
  private readonly table: MissTable;
  private path: readonly PathStep[] = [];

  constructor(input: ClairvoyantInput) {
    const { offered, model, terms, price } = input;
    this.input = input;
    const most = Math.max(terms.startRacks, terms.maxRacks);
    this.table = new MissTable(model, offered, most);
    const needed = offered.steps.map((step) => racksFor(model, step, FITTING_SHARE, most));
    const perTurn = gpuHoursPerTurn(offered, (at) => needed[at] ?? 0, this.rackStepGpuHours());
    this.gpuHoursPerMiss = price * perTurn;
  }

  plan(): ClairvoyantPlan {
    const { offered, terms } = this.input;
    const { stepMs } = offered;
    const path = cheapestPath(this.problem());
    this.path = path.steps;
    const missed = path.steps.reduce((sum, _, at) => sum + this.plannedMisses(at), 0);
    const { startRacks, leadsMs, requestsPerHour } = terms;
    const orderTerms = { stepMs, startRacks, leadsMs, requestsPerHour, actuationMs: ACTUATION_MS };
    return {
      changes: countChanges(path.steps, orderTerms),
      gpuHours: path.cost - missed * this.gpuHoursPerMiss,
      missed,
    };
  }

  /**
   * Where the replay missed clearly more than was planned, by windows, as many racks miss as much
   * more from now on, and fewer do no better: the next plan has more wherever that is worth it.
   * @param missed turns that arrived in each step of the replay and missed an objective
   * @returns steps that were made dearer
   */
  learn(missed: readonly number[]): number {
    const width = Math.max(1, Math.round(WINDOW_MS / this.input.offered.stepMs));
    let repaired = 0;
    for (let from = 0; from < this.path.length; from += width) {
      const steps = this.path.slice(from, from + width).map((_, at) => from + at);
      const planned = steps.reduce((sum, step) => sum + this.plannedMisses(step), 0);
      const found = steps.reduce((sum, step) => sum + (missed[step] ?? 0), 0);
      if (found <= planned + SURPRISE * Math.sqrt(planned + 1)) continue;
      const factor = Math.min(MOST_RAISED, found / Math.max(planned, 1));
      // Where nothing was expected there is nothing to multiply.
      const least = planned < 1 ? found / steps.length : 0;
      for (const step of steps) {
        this.table.raise(step, this.path[step]?.inService ?? 0, { factor, least });
      }
      repaired += steps.length;
    }
    return repaired;
  }

  private plannedMisses(step: number): number {
    const { inService, warming } = this.path[step] ?? { inService: 0, warming: 0 };
    return this.table.at(step, inService, inService - warming);
  }

  private problem(): Parameters<typeof cheapestPath>[0] {
    const { offered, model, terms } = this.input;
    const inSteps = (ms: number): number => Math.max(1, Math.round(ms / offered.stepMs));
    return {
      startRacks: terms.startRacks,
      minRacks: terms.minRacks,
      capacity: offered.steps.map((_, at) => terms.racksAt(at * offered.stepMs)),
      leadSteps: inSteps(terms.medianLeadMs),
      grantSteps: Math.round(terms.grantMs / offered.stepMs),
      warmSteps: inSteps(WARM_MS[model.fleet.router]),
      drainSteps: inSteps(terms.drainMs),
      rackCost: this.rackStepGpuHours(),
      missCost: (step, racks, cachedRacks) =>
        this.gpuHoursPerMiss * this.table.at(step, racks, cachedRacks),
    };
  }

  private rackStepGpuHours(): number {
    const { offered, terms } = this.input;
    return rackGpuHours(terms, offered.stepMs);
  }
}

/** States x steps that a plan may keep: 32 MB of choices. */
const TABLE_MAX = 32_000_000;

/** @returns how many steps of a recording to take together so that a plan fits in memory */
export function stepsTogether(
  steps: number,
  stepMs: Millis,
  { maxRacks, medianLeadMs }: SupplyTerms,
): number {
  for (let factor = 1; ; factor += 1) {
    const ages = medianLeadMs / (stepMs * factor) + 2;
    const states = maxRacks + 1 + ((maxRacks * (maxRacks + 1)) / 2) * ages;
    if ((steps / factor) * states <= TABLE_MAX) return factor;
  }
}
