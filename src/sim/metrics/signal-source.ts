/**
 * The SignalSource over simulated scrapes. It asks what the live adapter asks, of the same tables,
 * and reads the answers by the same rules; only the server that evaluates the queries is simulated.
 */
import type { CompiledFleet } from "../../core/compiled.ts";
import { planFleet, planHistory } from "../../core/queries/fleet-plan.ts";
import type { FleetPlan, HistoryPlan, PlannedReading } from "../../core/queries/fleet-plan.ts";
import { absent, everyReading, readingOf } from "../../core/queries/readings.ts";
import type { Outcomes } from "../../core/queries/readings.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { epochMs } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { DemandSample, SignalSnapshot, SignalSource } from "../../ports/signal-source.ts";
import { FleetQueries } from "./fleet-queries.ts";
import type { MetricsStore } from "./metrics-store.ts";

export interface SimulatedMetrics {
  readonly store: MetricsStore;
  /** Whether the metrics server cannot be reached at this instant. */
  readonly isOut: (at: EpochMs) => boolean;
}

interface HistoryRange {
  readonly at: EpochMs;
  readonly windowMs: Millis;
  readonly stepMs: Millis;
}

const OUT = "the simulated metrics source is out";

/** @returns the source; its `read` never throws, its `history` throws PortError. */
export function simulatedSignalSource({ store, isOut }: SimulatedMetrics): SignalSource {
  const asked = new AskedFleets(store);
  return {
    read: (fleet, at) => Promise.resolve(asked.of(fleet).read(at, isOut(at))),
    history: async (fleet, range) => {
      if (isOut(range.at)) throw new PortError("unreachable", OUT);
      return asked.of(fleet).history(range);
    },
  };
}

/** What was worked out about each fleet, for as long as somebody has the fleet. */
class AskedFleets {
  private readonly store: MetricsStore;
  private readonly fleets = new WeakMap<CompiledFleet, AskedFleet>();

  constructor(store: MetricsStore) {
    this.store = store;
  }

  of(fleet: CompiledFleet): AskedFleet {
    const known = this.fleets.get(fleet) ?? new AskedFleet(fleet, this.store);
    this.fleets.set(fleet, known);
    return known;
  }
}

class AskedFleet {
  private readonly fleet: CompiledFleet;
  private readonly store: MetricsStore;
  private readonly plan: FleetPlan;
  private readonly queries: FleetQueries;

  constructor(fleet: CompiledFleet, store: MetricsStore) {
    this.fleet = fleet;
    this.store = store;
    this.plan = planFleet(fleet);
    this.queries = new FleetQueries(this.plan.batches, store.live, store.rule);
  }

  read(at: EpochMs, isOut: boolean): SignalSnapshot {
    if (isOut) return everyReading(this.plan, () => absent("unreachable", OUT));
    const outcomes = this.queries.evaluate({ at, visibleUntil: at - this.store.lagMs });
    return everyReading(this.plan, (planned) => readingOf(planned, outcomes));
  }

  /** @throws PortError for a query that cannot be evaluated */
  history({ at, windowMs, stepMs }: HistoryRange): readonly DemandSample[] {
    const plan = planHistory(this.fleet, stepMs);
    const queries = new FleetQueries(plan.batches, this.store.all, this.store.rule);
    const visibleUntil = at - this.store.lagMs;
    const samples: DemandSample[] = [];
    for (let instant = at - windowMs; instant <= at; instant += stepMs) {
      const outcomes = queries.evaluate({ at: instant, visibleUntil });
      const sample = demandOf(plan, outcomes, epochMs(instant));
      if (sample !== null) samples.push(sample);
    }
    return samples;
  }
}

/** @returns null where one of the three rates is not known or not finite. */
function demandOf(plan: HistoryPlan, outcomes: Outcomes, at: EpochMs): DemandSample | null {
  const turnsPerSecond = rateIn(plan.signals.arrivals, outcomes);
  const promptTokensPerSecond = rateIn(plan.signals.promptTokens, outcomes);
  const outputTokensPerSecond = rateIn(plan.signals.generatedTokens, outcomes);
  if (turnsPerSecond === null || promptTokensPerSecond === null || outputTokensPerSecond === null) {
    return null;
  }
  return { at, turnsPerSecond, promptTokensPerSecond, outputTokensPerSecond };
}

function rateIn(planned: PlannedReading, outcomes: Outcomes): number | null {
  if (planned.kind === "refused") throw new PortError("invalid", planned.detail);
  const { batch, key } = planned.value;
  const outcome = outcomes.get(batch);
  if (outcome?.kind === "failed") throw new PortError("invalid", outcome.detail);
  const found = outcome?.parts.get(key) ?? [];
  if (found.length > 1) {
    const text = `query history of ${batch}: expected one series for ${key}, found ${found.length}`;
    throw new PortError("bad-answer", text);
  }
  const value = found[0]?.value ?? Number.NaN;
  return Number.isFinite(value) ? value * planned.factor : null;
}
