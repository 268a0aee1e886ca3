/** A source that shows more, from the same scrapes: for policies that look closely. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { cacheReading, planCaches } from "../../core/queries/cache-plan.ts";
import { engineReadings, planEngines } from "../../core/queries/engine-plan.ts";
import { planHitRates, podHitRates } from "../../core/queries/hit-rate-plan.ts";
import type { Batch } from "../../core/queries/fleet-plan.ts";
import type { Outcomes } from "../../core/queries/readings.ts";
import { planTails, tailReadings } from "../../core/queries/tail-plan.ts";
import type { SignalSnapshot, SignalSource } from "../../ports/signal-source.ts";
import { FleetQueries } from "./fleet-queries.ts";
import type { SimulatedMetrics } from "./signal-source.ts";

interface More {
  readonly plan: (fleet: CompiledFleet) => readonly Batch[];
  /** Of no outcomes at all while the source is out. */
  readonly shown: (outcomes: Outcomes, fleet: CompiledFleet) => Partial<SignalSnapshot>;
}

/** @returns `source`, its snapshots with a reading per engine; none while the source is out */
export const withEngines = (source: SignalSource, metrics: SimulatedMetrics): SignalSource =>
  withMore(source, metrics, {
    plan: planEngines,
    shown: (outcomes, { workloads }) => {
      const split = workloads.some(({ role }) => role === "Prefill");
      return { engines: engineReadings(outcomes, split ? "Prefill" : "Aggregated") };
    },
  });

/** @returns `source`, its snapshots with hit rates pod by pod; none while the source is out */
export const withHitRates = (source: SignalSource, metrics: SimulatedMetrics): SignalSource =>
  withMore(source, metrics, {
    plan: planHitRates,
    shown: (outcomes) => ({ hitRates: podHitRates(outcomes) }),
  });

/** @returns `source`, its snapshots with what the diagnosis of caches goes by; none while out */
export const withCaches = (source: SignalSource, metrics: SimulatedMetrics): SignalSource =>
  withMore(source, metrics, {
    plan: (fleet) => [...planHitRates(fleet), ...planCaches(fleet)],
    shown: (outcomes, fleet) => {
      const caches = cacheReading(outcomes, fleet);
      return caches === null ? {} : { caches };
    },
  });

/** @returns `source`, its snapshots with the tails of both latencies; null while it is out */
export const withTails = (source: SignalSource, metrics: SimulatedMetrics): SignalSource =>
  withMore(source, metrics, {
    plan: planTails,
    shown: (outcomes) => ({ tails: tailReadings(outcomes) }),
  });

function withMore(source: SignalSource, metrics: SimulatedMetrics, more: More): SignalSource {
  const { store, isOut } = metrics;
  const asked = new WeakMap<CompiledFleet, FleetQueries>();
  const queriesOf = (fleet: CompiledFleet): FleetQueries => {
    const known = asked.get(fleet) ?? new FleetQueries(more.plan(fleet), store.live, store.rule);
    asked.set(fleet, known);
    return known;
  };
  return {
    history: (fleet, range) => source.history(fleet, range),
    read: async (fleet, at) => {
      const snapshot = await source.read(fleet, at);
      const outcomes: Outcomes = isOut(at)
        ? new Map()
        : queriesOf(fleet).evaluate({ at, visibleUntil: at - store.lagMs });
      return { ...snapshot, ...more.shown(outcomes, fleet) };
    },
  };
}
