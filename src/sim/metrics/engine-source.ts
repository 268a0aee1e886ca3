/** A source that shows each engine too, from the same scrapes: for policies that look closely. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { engineReadings, planEngines } from "../../core/queries/engine-plan.ts";
import type { SignalSource } from "../../ports/signal-source.ts";
import { FleetQueries } from "./fleet-queries.ts";
import type { SimulatedMetrics } from "./signal-source.ts";

/** @returns `source`, its snapshots with a reading per engine; none while the source is out */
export function withEngines(source: SignalSource, metrics: SimulatedMetrics): SignalSource {
  const { store, isOut } = metrics;
  const asked = new WeakMap<CompiledFleet, FleetQueries>();
  const queriesOf = (fleet: CompiledFleet): FleetQueries => {
    const known = asked.get(fleet) ?? new FleetQueries(planEngines(fleet), store.live, store.rule);
    asked.set(fleet, known);
    return known;
  };
  return {
    history: (fleet, range) => source.history(fleet, range),
    read: async (fleet, at) => {
      const snapshot = await source.read(fleet, at);
      if (isOut(at)) return { ...snapshot, engines: [] };
      const split = fleet.workloads.some(({ role }) => role === "Prefill");
      const outcomes = queriesOf(fleet).evaluate({ at, visibleUntil: at - store.lagMs });
      return { ...snapshot, engines: engineReadings(outcomes, split ? "Prefill" : "Aggregated") };
    },
  };
}
