/**
 * A rack is called back from a loan, and lent again, on a real API server: the controller's own
 * tick with the real adapters for nodes and pods, kube-scheduler as the scheduler of the batch
 * work, and the controller manager, which makes a new pod for each that is evicted.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterNodes } from "../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import type { Lifecycle } from "../../src/adapters/kubernetes/reflector.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { workloads } from "../../src/adapters/workloads/workloads.ts";
import { NOTHING_CARRIED } from "../../src/controller/carried.ts";
import type { Carried } from "../../src/controller/carried.ts";
import { tick } from "../../src/controller/tick.ts";
import { MINUTE_MS, SECOND_MS, epochMs } from "../../src/core/units.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { withFloor, withOverride } from "../support/builders/edits.ts";
import { FENCE, aLoanGroup, someTerms } from "../support/builders/loans.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
} from "../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../support/builders/remembered.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { node, pod } from "../support/kube-objects.ts";
import { ModelCluster, sha256 } from "../support/model/cluster.ts";

const missing = controlPlaneOrSkip();
const timers = processTimers();
const OPTIONS = { codeVersion: "loans", digest: sha256, stopwatch: () => 0 };
const TRAINING = "training";
const RACKS = ["rack-a", "rack-b", "rack-c"];
/** Two nodes a rack, and a gang of four pods that fills two racks. */
const NODES = RACKS.flatMap((rack) => [`${rack}-n0`, `${rack}-n1`]);
const DOMAIN = "nvidia.com/gpu.clique";

const ROOM = { "nvidia.com/gpu": "4", cpu: "64", memory: "512Gi", pods: "110" };

const fakeNode = (name: string) => ({
  ...node(name),
  status: {
    allocatable: ROOM,
    capacity: ROOM,
    conditions: [{ type: "Ready", status: "True" }],
  },
  metadata: {
    name,
    labels: { pool: "gb200-east", [DOMAIN]: name.slice(0, "rack-a".length) },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
});

/** Kept apart by GPUs: one pod a node. */
const gang = (name: string, replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: TRAINING },
  spec: {
    replicas,
    selector: { matchLabels: { run: name } },
    template: {
      metadata: {
        labels: { run: name, queue: "training", "jobset.sigs.k8s.io/jobset-name": name },
      },
      spec: {
        containers: [
          { name: "train", image: "train", resources: { limits: { "nvidia.com/gpu": "4" } } },
        ],
      },
    },
  },
});

const budget = (name: string, maxUnavailable: number) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: TRAINING },
  spec: { maxUnavailable, selector: { matchLabels: { run: name } } },
});

interface Seen {
  readonly name: string;
  readonly uid: string;
  /** "" while it is pending. */
  readonly rack: string;
  readonly ending: boolean;
}

