/** The live controller's ports: every adapter on one Kubernetes connection and one Prometheus. */
import type { Logger } from "pino";
import { accessReview } from "../adapters/access-review/access-review.ts";
import { clusterApiBackend } from "../adapters/cluster-api/backend.ts";
import { clusterNodes } from "../adapters/cluster-nodes/cluster-nodes.ts";
import { coreweaveBackend } from "../adapters/coreweave/backend.ts";
import { secretCredentials } from "../adapters/credentials/secret-credentials.ts";
import { jsonlLog } from "../adapters/decision-log/jsonl-log.ts";
import { countedLog } from "../adapters/decision-log/counted-log.ts";
import { httpSink } from "../adapters/decision-log/http-sink.ts";
import { watchedLog } from "../adapters/decision-log/watched-log.ts";
import { decisionStore } from "../adapters/decision-store/decision-store.ts";
import { eventSink } from "../adapters/event-sink/event-sink.ts";
import { fieldBackend } from "../adapters/field/backend.ts";
import { fleetStore } from "../adapters/fleet-store/fleet-store.ts";
import { karpenterBackend } from "../adapters/karpenter/backend.ts";
import { kubeClient } from "../adapters/kubernetes/client.ts";
import { connect } from "../adapters/kubernetes/connection.ts";
import { discovery } from "../adapters/kubernetes/discovery.ts";
import type { Discovery } from "../adapters/kubernetes/discovery.ts";
import { fenced } from "../adapters/kubernetes/fenced.ts";
import { watchedConnection } from "../adapters/kubernetes/watched-transport.ts";
import { lifecycleOf } from "../adapters/kubernetes/reflector.ts";
import type { Lifecycle } from "../adapters/kubernetes/reflector.ts";
import { processTimers } from "../adapters/kubernetes/timers.ts";
import type { Timers } from "../adapters/kubernetes/timers.ts";
import type { Warn } from "../adapters/kubernetes/warn.ts";
import { leaderLock } from "../adapters/leader-lock/leader-lock.ts";
import type { RunningLeaderLock } from "../adapters/leader-lock/leader-lock.ts";
import { manualBackend } from "../adapters/manual/backend.ts";
import type { ManualBackendOptions } from "../adapters/manual/backend.ts";
import { memoryStore } from "../adapters/memory-store/memory-store.ts";
import { objectSetBackend } from "../adapters/object-set/backend.ts";
import { createPrometheusClient } from "../adapters/prometheus/client.ts";
import { watchedPrometheus } from "../adapters/prometheus/watched-client.ts";
import { createPrometheusSource } from "../adapters/prometheus/signal-source.ts";
import { scaleBackend } from "../adapters/scale/backend.ts";
import { serialiseWrites } from "../adapters/serialised-backend/serialise.ts";
import type { CallWatch } from "../adapters/telemetry/client-call.ts";
import type { Metrics } from "../adapters/telemetry/metrics.ts";
import { webhookSink } from "../adapters/webhook/webhook-sink.ts";
import type { WebhookOptions, WebhookSink } from "../adapters/webhook/webhook-sink.ts";
import { workloads } from "../adapters/workloads/workloads.ts";
import { compileFleet } from "../config/compile-fleet.ts";
import { compileOverride } from "../config/compile-override.ts";
import { compilePool } from "../config/compile-pool.ts";
import { describeErrors } from "../config/field-error.ts";
import { fleetProblems } from "../config/fleet-problems.ts";
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";
import { SIGNAL_TABLES } from "../core/profiles/signal-tables.ts";
import { epochMs, millis } from "../core/units.ts";
import type { AuditHealth } from "../adapters/telemetry/metrics.ts";
import type { Clock } from "../ports/clock.ts";
import { PortError } from "../ports/errors.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { Ports } from "../ports/ports.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { sha256 } from "./digest.ts";
import { stopwatch } from "./pace.ts";
import type { RunFlags } from "./run-flags.ts";

