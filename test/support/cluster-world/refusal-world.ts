/** A real control plane with the chart, one fleet that is well, and room for broken ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type KubeClient, kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../../src/adapters/kubernetes/connection.ts";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import { processTimers } from "../../../src/adapters/kubernetes/timers.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { installChart } from "../chart.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts";
import { openProcessGroup, type ProcessGroup } from "../control-plane/process-group.ts";
import { type PrometheusServer, startPrometheus } from "../control-plane/prometheus.ts";
import { COREWEAVE_NODE_POOL } from "../crds/foreign-kinds.ts";
import { startVllmExporter, type VllmExporter } from "../vllm-exporter/exporter.ts";
import { capacityOf } from "../vllm-exporter/replica.ts";
import { type AwkwardServers, startAwkwardServers } from "./awkward-prometheus.ts";
import { type ControllerProcess, startController } from "./controller-process.ts";
import { FLEETS_NAMESPACE, type Mistake, objectsOf } from "./refused-fleets.ts";

/** The fleet that is well: a real Prometheus, the controller's default, scrapes its engines. */
export const WELL = "well";
/** The chart grants no Secrets here. */
export const OTHER_NAMESPACE = "elsewhere";

export interface RefusalWorld {
  readonly plane: ControlPlane;
  /** As the admin. */
  readonly client: KubeClient;
  readonly awkward: AwkwardServers;
  readonly controller: ControllerProcess;
  /** What the controller printed. */
  printed(): string;
  readonly decisionLog: string;
  /** The decision log's text. */
  decisions(): string;
  /** What a person would ask for when a step fails. */
  everything(): Promise<string>;
  stop(): Promise<void>;
}

interface Parts {
  readonly plane: ControlPlane;
  readonly connection: KubeConnection;
  readonly awkward: AwkwardServers;
  readonly exporter: VllmExporter;
  readonly prometheus: PrometheusServer;
  readonly group: ProcessGroup;
}

/** @param make the broken fleets, and what else must be there before the controller starts */
export async function startRefusalWorld(
  make: (awkward: AwkwardServers) => Made,
): Promise<RefusalWorld> {
  const parts = await startParts();
  try {
    return await startIn(parts, make(parts.awkward));
  } catch (cause) {
    const seen = await everything(parts);
    await stopAll(parts);
    throw new Error(`the world did not start: ${String(cause)}\n${seen}`, { cause });
  }
}

interface Made {
  readonly mistakes: readonly Mistake[];
  readonly others: readonly Json[];
}

async function startIn(parts: Parts, { mistakes, others }: Made): Promise<RefusalWorld> {
  const { plane, connection, awkward, prometheus, group } = parts;
  for (const object of others) await applyAs(plane, "kubectl", object);
  for (const mistake of mistakes) {
    for (const { manager, object } of objectsOf(mistake)) await applyAs(plane, manager, object);
  }
  const decisionLog = join(group.dir, "decisions.jsonl");
  const controller = await startController({
    plane,
    group,
    identity: "breakwater-0",
    prometheusUrl: prometheus.url,
    decisionLog,
  });
  return {
    plane,
    client: kubeClient({ transport: connection.transport, timers: processTimers() }),
    awkward,
    controller,
    printed: () => group.lastLogLines(Number.POSITIVE_INFINITY),
    decisionLog,
    decisions: () => readFileSync(decisionLog, "utf8"),
    everything: () => everything(parts),
    stop: () => stopAll(parts),
  };
}

async function startParts(): Promise<Parts> {
  const plane = await startControlPlane();
  await plane.apply(COREWEAVE_NODE_POOL);
  for (const name of [FLEETS_NAMESPACE, OTHER_NAMESPACE]) {
    await plane.mustKubectl(["create", "namespace", name]);
  }
  const granted = JSON.stringify([FLEETS_NAMESPACE]);
  await installChart(plane, `--set-json=rbac.prometheusSecretNamespaces=${granted}`);
  await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  const exporter = await startEngines();
  const scrapeTargets = [{ job: WELL, address: `127.0.0.1:${exporter.port}` }];
  return {
    plane,
    exporter,
    connection: connect(plane.adminKubeconfig),
    awkward: await startAwkwardServers(),
    prometheus: await startPrometheus({ scrapeIntervalSeconds: 1, scrapeTargets }),
    group: openProcessGroup("controller"),
  };
}

/** Two engines at a load that one rack carries easily. */
async function startEngines(): Promise<VllmExporter> {
  const profile = ENGINE_PROFILES["test-small"];
  if (profile === undefined) throw new Error("the profile test-small is gone");
  const perReplica = { ...capacityOf(profile, 8), patienceSeconds: 60 };
  const exporter = await startVllmExporter({
    seed: 1,
    replicas: 2,
    perReplica,
    modelName: WELL,
  });
  exporter.setTurnsPerSecond(0.5);
  return exporter;
}

/** @throws Error with what the API server said */
async function applyAs(plane: ControlPlane, manager: string, object: Json): Promise<void> {
  const args = ["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"];
  await plane.mustKubectl(args, { stdin: JSON.stringify(object) });
}

async function everything({ plane, group }: Parts): Promise<string> {
  const kinds = "nodepools,rackpools,inferencefleets,scaledecisions";
  const objects = await plane.kubectl(["get", kinds, "-A", "-o", "wide"]);
  const events = await plane.kubectl(["get", "events", "-A"]);
  return [objects.stdout, events.stdout, group.lastLogLines(30)].join("\n");
}

async function stopAll(parts: Parts): Promise<void> {
  await parts.group.stop();
  await parts.prometheus.stop();
  await parts.exporter.stop();
  await Promise.all(Object.values(parts.awkward).map((server) => server.stop()));
  await parts.connection.close();
  await parts.plane.stop();
}
