/**
 * Which nodes Karpenter takes when the count of a static NodePool is lowered. It asks nobody, so
 * what it goes by is what a rack must look like before Breakwater lowers a count (Karpenter 1.14,
 * pkg/controllers/static/deprovisioning): claims that never launched, then nodes without pods, then
 * the cheapest to disrupt. It knows no racks, and neither cordons nor annotations of nodes count.
 * Breakwater's own backend is asked first each time: it must write just where the rack would go.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { karpenterBackend } from "../../src/adapters/karpenter/backend.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { rackCount } from "../../src/core/units.ts";
import type { RackBackend, WriteOutcome } from "../../src/ports/rack-backend.ts";
import { compiledPool } from "../support/compiled-pool.ts";
import {
  NODE_POOL_LABEL,
  type RealNode,
  type RealNodes,
  startRealNodes,
} from "../support/control-plane/real-nodes.ts";
import { realNodesOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = realNodesOrSkip();
const NAMESPACE = "default";
const RACK_NODES = 2;

const DO_NOT_DISRUPT = ["karpenter.sh/do-not-disrupt", "true"] as const;

/** What stands on every node of a rack. */
type Tenant = (node: RealNode) => object;

interface Case {
  readonly emptied: readonly Tenant[];
  readonly other: readonly Tenant[];
  readonly leaves: "the emptied rack" | "the other rack";
  /** What Breakwater does: it must not lower a count for which another rack would leave. */
  readonly breakwater: WriteOutcome["kind"];
}

const container = { name: "it", image: "it" };

const pod = (node: RealNode, role: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `${role}-${node.name}`, namespace: NAMESPACE, ...more },
  spec: { nodeName: node.name, containers: [container] },
});

const engine: Tenant = (node) => pod(node, "engine");

/** Pods that hold no GPU are none of Breakwater's business; Karpenter counts them all the same. */
const webServer: Tenant = (node) => pod(node, "web");

/** kwok ends the pods of Jobs at once; they stay until somebody deletes the Job. */
const finishedJob: Tenant = (node) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: `job-${node.uid}`, namespace: NAMESPACE },
  spec: {
    template: {
      metadata: { labels: { tenant: "job" } },
      spec: { nodeName: node.name, restartPolicy: "Never", containers: [container] },
    },
  },
});

const agent = (node: RealNode, annotations: Readonly<Record<string, string>>) => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: `agent-${node.uid}`, namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: { agent: node.uid } },
    template: {
      metadata: { labels: { agent: node.uid }, annotations },
      spec: {
        containers: [container],
        nodeSelector: { "kubernetes.io/hostname": node.labels["kubernetes.io/hostname"] },
      },
    },
  },
});

const nodeAgent: Tenant = (node) => agent(node, {});
const guardingAgent: Tenant = (node) => agent(node, Object.fromEntries([DO_NOT_DISRUPT]));

const CASES: Readonly<Record<string, Case>> = {
  "a rack without pods, before one that serves": {
    emptied: [],
    other: [engine],
    leaves: "the emptied rack",
    breakwater: "Written",
  },
  "a rack with nothing but node agents, before one that serves": {
    emptied: [nodeAgent],
    other: [nodeAgent, engine],
    leaves: "the emptied rack",
    breakwater: "Written",
  },
  "idle nodes elsewhere, before a rack on which finished jobs lie about": {
    emptied: [finishedJob],
    other: [],
    leaves: "the other rack",
    breakwater: "Conflict",
  },
  "idle nodes elsewhere, before a rack that runs what holds no GPU": {
    emptied: [webServer],
    other: [],
    leaves: "the other rack",
    breakwater: "Conflict",
  },
  "the emptied rack, where agents that must not be disrupted stand on idle nodes elsewhere": {
    emptied: [nodeAgent],
    other: [guardingAgent],
    leaves: "the emptied rack",
    // It would be right, but such a guard may expire: Breakwater does not rely on it.
    breakwater: "Conflict",
  },
};

