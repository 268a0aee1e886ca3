/** The reading half of the live adapters, on a connection that cannot write. */
import { clusterNodes } from "../adapters/cluster-nodes/cluster-nodes.ts";
import { clusterSurvey } from "../adapters/cluster-survey/cluster-survey.ts";
import { readOnly } from "../adapters/cluster-survey/read-only.ts";
import { secretCredentials } from "../adapters/credentials/secret-credentials.ts";
import { fleetStore } from "../adapters/fleet-store/fleet-store.ts";
import { kubeClient } from "../adapters/kubernetes/client.ts";
import { discovery } from "../adapters/kubernetes/discovery.ts";
import { type Lifecycle, lifecycleOf } from "../adapters/kubernetes/reflector.ts";
import type { Timers } from "../adapters/kubernetes/timers.ts";
import type { Transport } from "../adapters/kubernetes/transport.ts";
import type { Warn } from "../adapters/kubernetes/warn.ts";
import { createPrometheusClient } from "../adapters/prometheus/client.ts";
import { createSeriesSurvey } from "../adapters/prometheus/series-survey.ts";
import { createPrometheusSource } from "../adapters/prometheus/signal-source.ts";
import { workloads } from "../adapters/workloads/workloads.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { DoctorPorts } from "../studies/doctor/collect.ts";
import type { DoctorFlags } from "./doctor-flags.ts";
import { COMPILERS, defaultEndpoint, PROMETHEUS_LIMITS, rackBackends } from "./live.ts";

export interface DoctorSurroundings {
  readonly transport: Transport;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly warn: Warn;
  /** The controller's own namespace. */
  readonly namespace: string;
}

export interface DoctorCluster {
  readonly ports: DoctorPorts;
  readonly watches: Lifecycle;
  close(): Promise<void>;
}

/** Reading publishes nothing. */
const NO_EVENTS: EventSink = { publish: () => Promise.resolve() };

export function doctorCluster(flags: DoctorFlags, around: DoctorSurroundings): DoctorCluster {
  const client = kubeClient({ ...around, transport: readOnly(around.transport) });
  const base = { ...around, client };
  const found = discovery(client);
  const store = fleetStore({ ...base, compilers: COMPILERS });
  const nodes = clusterNodes(base);
  const pods = workloads({ ...base, discovery: found });
  const prometheus = createPrometheusClient(PROMETHEUS_LIMITS);
  const asked = {
    client: prometheus,
    defaultEndpoint: defaultEndpoint(flags),
    resolveCredentials: secretCredentials(client),
  };
  const watches = lifecycleOf(store, nodes, pods);
  return {
    ports: {
      clock: around.clock,
      store,
      nodes,
      workloads: pods,
      signals: createPrometheusSource(asked),
      series: createSeriesSurvey(asked),
      backends: rackBackends({ ...base, discovery: found, events: NO_EVENTS }),
      survey: clusterSurvey({ client, discovery: found, account: flags.account }),
    },
    watches,
    close: async () => {
      await watches.stop();
      await prometheus.close();
    },
  };
}
