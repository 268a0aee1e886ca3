import { seconds } from "../../core/units.ts";
import type { Telemetry, TickReport } from "../../ports/telemetry.ts";
import type { ClientCall, OnClientCall } from "./client-call.ts";
import { closed, type LABELS } from "./labels.ts";
import { createRegistry, type MetricRegistry } from "./registry.ts";
import type { MetricName } from "./catalogue.ts";
import { tickSamples } from "./samples.ts";
import { SeriesLedger } from "./series-ledger.ts";

export interface Metrics extends Telemetry {
  readonly clientCall: OnClientCall;
  /** What became of events that were to be sent. */
  webhook(delivery: (typeof LABELS.delivery)[number], events: number): void;
  /** The body of `/metrics`. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly version: string;
  /** Asked at every scrape: a standby does not tick. Default: what the last tick said. */
  readonly leading?: () => boolean;
  /** Asked at every scrape; absent: there is no decision log. */
  readonly audit?: () => AuditHealth;
}

export interface AuditHealth {
  readonly writable: boolean;
  /** Since the start. */
  readonly failures: number;
  readonly queued: number;
  /** Since the start. */
  readonly lost: number;
}

/** @returns the Prometheus metrics of this process, fed by tick reports. */
export function createMetrics({ version, leading, audit }: MetricsOptions): Metrics {
  const registry = createRegistry();
  const ledger = new SeriesLedger();
  registry.setGauge({ metric: "breakwater_build_info", labels: { version }, value: 1 });
  setLeader(registry, false);
  let told: AuditHealth = { writable: true, failures: 0, queued: 0, lost: 0 };
  recordAudit(registry, told, told);
  return {
    tick: (report) => {
      record(report, registry, ledger);
      setLeader(registry, report.observation.leading);
    },
    tickFailed: (_group, code) =>
      registry.addToCounter({
        metric: "breakwater_tick_failures_total",
        labels: { code: closed("code", code.startsWith("INV-") ? "invariant" : code) },
        value: 1,
      }),
    clientCall: (call) => recordCall(call, registry),
    webhook: (delivery, events) =>
      registry.addToCounter({
        metric: "breakwater_webhook_events_total",
        labels: { delivery },
        value: events,
      }),
    forget: (group) => removeAll(registry, ledger.replace(group, [])),
    text: () => {
      if (leading !== undefined) setLeader(registry, leading());
      if (audit !== undefined) told = recordAudit(registry, audit(), told);
      return registry.text();
    },
    contentType: registry.contentType,
  };
}

function record(report: TickReport, registry: MetricRegistry, ledger: SeriesLedger): void {
  const { gauges, counters } = tickSamples(report);
  for (const sample of gauges) registry.setGauge(sample);
  for (const sample of counters) {
    if (sample.value > 0 || ledger.isNew(sample)) registry.addToCounter(sample);
  }
  removeAll(registry, ledger.replace(report.group.name, [...gauges, ...counters]));
  recordProcess(report, registry);
}

function recordCall({ client, answer, seconds: value }: ClientCall, to: MetricRegistry): void {
  to.addToCounter({
    metric: "breakwater_client_calls_total",
    labels: { client, answer },
    value: 1,
  });
  to.observe({ metric: "breakwater_client_call_duration_seconds", labels: { client }, value });
}

function setLeader(registry: MetricRegistry, leading: boolean): void {
  registry.setGauge({ metric: "breakwater_leader", labels: {}, value: leading ? 1 : 0 });
}

/** Counters grow by what is new since the scrape before. */
function recordAudit(registry: MetricRegistry, now: AuditHealth, told: AuditHealth): AuditHealth {
  const gauge = (metric: MetricName, value: number): void =>
    registry.setGauge({ metric, labels: {}, value });
  const counter = (metric: MetricName, value: number): void =>
    registry.addToCounter({ metric, labels: {}, value });
  gauge("breakwater_decision_log_writable", now.writable ? 1 : 0);
  gauge("breakwater_audit_sink_queued_records", now.queued);
  counter("breakwater_decision_log_failures_total", now.failures - told.failures);
  counter("breakwater_audit_sink_lost_records_total", now.lost - told.lost);
  return now;
}

function removeAll(registry: MetricRegistry, gone: ReturnType<SeriesLedger["replace"]>): void {
  for (const { metric, labels } of gone) registry.remove(metric, labels);
}

function recordProcess(report: TickReport, registry: MetricRegistry): void {
  const duration = { metric: "breakwater_tick_duration_seconds", labels: {} } as const;
  registry.observe({ ...duration, value: seconds(report.durationMs) });
  for (const { kind, outcome } of report.actions) {
    const labels = { action: closed("action", kind), result: outcome };
    registry.addToCounter({ metric: "breakwater_actions_total", labels, value: 1 });
  }
}
