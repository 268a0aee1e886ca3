/** What reports draw over time, gathered from what telemetry is told; nothing where nobody asks. */
import type { FleetTimeline, RunTimeline } from "../../api/timeline.ts";
import type { CompiledFleet, CompiledGroup, FleetKey } from "../../core/compiled.ts";
import { drawsOn } from "../../core/compiled.ts";
import type { Decision, FleetDecision, RackPhase } from "../../core/decision.ts";
import type { FleetObservation, SignalReading } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import { MINUTE_MS, elapsed } from "../../core/units.ts";
import type { Telemetry, TickReport } from "../../ports/telemetry.ts";
import type { OutcomeSlice } from "../../sim/kernel/contract.ts";
import { SLICE_MS } from "./fleet-slices.ts";
import { RackOrders } from "./rack-orders.ts";
import { ColumnStore } from "./timeline-columns.ts";

/**
 * 14 days of minutes, a million numbers for two policies of two fleets: longer runs are coarser.
 */
const MOST_STEPS = 14 * 24 * 60;

interface FleetStore {
  readonly columns: ColumnStore;
  readonly orders: RackOrders;
}

export class TimelineObserver implements Telemetry {
  private readonly group: CompiledGroup;
  private readonly startsAt: EpochMs;
  private readonly stores: ReadonlyMap<FleetKey, FleetStore>;

  constructor(group: CompiledGroup, startsAt: EpochMs) {
    this.group = group;
    this.startsAt = startsAt;
    this.stores = new Map(
      group.fleets.map(({ key }) => [
        key,
        { columns: new ColumnStore(), orders: new RackOrders(key) },
      ]),
    );
  }

  tick(report: TickReport): void {
    const { decision, observation } = report;
    const atMs = elapsed(this.startsAt, decision.at);
    for (const [key, { columns, orders }] of this.stores) {
      orders.tick(report, atMs / 1_000);
      const decided = decision.fleets.find(({ fleet }) => fleet === key);
      const observed = observation.fleets.find((each) => each.key === key);
      const step = Math.floor(atMs / MINUTE_MS);
      if (decided !== undefined) {
        columns.note(step, rackValues(decided, decision));
        noteForecast(columns, atMs, decided);
      }
      if (observed !== undefined) columns.note(step, signalValues(observed));
    }
  }

  tickFailed(): void {
    // A tick that failed has nothing to draw.
  }

  forget(): void {
    // Groups of a scenario do not go away.
  }

  /** @param turns what became of each fleet's turns, in slices from the start of the run */
  finished(turns: ReadonlyMap<FleetKey, readonly OutcomeSlice[]>, durationMs: number): RunTimeline {
    const minutes = Math.max(1, Math.ceil(durationMs / MINUTE_MS));
    const each = Math.ceil(minutes / MOST_STEPS);
    const steps = Math.ceil(minutes / each);
    return {
      schemaVersion: 1,
      startsAtSeconds: this.startsAt / 1_000,
      stepSeconds: (each * MINUTE_MS) / 1_000,
      fleets: this.group.fleets.map((fleet) =>
        this.fleetTimeline(fleet, turns.get(fleet.key) ?? [], { steps, each }),
      ),
    };
  }

  private fleetTimeline(
    fleet: CompiledFleet,
    slices: readonly OutcomeSlice[],
    { steps, each }: { readonly steps: number; readonly each: number },
  ): FleetTimeline {
    const store = this.stores.get(fleet.key);
    const columns = store?.columns ?? new ColumnStore();
    for (const [at, { arrived, metAll }] of slices.entries()) {
      columns.note(Math.floor((at * SLICE_MS) / MINUTE_MS), { arrived, met: metAll });
    }
    return {
      fleet: fleet.key,
      objectives: fleet.objectives.map(({ name, metric, share, thresholdMs }) => {
        return { name, metric, share, thresholdSeconds: thresholdMs / 1_000 };
      }),
      gpusPerRack: gpusPerRack(fleet, this.group),
      series: columns.finished(steps, each),
      orders: (store?.orders.all() ?? []).filter(({ askedSeconds }) => askedSeconds >= 0),
    };
  }
}

const ANSWERING: readonly RackPhase[] = ["Serving", "Warming"];

function rackValues({ fleet, heldRacks, want }: FleetDecision, { pools }: Decision) {
  const own = pools.flatMap(({ racks }) => racks.filter((rack) => rack.fleet === fleet));
  const serving = own.filter(({ phase }) => ANSWERING.includes(phase)).length;
  return {
    racksWanted: want.racks,
    racksHeld: heldRacks,
    racksServing: serving,
    racksArriving: Math.max(0, heldRacks - own.length),
  };
}

function noteForecast(columns: ColumnStore, atMs: number, { forecast }: FleetDecision): void {
  // Before the start nothing is judged, as in the result.
  if (forecast === null || atMs < 0) return;
  const due = Math.floor((atMs + forecast.horizonMs) / MINUTE_MS);
  const { p10, p50, p90 } = forecast;
  columns.note(due, { forecastP10: p10, forecastP50: p50, forecastP90: p90 });
}

const valueOf = (reading: SignalReading): number | null =>
  reading.kind === "value" ? reading.value : null;

function signalValues({ signals }: FleetObservation) {
  const prompts = valueOf(signals.promptTokens);
  const computed = valueOf(signals.computedPromptTokens);
  const known = prompts !== null && computed !== null && prompts > 0;
  return {
    ttftP95: valueOf(signals.ttftP95),
    itlP95: valueOf(signals.itlP95),
    hitRate: known ? Math.min(1, Math.max(0, 1 - computed / prompts)) : null,
  };
}

function gpusPerRack(fleet: CompiledFleet, { pools }: CompiledGroup): number {
  const drawn = pools.filter((pool) => drawsOn(fleet, pool));
  return Math.max(0, ...drawn.map(({ rack }) => rack.nodes * rack.gpusPerNode));
}