describe.skipIf(missing !== "")(`a loan on a real API server ${missing}`, () => {
  let plane: ControlPlane;
  let cluster: ModelCluster;
  let ports: Ports;
  let carried: Carried = NOTHING_CARRIED;
  const running: Lifecycle[] = [];

  const items = async (...what: readonly string[]) => {
    const { items: found } = JSON.parse(await plane.mustKubectl(["get", ...what, "-o", "json"]));
    return found;
  };
  const trainingPods = async (): Promise<readonly Seen[]> => {
    const found = await items("pods", "-n", TRAINING);
    return found.map(
      ({ metadata, spec }: { metadata: Record<string, string>; spec: { nodeName?: string } }) => ({
        name: metadata["name"],
        uid: metadata["uid"],
        rack: (spec.nodeName ?? "").slice(0, "rack-a".length),
        ending: metadata["deletionTimestamp"] !== undefined,
      }),
    );
  };
  const fencedNodes = async (): Promise<readonly string[]> => {
    const found = await items("nodes");
    return found.flatMap(
      ({
        metadata,
        spec,
      }: {
        metadata: { name: string };
        spec: { taints?: readonly { key: string }[] };
      }) => (spec.taints?.some(({ key }) => key === FENCE) ? [metadata.name] : []),
    );
  };
  const phases = (): readonly string[] =>
    cluster.world.intents.map(({ direction, phase }) => `${direction} ${phase}`);
  const standing = (): string =>
    JSON.stringify([
      phases(),
      cluster.reports.at(-1)?.decision.progress,
      cluster.reports.at(-1)?.actions,
    ]);
  /** One tick of the controller, a minute after the one before by its own clock. */
  const step = async (): Promise<readonly string[]> => {
    cluster.pass(MINUTE_MS);
    const before = cluster.reports.length;
    carried = await tick(ports, carried, OPTIONS);
    expect(cluster.failures).toEqual([]);
    return cluster.reports
      .slice(before)
      .flatMap(({ actions }) => actions.map(({ kind, outcome }) => `${kind} ${outcome}`));
  };

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, kwok: true, scheduler: true });
    const client = kubeClient({ transport: connect(plane.adminKubeconfig).transport, timers });
    const warn = () => {};
    const nodes = clusterNodes({ client, timers, warn });
    const pods = workloads({ client, discovery: discovery(client), timers, warn });
    for (const adapter of [nodes, pods]) {
      running.push(adapter);
      adapter.start();
      await untilTrue("the adapter to be synced", () => adapter.synced());
    }
    const [base] = aLoanGroup().fleets;
    if (base === undefined) throw new Error("the group has a fleet");
    const behavior = { ...base.behavior, scaleInStabilizationMs: MINUTE_MS };
    const workload = base.workloads.map((entry) => ({ ...entry, podLabels: { app: "engine" } }));
    // A rack may be called back a minute after it was lent; its pods have a second to end.
    const loan = someTerms({ graceMs: SECOND_MS, minTenureMs: MINUTE_MS });
    const group = aLoanGroup({ loan }, { behavior, workloads: workload });
    cluster = new ModelCluster(group);
    cluster.memory = { memory: aMemory(aFleetMemory(), aPoolMemory(3)), version: "1" };
    cluster.world = aGroupObservation({
      fleets: [aFleetObservation()],
      pools: [aPoolObservation(3, { racks: [] })],
    });
    ports = { ...cluster.ports(), nodes, workloads: pods };
    for (const namespace of [TRAINING, "agents"]) {
      await plane.mustKubectl(["create", "namespace", namespace]);
    }
    await plane.apply(...NODES.map(fakeNode));
    await untilTrue("the nodes Ready", async () => {
      const seen = await nodes.list(group.pools);
      return (seen.length === 6 && seen.every(({ ready }) => ready)) || JSON.stringify(seen);
    });
    const refs = (await nodes.list(group.pools)).map(({ name, uid }) => ({ name, uid }));
    const own = refs.filter(({ name }) => name.startsWith("rack-a"));
    await nodes.fence(own, FENCE);
    await nodes.unfence(
      refs.filter((ref) => !own.includes(ref)),
      FENCE,
      epochMs(1),
    );
    const engine = { node: "rack-a-n0", gpus: "4", labels: { app: "engine" } };
    await plane.apply(pod("engine-0", engine), pod("engine-1", { ...engine, node: "rack-a-n1" }));
    await plane.apply(gang("big", 4), budget("big", 1));
    await untilTrue("the budget to be worked out", async () => {
      const path = "-o=jsonpath={.status.disruptionsAllowed}";
      const allowed = await plane.mustKubectl(["get", "pdb", "big", "-n", TRAINING, path]);
      return allowed === "1" || allowed;
    });
    await untilTrue("the gang on both racks that are lent", async () => {
      const seen = await pods.read(group.fleets, group.pools);
      const there = seen.pods.filter(({ loan: of, ready }) => of !== undefined && ready);
      const engines = seen.pods.filter(({ fleet, ready }) => fleet !== null && ready);
      return (there.length === 4 && engines.length === 2) || JSON.stringify(seen.pods);
    });
  });
  afterAll(async () => {
    await Promise.all(running.map((adapter) => adapter.stop()));
    await plane?.stop();
  });

  it("nothing happens while no fleet needs its racks", async () => {
    expect(await step()).toEqual([]);
    expect((await trainingPods()).every(({ ending }) => !ending)).toBe(true);
  });

  it("the fence is on every node of both racks before the gang is told to go, whole", async () => {
    const before = await trainingPods();
    cluster.world = withFloor(2)(cluster.world);
    await untilTrue("the fences", async () => {
      const done = await step();
      expect(done).not.toContain("Evict applied");
      return done.includes("Fence applied") || done.join(", ");
    });
    expect(await fencedNodes()).toEqual(NODES);
    const untouched = async () => {
      const still = await trainingPods();
      expect(still.map(({ uid, ending }) => [uid, ending])).toEqual(
        before.map(({ uid }) => [uid, false]),
      );
    };
    await untouched();
    // Pod by pod the API would let one of the four go, and keep a broken gang.
    await untilTrue("an eviction that the budget refuses", async () => {
      const done = await step();
      return done.includes("Evict blocked") || done.join(", ");
    });
    await untouched();
    expect(cluster.events.map(({ reason }) => reason.text).join()).toMatch(
      /training\/big allows 1 evictions, 4 pods/,
    );
    const all = `-p=${JSON.stringify({ spec: { maxUnavailable: 4 } })}`;
    await plane.mustKubectl(["patch", "pdb", "big", "-n", TRAINING, "--type=merge", all]);
    await untilTrue("the eviction", async () => {
      const done = await step();
      return done.includes("Evict applied") || done.join(", ");
    });
    const after = await trainingPods();
    const left = after.filter(
      ({ uid, ending }) => !ending && before.some((old) => old.uid === uid),
    );
    expect(left).toEqual([]);
  });

  it("the scheduler cannot put the gang back onto the rack that was taken", async () => {
    await untilTrue("the rack to be back", async () => {
      await step();
      return phases().includes("Reclaim Done") || standing();
    });
    const taken =
      cluster.world.intents.find(({ direction }) => direction === "Reclaim")?.rack ?? "";
    const other = RACKS.find((rack) => rack !== taken && rack !== "rack-a");
    await untilTrue("half of the gang on the rack that is lent again", async () => {
      const seen = await trainingPods();
      const there = seen.filter(({ rack, ending }) => rack === other && !ending);
      return there.length === 2 || JSON.stringify(seen);
    });
    const seen = await trainingPods();
    expect(seen.filter(({ rack, ending }) => rack === "" && !ending)).toHaveLength(2);
    expect(seen.filter(({ rack }) => rack === taken)).toEqual([]);
    expect(await fencedNodes()).toEqual(
      NODES.filter((name) => name.startsWith("rack-a") || name.startsWith(taken)),
    );
  });

  it("the rack is lent again once no fleet wants it, and the gang is whole again", async () => {
    cluster.world = withOverride(null)(cluster.world);
    await untilTrue("the rack to be lent", async () => {
      await step();
      return phases().includes("Lend Done") || standing();
    });
    expect(await fencedNodes()).toEqual(NODES.filter((name) => name.startsWith("rack-a")));
    await untilTrue("the gang on both racks", async () => {
      const seen = await trainingPods();
      const there = seen.filter(({ rack, ending }) => rack !== "" && !ending);
      return there.length === 4 || JSON.stringify(seen);
    });
    expect(cluster.world.pools[0]?.count?.desired).toBe(3);
  });
});
