/** Several fleets on a real control plane, with engines, a provider each, and one Prometheus. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect } from "../../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import type { DecisionRecord } from "../../../src/core/record.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { installChart } from "../chart.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { openProcessGroup, type ProcessGroup } from "../control-plane/process-group.ts";
import {
  type PrometheusOptions,
  type PrometheusServer,
  startPrometheus,
} from "../control-plane/prometheus.ts";
import { COREWEAVE_NODE_POOL } from "../crds/foreign-kinds.ts";
import { startVllmExporter, type VllmExporter } from "../vllm-exporter/exporter.ts";
import { capacityOf } from "../vllm-exporter/replica.ts";
import { fleetObjects, poolName } from "./fleet-objects.ts";
import { followRecords } from "./follow-records.ts";
import { PODS_PER_RACK, type RackProvider, startRackProvider } from "./rack-provider.ts";

export interface FleetLoad {
  readonly app: string;
  /** Turns per second to begin with. */
  readonly quiet: number;
  /** More labels of its pods; absent: none. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Up to so many pods have a scrape target each, which shows them; absent: one target for all. */
  readonly podTargets?: number;
}

/** What a fleet's world has beside what all have; absent: nothing. */
export interface WorldExtras {
  /** Pods of workloads find their nodes. */
  readonly scheduler?: boolean;
  readonly chart?: readonly string[];
}

export interface NodePool {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly targetRacks: number };
}

export interface FleetWorld {
  readonly plane: ControlPlane;
  /** For the controllers. */
  readonly group: ProcessGroup;
  readonly prometheus: PrometheusServer;
  readonly exporters: ReadonlyMap<string, VllmExporter>;
  readonly providers: ReadonlyMap<string, RackProvider>;
  readonly decisionLog: string;
  /** What the controllers have decided so far. */
  records(): readonly DecisionRecord[];
  nodePool(app: string): Promise<NodePool>;
  /** Everything a person would ask for when a step fails. */
  everything(): Promise<string>;
  stop(): Promise<void>;
}

const GPUS_PER_UNIT = 8;
const MAX_RACKS = 8;

export async function startFleetWorld(
  fleets: readonly FleetLoad[],
  namespace: string,
  { scheduler = false, chart = [] }: WorldExtras = {},
): Promise<FleetWorld> {
  const plane = await startControlPlane({ controllerManager: true, kwok: true, scheduler });
  await plane.apply(COREWEAVE_NODE_POOL);
  await installChart(plane, ...chart);
  await plane.mustKubectl(["create", "namespace", namespace]);
  await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  const exporters = new Map<string, VllmExporter>();
  const providers = new Map<string, RackProvider>();
  for (const fleet of fleets) {
    const exporter = await engines(fleet);
    exporters.set(fleet.app, exporter);
    await plane.apply(...fleetObjects({ app: fleet.app, namespace, maxRacks: MAX_RACKS }));
    providers.set(fleet.app, provider(plane, fleet, namespace, exporter));
  }
  const prometheus = await startPrometheus({
    scrapeIntervalSeconds: 1,
    scrapeTargets: fleets.flatMap((fleet) => targetsOf(fleet, exporters.get(fleet.app))),
  });
  const logDir = mkdtempSync(join(tmpdir(), "breakwater-log-"));
  const parts = { plane, prometheus, exporters, providers, group: openProcessGroup("controller") };
  const decisionLog = join(logDir, "decisions.jsonl");
  return {
    ...parts,
    decisionLog,
    records: followRecords(decisionLog),
    nodePool: async (app) =>
      JSON.parse(await plane.mustKubectl(["get", "nodepool", poolName(app), "-o", "json"])),
    everything: () => everything(parts),
    stop: async () => {
      await stopAll(parts);
      rmSync(logDir, { recursive: true, force: true });
    },
  };
}

async function engines({ app, quiet }: FleetLoad): Promise<VllmExporter> {
  const profile = ENGINE_PROFILES["test-small"];
  if (profile === undefined) throw new Error("the profile test-small is gone");
  const perReplica = { ...capacityOf(profile, GPUS_PER_UNIT), patienceSeconds: 60 };
  const exporter = await startVllmExporter({
    seed: 1,
    replicas: PODS_PER_RACK,
    perReplica,
    modelName: app,
  });
  exporter.setTurnsPerSecond(quiet);
  return exporter;
}

function targetsOf(
  { app, podTargets }: FleetLoad,
  exporter: VllmExporter | undefined,
): PrometheusOptions["scrapeTargets"] {
  if (exporter === undefined) return [];
  if (podTargets === undefined) return [{ job: app, address: `127.0.0.1:${exporter.port}` }];
  return exporter.targets({ job: app, slots: podTargets });
}

function provider(
  plane: ControlPlane,
  { app, podLabels = {}, podTargets }: FleetLoad,
  namespace: string,
  exporter: VllmExporter,
): RackProvider {
  const { transport } = connect(plane.adminKubeconfig);
  const client = kubeClient({ transport, timers: processTimers() });
  const onServing = (racks: number) => exporter.setReplicas(Math.max(1, racks * PODS_PER_RACK));
  return startRackProvider({
    client,
    pool: poolName(app),
    namespace,
    app,
    podLabels,
    onServing,
    namedByReplica: podTargets !== undefined,
  });
}

type Parts = Pick<FleetWorld, "plane" | "prometheus" | "exporters" | "providers" | "group">;

async function stopAll({ plane, prometheus, exporters, providers, group }: Parts): Promise<void> {
  await Promise.all([...providers.values()].map((entry) => entry.stop()));
  await group.stop();
  await prometheus.stop();
  await Promise.all([...exporters.values()].map((exporter) => exporter.stop()));
  await plane.stop();
}

async function everything({ plane, exporters, group }: Parts): Promise<string> {
  const kinds = "nodepools,rackpools,inferencefleets,scaledecisions,fleetoverrides,lease";
  const objects = await plane.kubectl(["get", kinds, "-A", "-o", "wide"]);
  const events = await plane.kubectl(["get", "events", "-A"]);
  const engineStates = [...exporters].map(
    ([app, { state }]) => `${app}: ${JSON.stringify(state())}`,
  );
  const parts = [objects.stdout, events.stdout, ...engineStates, group.lastLogLines(15)];
  return parts.join("\n");
}
