/** Fleets on racks that Karpenter makes and takes, sized by the controller as people run it. */
import { join } from "node:path";
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import { ENGINE_PROFILES } from "../../src/core/profiles/engine-profiles.ts";
import type { DecisionRecord } from "../../src/core/record.ts";
import { installChart } from "../support/chart.ts";
import {
  type ControllerProcess,
  startController,
} from "../support/cluster-world/controller-process.ts";
import { fleetObjects, poolName } from "../support/cluster-world/fleet-objects.ts";
import { followRecords } from "../support/cluster-world/follow-records.ts";
import { type Fabric, startFabric } from "../support/control-plane/domain-labels.ts";
import { openProcessGroup, type ProcessGroup } from "../support/control-plane/process-group.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { type RealNodes, startRealNodes } from "../support/control-plane/real-nodes.ts";
import { startVllmExporter, type VllmExporter } from "../support/vllm-exporter/exporter.ts";
import { capacityOf } from "../support/vllm-exporter/replica.ts";
import { type Engines, GPUS_PER_UNIT, startEngines } from "./real-engines.ts";
import { CHART_VALUES, GPUS_PER_NODE, type Layout, MAX_RACKS, RACK_NODES } from "./real-layouts.ts";

export const NAMESPACE = "agents";

export interface RealFleet {
  readonly layout: Layout;
  readonly exporter: VllmExporter;
  readonly engines: Engines;
  /** null where the NodePools' templates name the racks. */
  readonly fabric: Fabric | null;
}

export interface RealFleetWorld {
  readonly real: RealNodes;
  readonly fleets: readonly RealFleet[];
  readonly controller: ControllerProcess;
  readonly decisionLog: string;
  /** Of one fleet. */
  records(layout: Layout): readonly DecisionRecord[];
  /** What a person would ask for when a step fails. */
  everything(): Promise<string>;
  stop(): Promise<void>;
}

interface Parts {
  readonly real: RealNodes;
  readonly fleets: readonly RealFleet[];
  readonly prometheus: PrometheusServer;
  /** For the controller. */
  readonly group: ProcessGroup;
}

/** @param quiet turns per second to begin with */
export async function startRealFleetWorld(
  layouts: readonly Layout[],
  quiet: number,
): Promise<RealFleetWorld> {
  const parts = await startParts(layouts, quiet);
  const { real, prometheus, group } = parts;
  await real.plane.apply(...layouts.flatMap(breakwaterObjects));
  const decisionLog = join(group.dir, "decisions.jsonl");
  const controller = await startController({
    plane: real.plane,
    group,
    identity: "breakwater-0",
    prometheusUrl: prometheus.url,
    decisionLog,
  });
  const records = followRecords(decisionLog);
  return {
    ...parts,
    controller,
    decisionLog,
    records: ({ app }) => records().filter(({ group: name }) => name === poolName(app)),
    everything: () => everything(parts),
    stop: () => stopAll(parts),
  };
}

async function startParts(layouts: readonly Layout[], quiet: number): Promise<Parts> {
  const real = await startRealNodes();
  const { plane } = real;
  await installChart(plane, ...CHART_VALUES);
  await plane.mustKubectl(["create", "namespace", NAMESPACE]);
  await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  const fleets: RealFleet[] = [];
  for (const layout of layouts) fleets.push(await startFleet(real, layout, quiet));
  const scrapeTargets = fleets.map(({ layout, exporter }) => ({
    job: layout.app,
    address: `127.0.0.1:${exporter.port}`,
  }));
  const prometheus = await startPrometheus({ scrapeIntervalSeconds: 1, scrapeTargets });
  return { real, fleets, prometheus, group: openProcessGroup("controller") };
}

async function startFleet(real: RealNodes, layout: Layout, quiet: number): Promise<RealFleet> {
  const { app, nodeLabels, nodePools, namedByFabric } = layout;
  const exporter = await startExporter(app, quiet);
  await real.addPools(...nodePools);
  const onReady = (pods: number) => exporter.setReplicas(Math.max(1, pods));
  const nodesPerRack = RACK_NODES;
  return {
    layout,
    exporter,
    engines: await startEngines({ real, app, namespace: NAMESPACE, nodeLabels, onReady }),
    fabric: namedByFabric ? startFabric({ real, nodeLabels, nodesPerRack, name: app }) : null,
  };
}

async function startExporter(app: string, quiet: number): Promise<VllmExporter> {
  const profile = ENGINE_PROFILES["test-small"];
  if (profile === undefined) throw new Error("the profile test-small is gone");
  const perReplica = { ...capacityOf(profile, GPUS_PER_UNIT), patienceSeconds: 60 };
  const exporter = await startVllmExporter({
    seed: 1,
    replicas: RACK_NODES,
    perReplica,
    modelName: app,
  });
  exporter.setTurnsPerSecond(quiet);
  return exporter;
}

/** A pool on the layout's backend, and a fleet with a unit per node. */
const breakwaterObjects = ({ app, backend }: Layout): readonly Json[] =>
  fleetObjects({
    app,
    namespace: NAMESPACE,
    maxRacks: MAX_RACKS,
    pool: {
      backend,
      rack: { nodes: RACK_NODES, usableNodes: RACK_NODES, gpusPerNode: GPUS_PER_NODE },
    },
    fleet: {
      behavior: { scaleInStabilization: "15s", maxStepOut: MAX_RACKS, reviewInterval: "2s" },
      workloads: [
        {
          name: "engine",
          target: { apiVersion: "apps/v1", kind: "Deployment", name: app },
          unit: { gpus: GPUS_PER_UNIT },
          unitsPerRack: RACK_NODES,
        },
      ],
    },
  }).filter(({ kind }) => kind !== "NodePool");

async function stopAll({ real, fleets, prometheus, group }: Parts): Promise<void> {
  const following = fleets.flatMap(({ fabric, engines }) => [engines, ...(fabric ? [fabric] : [])]);
  await Promise.all(following.map((it) => it.stop()));
  await group.stop();
  await prometheus.stop();
  await Promise.all(fleets.map(({ exporter }) => exporter.stop()));
  await real.plane.stop();
}

async function everything({ real, fleets, group }: Parts): Promise<string> {
  const kinds = "nodepools,nodeclaims,nodes,pods,rackpools,inferencefleets,scaledecisions";
  const objects = await real.plane.kubectl(["get", kinds, "-A", "-o", "wide"]);
  const events = await real.plane.kubectl(["get", "events", "-n", NAMESPACE]);
  const engines = fleets.map(({ layout, exporter }) =>
    [layout.app, JSON.stringify(exporter.state())].join(": "),
  );
  return [objects.stdout, events.stdout, ...engines, group.lastLogLines(15)].join("\n");
}