export interface Live {
  readonly ports: Ports;
  readonly review: ReturnType<typeof accessReview>;
  readonly lock: RunningLeaderLock;
  /** Every reflector; synced when all have listed once. */
  readonly watches: Lifecycle;
  /** Removes decisions that closed long ago. */
  sweep(): Promise<void>;
  /** Whether decisions can be recorded, and what the copies of the records come to. */
  audit(): AuditHealth;
  /** Gives up the lease, ends the watches, closes the connections. */
  close(): Promise<void>;
}

const wallClock: Clock = { now: () => epochMs(Date.now()) };

/** Who is told what: each tick, each call and event to the outside, all that is odd on the way. */
interface Told {
  readonly telemetry: Telemetry;
  readonly metrics: Pick<Metrics, "clientCall" | "webhook">;
  readonly logger: Logger;
}

/** @throws PortError `invalid` when the kubeconfig cannot be used */
export function live(flags: RunFlags, told: Told): Live {
  const { telemetry, metrics, logger } = told;
  const calls: CallWatch = { onCall: metrics.clientCall, stopwatch };
  const connection = watchedConnection(connect(flags.kubeconfig), calls);
  const timers = processTimers();
  const warn: Warn = (message, fields) => logger.warn(fields, message);
  // The lease and questions about callers are not fenced: they must go through when we do not lead.
  const open = kubeClient({ transport: connection.transport, timers });
  const namespace = flags.namespace ?? connection.namespace;
  const lock = leaderLock({
    client: open,
    timers,
    warn,
    clock: wallClock,
    namespace,
    name: flags.leaseName,
    identity: flags.identity,
    leaseDurationMs: flags.leaseDurationMs,
    renewDeadlineMs: Math.round((flags.leaseDurationMs * 2) / 3),
    retryPeriodMs: Math.round(flags.leaseDurationMs / 7),
    onLost: () => logger.error({ identity: flags.identity }, "lease lost, writes stop"),
  });
  const transport = fenced(connection.transport, lock.mayWrite);
  const client = kubeClient({ transport, timers });
  const base = { client, timers, warn, clock: wallClock };
  const found = discovery(client);
  const store = fleetStore({ ...base, compilers: COMPILERS, homeNamespace: namespace });
  const nodes = clusterNodes(base);
  const pods = workloads({ ...base, discovery: found });
  const decisions = decisionStore(base);
  const webhook = webhookFor(flags, { namespace, warn, timers, onOutcome: metrics.webhook });
  const events = bothSinks(eventSink({ ...base, identity: flags.identity }), webhook);
  const prometheus = watchedPrometheus(createPrometheusClient(PROMETHEUS_LIMITS), calls);
  const audited = auditLog(flags, { timers, logger, calls, warn });
  const watches = lifecycleOf(store, nodes, pods, decisions);
  const ports: Ports = {
    clock: wallClock,
    signals: createPrometheusSource({
      client: prometheus,
      defaultEndpoint: defaultEndpoint(flags),
      resolveCredentials: secretCredentials(client),
    }),
    store,
    backends: rackBackends({ client, discovery: found, namespace, clock: wallClock, events }),
    nodes,
    workloads: pods,
    decisions,
    memory: memoryStore({ client, namespace }),
    log: audited.log,
    events,
    lock,
    telemetry,
  };
  const sweep = async (): Promise<void> => {
    try {
      await decisions.sweep();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      logger.warn({ code: error.code, error: error.message }, "old decisions not swept");
    }
  };
  const { audit } = audited;
  const ends = [webhook, watches, prometheus, audited, connection] as const;
  const close = closing(() => lock.release(), ...ends);
  return { ports, review: accessReview(open), lock, watches, sweep, audit, close };
}

interface AuditLog {
  readonly log: Ports["log"];
  readonly audit: Live["audit"];
  close(): Promise<void>;
}

const UNWRITABLE = "decision log cannot be used: nothing is decided or done until it can";

interface AuditWorld {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly calls: CallWatch;
  readonly warn: Warn;
}