describe.skipIf(missing !== "")(`Karpenter, told to have fewer nodes, takes ${missing}`, () => {
  let real: RealNodes;
  let connection: KubeConnection;
  let backend: RackBackend;
  let pools = 0;

  beforeAll(async () => {
    real = await startRealNodes();
    connection = connect(real.plane.adminKubeconfig);
    const { transport } = connection;
    backend = karpenterBackend({ client: kubeClient({ transport, timers: processTimers() }) });
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(real.plane.lastLogLines());
  });
  afterAll(async () => {
    await connection?.close();
    await real?.plane.stop();
  });

  const newPool = async (nodes: number): Promise<string> => {
    pools += 1;
    const name = `pool-${pools}`;
    await real.addPools({ name, nodes, instanceType: "gb200-4x" });
    return name;
  };

  /** @returns the pool's nodes, once there are so many and all are Ready */
  const untilNodes = async (pool: string, count: number): Promise<readonly RealNode[]> => {
    let seen: readonly RealNode[] = [];
    await untilTrue(`${count} ready nodes in ${pool}`, async () => {
      seen = await real.nodes({ [NODE_POOL_LABEL]: pool });
      return (seen.length === count && seen.every(({ ready }) => ready)) || seen;
    });
    return seen;
  };

  /** Puts the tenants there and waits until each runs, or has run. */
  const occupy = async (nodes: readonly RealNode[], tenants: readonly Tenant[]): Promise<void> => {
    const objects = nodes.flatMap((node) => tenants.map((tenant) => tenant(node)));
    if (objects.length > 0) await real.plane.apply(...objects);
    for (const { name } of nodes) {
      await untilTrue(`${tenants.length} pods to settle on ${name}`, async () => {
        const phases = ["-o", "jsonpath={range .items[*]}{.status.phase} {end}"];
        const onNode = ["get", "pods", "-n", NAMESPACE, `--field-selector=spec.nodeName=${name}`];
        const found = (await real.plane.mustKubectl([...onNode, ...phases])).trim();
        const settled = found.split(" ").filter((phase) => /Running|Succeeded/.test(phase));
        return settled.length === tenants.length || found;
      });
    }
  };

  const uids = (nodes: readonly RealNode[]) => nodes.map(({ uid }) => uid).toSorted();
  const names = (nodes: readonly RealNode[]) => nodes.map(({ name }) => name);

  const countOf = (pool: string): Promise<string> =>
    real.plane.mustKubectl([
      "get",
      `nodepools.karpenter.sh/${pool}`,
      "-o",
      "jsonpath={.spec.replicas}",
    ]);

  /** From two racks to one, as the controller does once it sees the rack empty. */
  const breakwaterLowers = async (
    name: string,
    victims: readonly RealNode[],
  ): Promise<WriteOutcome> => {
    const rack = { nodes: RACK_NODES, usableNodes: RACK_NODES };
    const pool = compiledPool({ backend: { kind: "karpenter", name }, rack }, name);
    const { count, refusals } = await backend.read(pool);
    if (count === null) throw new Error(`${name} was not read: ${JSON.stringify(refusals)}`);
    return backend.write(pool, {
      uid: count.uid,
      from: rackCount(2),
      to: rackCount(1),
      victims: victims.map(({ name: node, uid }) => ({ name: node, uid })),
    });
  };

  for (const [what, { emptied, other, leaves, breakwater }] of Object.entries(CASES)) {
    it(what, async () => {
      const pool = await newPool(2 * RACK_NODES);
      const all = await untilNodes(pool, 2 * RACK_NODES);
      const racks = { emptied: all.slice(0, RACK_NODES), other: all.slice(RACK_NODES) };
      const [goes, stays] =
        leaves === "the emptied rack" ? [racks.emptied, racks.other] : [racks.other, racks.emptied];
      await real.plane.mustKubectl(["cordon", ...names(racks.emptied)]);
      // Asked for in vain: only what pods say is heard.
      await real.plane.mustKubectl(["annotate", "node", ...names(goes), DO_NOT_DISRUPT.join("=")]);
      await occupy(racks.emptied, emptied);
      await occupy(racks.other, other);
      const answer = await breakwaterLowers(pool, racks.emptied);
      expect(answer, JSON.stringify(answer)).toMatchObject({ kind: breakwater });
      if (breakwater === "Conflict") {
        expect(await countOf(pool)).toBe("4");
        await real.resize(pool, RACK_NODES);
      }
      const left = await untilNodes(pool, RACK_NODES);
      expect(uids(left)).toEqual(uids(stays));
    });
  }

  it("what it likes, where finished jobs lie on the rack and others serve: no write", async () => {
    const pool = await newPool(2 * RACK_NODES);
    const all = await untilNodes(pool, 2 * RACK_NODES);
    const emptied = all.slice(0, RACK_NODES);
    await occupy(emptied, [finishedJob]);
    await occupy(all.slice(RACK_NODES), [engine]);
    expect(await breakwaterLowers(pool, emptied)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("still has pod default/job-"),
    });
    expect(await countOf(pool)).toBe("4");
  });

  it("nothing of another NodePool: where a rack is a NodePool, only it can leave", async () => {
    const [first, second] = [await newPool(RACK_NODES), await newPool(RACK_NODES)];
    await occupy(await untilNodes(first, RACK_NODES), [finishedJob]);
    const idle = await untilNodes(second, RACK_NODES);
    await real.resize(first, 0);
    await untilNodes(first, 0);
    expect(uids(await untilNodes(second, RACK_NODES))).toEqual(uids(idle));
  });
});
