import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { karpenterBackend } from "../../src/adapters/karpenter/backend.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import type { RackBackend } from "../../src/ports/rack-backend.ts";
import type { NodeRef } from "../../src/core/decision.ts";
import { rackCount } from "../../src/core/units.ts";
import { SMALL_RACK } from "../support/backed-kinds/backed-kind.ts";
import { karpenterKind } from "../support/backed-kinds/node-kinds.ts";
import {
  NODE_POOL_LABEL,
  type RealNode,
  type RealNodes,
  startRealNodes,
} from "../support/control-plane/real-nodes.ts";
import { realNodesOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { pod } from "../support/kube-objects.ts";

const missing = realNodesOrSkip();
const RACKS = 3;
/** Karpenter looks at its NodeClasses when it gets to it. */
const PATIENCE = { timeoutMs: 4 * 60_000 };

/** What Karpenter does by itself `karpenter-victims.test.ts` shows. */
describe.skipIf(missing !== "")(`the karpenter backend and Karpenter itself ${missing}`, () => {
  let real: RealNodes;
  let connection: KubeConnection;
  let backend: RackBackend;
  let started = 0;
  let name = "";

  const nodes = () => real.nodes({ [NODE_POOL_LABEL]: name });
  const untilNodes = (count: number) =>
    untilTrue(`${count} ready nodes in ${name}`, async () => {
      const seen = await nodes();
      return (seen.length === count && seen.every(({ ready }) => ready)) || seen;
    });
  const write = async (from: number, to: number, victims: readonly NodeRef[] = []) => {
    const pool = karpenterKind.pool(name);
    const uid = (await backend.read(pool)).count?.uid ?? "";
    return backend.write(pool, { uid, from: rackCount(from), to: rackCount(to), victims });
  };
  const putToWork = (at: readonly RealNode[]) =>
    real.plane.apply(...at.map((node) => pod(`engine-on-${node.name}`, { node: node.name })));
  const uids = (some: readonly RealNode[]) => some.map(({ uid }) => uid).toSorted();

  beforeAll(async () => {
    real = await startRealNodes();
    connection = connect(real.plane.adminKubeconfig);
    const client = kubeClient({ transport: connection.transport, timers: processTimers() });
    backend = karpenterBackend({ client });
    await real.plane.mustKubectl(["create", "namespace", "agents"]);
  });
  afterAll(async () => {
    await connection?.close();
    await real?.plane.stop();
  });
  beforeEach(async () => {
    started += 1;
    name = `pool-${started}`;
    await real.addPools({ name, nodes: RACKS * SMALL_RACK, instanceType: "gb200-4x" });
    await untilNodes(RACKS * SMALL_RACK);
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(real.plane.lastLogLines());
  });

  it("bring a rack of nodes, and count it once it is there", async () => {
    expect(await write(3, 4)).toEqual({ kind: "Written" });
    await untilNodes(4 * SMALL_RACK);
    await untilTrue("all racks to be counted", async () => {
      const { count } = await backend.read(karpenterKind.pool(name));
      return (count?.desired === 4 && count.current === 4) || count;
    });
  });

  it.each([
    ["the first", 0],
    ["one in the middle", 2],
    ["the last", 4],
  ])("take the emptied rack and no other node, be it %s", async (_which, first) => {
    const all = await nodes();
    const rack = all.slice(first, first + SMALL_RACK);
    const others = all.filter((node) => !rack.includes(node));
    await putToWork(others);
    expect(await write(3, 2, rack)).toEqual({ kind: "Written" });
    await untilNodes(2 * SMALL_RACK);
    expect(uids(await nodes())).toEqual(uids(others));
  });

  it("take nothing while another node is empty too, and the rack once it is not", async () => {
    const all = await nodes();
    const rack = all.slice(0, SMALL_RACK);
    await putToWork(all.slice(SMALL_RACK + 1));
    expect(await write(3, 2, rack)).toEqual({
      kind: "Conflict",
      found: expect.stringMatching(/is empty as well/),
    });
    expect(uids(await nodes())).toEqual(uids(all));
    await putToWork(all.slice(SMALL_RACK));
    expect(await write(3, 2, rack)).toEqual({ kind: "Written" });
    await untilNodes(2 * SMALL_RACK);
    expect(uids(await nodes())).toEqual(uids(all.slice(SMALL_RACK)));
  });

  it("make nothing where the NodeClass is gone: the request waits, and that is said", async () => {
    const absent = { spec: { template: { spec: { nodeClassRef: { name: "absent" } } } } };
    const where = ["patch", `nodepools.karpenter.sh/${name}`, "--type=merge"];
    await real.plane.mustKubectl([...where, `-p=${JSON.stringify(absent)}`]);
    expect(await write(3, 4)).toEqual({ kind: "Written" });
    await untilTrue(
      "the wait to be explained",
      async () => {
        const { count } = await backend.read(karpenterKind.pool(name));
        return (count?.stock === "other" && count.current === 3) || count;
      },
      PATIENCE,
    );
    expect(await nodes()).toHaveLength(3 * SMALL_RACK);
  });
});