function auditLog(flags: RunFlags, { timers, logger, calls, warn }: AuditWorld): AuditLog {
  const { auditStdout, auditTokenFile: tokenFile, auditUrl: url, decisionLog: path } = flags;
  const sink = url === null ? null : httpSink({ url, tokenFile, timers, warn });
  const log = watchedLog({
    log: path === null ? null : countedLog(jsonlLog({ path, digest: sha256 }), calls),
    copies: [
      ...(auditStdout ? [(line: string) => void process.stdout.write(`${line}\n`)] : []),
      ...(sink === null ? [] : [sink.offer]),
    ],
    onChange: (problem) => {
      if (problem === null) logger.info("decision log is written again");
      else logger.error({ problem }, UNWRITABLE);
    },
  });
  const audit = (): AuditHealth => {
    const { failures, problem } = log.state();
    const { queued, lost } = sink?.state() ?? { queued: 0, lost: 0 };
    return { writable: problem === null, failures, queued, lost };
  };
  return { log, audit, close: () => sink?.stop() ?? Promise.resolve() };
}

type Closing =
  | (() => Promise<void>)
  | { stop(): Promise<void> }
  | { close(): Promise<void> }
  | null;

/** @returns what ends all of them, one after another */
const closing =
  (...parts: readonly Closing[]) =>
  async (): Promise<void> => {
    for (const part of parts) {
      if (part === null) continue;
      await (typeof part === "function" ? part() : "stop" in part ? part.stop() : part.close());
    }
  };

type WebhookParts = Pick<WebhookOptions, "warn" | "timers" | "onOutcome"> & {
  readonly namespace: string;
};

function webhookFor(
  { webhook, leaseName }: RunFlags,
  { namespace, ...parts }: WebhookParts,
): WebhookSink | null {
  if (webhook === null) return null;
  const source = `/breakwater/${namespace}/${leaseName}`;
  return webhookSink({ ...webhook, ...parts, clock: wallClock, source });
}

const bothSinks = (events: EventSink, webhook: WebhookSink | null): EventSink => ({
  publish: async (event) => {
    await webhook?.publish(event);
    await events.publish(event);
  },
});

interface BackendOptions extends ManualBackendOptions {
  readonly discovery: Discovery;
}

/** Every way to size a pool; writes to one pool wait for each other. */
export function rackBackends({ client, discovery, ...people }: BackendOptions): Ports["backends"] {
  return {
    "cluster-api": serialiseWrites(clusterApiBackend({ client, discovery })),
    coreweave: serialiseWrites(coreweaveBackend({ client })),
    field: serialiseWrites(fieldBackend({ client, discovery })),
    karpenter: serialiseWrites(karpenterBackend({ client })),
    manual: serialiseWrites(manualBackend({ client, ...people })),
    "object-set": serialiseWrites(objectSetBackend({ client, discovery })),
    scale: serialiseWrites(scaleBackend({ client, discovery })),
  };
}

/** A tick of 15 s must end before the next; more than a few queries at once slow a server down. */
export const PROMETHEUS_LIMITS = { deadlineMs: millis(5_000), concurrencyPerOrigin: 4 };

export const COMPILERS = {
  pool: compilePool,
  fleet: compileFleet,
  override: compileOverride,
  problems: (fleet: CompiledFleet, pools: readonly CompiledPool[]) =>
    fleetProblems(fleet, {
      pools,
      bucketsSeconds: SIGNAL_TABLES[fleet.signals.profile].bucketsSeconds,
    }),
  describe: describeErrors,
};

export type PrometheusFlags = Pick<
  RunFlags,
  | "prometheusUrl"
  | "prometheusTokenFile"
  | "prometheusCaFile"
  | "prometheusCertFile"
  | "prometheusKeyFile"
>;

/** @returns the Prometheus of fleets that name none; null: there is none */
export function defaultEndpoint(flags: PrometheusFlags) {
  if (flags.prometheusUrl === null) return null;
  const { prometheusTokenFile, prometheusCaFile, prometheusCertFile, prometheusKeyFile } = flags;
  const credentials = {
    ...(prometheusTokenFile === null ? {} : { tokenFile: prometheusTokenFile }),
    ...(prometheusCaFile === null ? {} : { caFile: prometheusCaFile }),
    ...(prometheusCertFile === null ? {} : { certFile: prometheusCertFile }),
    ...(prometheusKeyFile === null ? {} : { keyFile: prometheusKeyFile }),
  };
  return { url: flags.prometheusUrl, headers: {}, credentials };
}
