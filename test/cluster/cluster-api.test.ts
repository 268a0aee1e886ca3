/**
 * Racks of Cluster API's own controllers: Breakwater writes the count of a MachineDeployment, they
 * make and end Machines, whose provider is the test's, and delete the nodes of those that go.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import type { NodeRef } from "../../src/core/decision.ts";
import { rackCount } from "../../src/core/units.ts";
import type { RackBackend } from "../../src/ports/rack-backend.ts";
import { SMALL_RACK } from "../support/backed-kinds/backed-kind.ts";
import { clusterApiKind } from "../support/backed-kinds/machine-kinds.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import {
  INFRA_NAMESPACE,
  machineDeployment,
  provideMachines,
  standUpCluster,
} from "../support/control-plane/machine-provider.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["cluster-api"]);
const KIND = clusterApiKind({ version: "v1beta2", kind: "MachineDeployment" });
const NAME = "gb200-east";
const RACKS = 3;
const PATIENCE = { timeoutMs: 120_000 };

interface NodeSeen {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

describe.skipIf(missing !== "")(`Cluster API's own controllers ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let backend: RackBackend;

  const nodes = async (): Promise<readonly NodeRef[]> => {
    const { items } = JSON.parse(await plane.mustKubectl(["get", "nodes", "-o", "json"]));
    return items
      .filter(({ status }: NodeSeen) =>
        status?.conditions?.some((one) => one.type === "Ready" && one.status === "True"),
      )
      .map(({ metadata: { name, uid } }: NodeSeen) => ({ name, uid }));
  };
  const count = async () => (await backend.read(KIND.pool(NAME))).count;
  /** What was written is observed, and every Machine has its node. */
  const untilRacks = (racks: number) =>
    untilTrue(
      `${racks} racks`,
      async () => {
        await provideMachines(plane);
        const seen = [(await nodes()).length, await count()] as const;
        const [there, counted] = seen;
        const settled = counted?.desired === racks && counted.current === racks;
        return (there === racks * SMALL_RACK && settled) || seen;
      },
      PATIENCE,
    );
  const write = async (from: number, to: number, victims: readonly NodeRef[] = []) => {
    const uid = (await count())?.uid ?? "";
    const change = { uid, from: rackCount(from), to: rackCount(to), victims };
    return backend.write(KIND.pool(NAME), change);
  };
  const names = (some: readonly NodeRef[]) => some.map(({ name }) => name).toSorted();

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, kwok: true, clusterApi: true });
    connection = connect(plane.adminKubeconfig);
    backend = KIND.backend(
      kubeClient({ transport: connection.transport, timers: processTimers() }),
    );
    await standUpCluster(plane);
    await plane.apply(machineDeployment(NAME, RACKS * SMALL_RACK));
    await untilRacks(RACKS);
  }, 180_000);
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(plane.lastLogLines());
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  it("bring a rack more, and count it once it is there", async () => {
    const before = await nodes();
    expect(await write(RACKS, RACKS + 1)).toEqual({ kind: "Written" });
    await untilRacks(RACKS + 1);
    expect(names(await nodes())).toEqual(expect.arrayContaining(names(before)));
  });

  it("take the nodes that were marked, and no other", async () => {
    const before = await nodes();
    const rack = before.slice(2, 2 + SMALL_RACK);
    expect(await write(RACKS + 1, RACKS, rack)).toEqual({ kind: "Written" });
    await untilRacks(RACKS);
    expect(names(await nodes())).toEqual(names(before.filter((node) => !rack.includes(node))));
  });

  it("are left alone while they roll out, and free again afterwards", async () => {
    const [first, second] = await nodes();
    const rack = [first, second].flatMap((node) => node ?? []);
    const template = { metadata: { annotations: { revision: "2" } }, spec: { version: "v1.35.0" } };
    const patch = JSON.stringify({ spec: { template } });
    const where = ["machinedeployment", NAME, "-n", INFRA_NAMESPACE];
    await plane.mustKubectl(["patch", ...where, "--type=merge", `-p=${patch}`]);
    await untilTrue("the rollout to be seen", async () => {
      const { stdout } = await plane.kubectl(["get", ...where, "-o", "json"]);
      const { conditions = [] } = JSON.parse(stdout).status;
      const rolling = conditions.find(({ type }: { type: string }) => type === "RollingOut");
      return rolling?.status === "True" || conditions;
    });
    expect(await write(RACKS, RACKS - 1, rack)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("rolling out"),
    });
    const replaced = new Set(names(await nodes()));
    await untilTrue(
      "the rollout to end",
      async () => {
        await provideMachines(plane);
        const now = names(await nodes());
        const all = now.length === RACKS * SMALL_RACK && now.every((name) => !replaced.has(name));
        return all || now;
      },
      PATIENCE,
    );
    await untilRacks(RACKS);
    const after = await nodes();
    const going = after.slice(0, SMALL_RACK);
    await untilTrue(
      "the count to be free",
      async () => {
        const outcome = await write(RACKS, RACKS - 1, going);
        return outcome.kind !== "Conflict" || outcome;
      },
      PATIENCE,
    );
    await untilRacks(RACKS - 1);
    expect(names(await nodes())).toEqual(names(after.slice(SMALL_RACK)));
  });
});
