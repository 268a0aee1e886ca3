import { seconds } from "../../core/units.ts";
import type { Telemetry, TickReport } from "../../ports/telemetry.ts";
import { closed } from "./labels.ts";
import { createRegistry, type MetricRegistry } from "./registry.ts";
import { counterSamples, gaugeSamples } from "./samples.ts";
import { SeriesLedger } from "./series-ledger.ts";

/** A sink of tick reports that can also be told that a group no longer exists. */
export interface TelemetrySink extends Telemetry {
  /** Drops what is kept about the group: its pools and fleets were deleted or regrouped. */
  forget(group: string): void;
}

export interface Metrics extends TelemetrySink {
  /** The body of `/metrics`. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @returns the Prometheus metrics of this process, fed by tick reports. */
export function createMetrics({ version }: { readonly version: string }): Metrics {
  const registry = createRegistry();
  const ledger = new SeriesLedger();
  registry.setGauge({ metric: "breakwater_build_info", labels: { version }, value: 1 });
  registry.setGauge({ metric: "breakwater_leader", labels: {}, value: 0 });
  return {
    tick: (report) => record(report, registry, ledger),
    tickFailed: (_group, code) =>
      registry.addToCounter({
        metric: "breakwater_tick_failures_total",
        labels: { code: closed("code", code) },
        value: 1,
      }),
    forget: (group) => removeAll(registry, ledger.replace(group, [])),
    text: () => registry.text(),
    contentType: registry.contentType,
  };
}

function record(report: TickReport, registry: MetricRegistry, ledger: SeriesLedger): void {
  const gauges = gaugeSamples(report);
  const counters = counterSamples(report);
  for (const sample of gauges) registry.setGauge(sample);
  for (const sample of counters) {
    if (sample.value > 0 || ledger.isNew(sample)) registry.addToCounter(sample);
  }
  removeAll(registry, ledger.replace(report.group.name, [...gauges, ...counters]));
  recordProcess(report, registry);
}

function removeAll(registry: MetricRegistry, gone: ReturnType<SeriesLedger["replace"]>): void {
  for (const { metric, labels } of gone) registry.remove(metric, labels);
}

function recordProcess(report: TickReport, registry: MetricRegistry): void {
  const leading = report.observation.leading ? 1 : 0;
  registry.setGauge({ metric: "breakwater_leader", labels: {}, value: leading });
  registry.observe("breakwater_tick_duration_seconds", seconds(report.durationMs));
  for (const { kind, outcome } of report.actions) {
    const labels = { action: closed("action", kind), result: outcome };
    registry.addToCounter({ metric: "breakwater_actions_total", labels, value: 1 });
  }
}
