/**
 * Racks of Cluster API's own controllers: Breakwater writes the count of a MachineDeployment, they
 * make and end Machines, whose provider is the test's, and delete the nodes of those that go.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
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
import { type MachineRacks, PATIENCE, machineRacks, namesOf } from "./machine-racks.ts";

const missing = controlPlaneOrSkip(["cluster-api"]);
const KIND = clusterApiKind({ version: "v1beta2", kind: "MachineDeployment" });
const NAME = "gb200-east";
const RACKS = 3;

describe.skipIf(missing !== "")(`Cluster API's own controllers ${missing}`, () => {
  let plane: ControlPlane;
  let racks: MachineRacks;

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, kwok: true, clusterApi: true });
    const provide = () => provideMachines(plane);
    racks = machineRacks({ plane, kind: KIND, name: NAME, provide });
    await standUpCluster(plane);
    await plane.apply(machineDeployment(NAME, RACKS * SMALL_RACK));
    await racks.untilRacks(RACKS);
  }, 180_000);
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(plane.lastLogLines());
  });
  afterAll(async () => {
    await racks?.stop();
    await plane?.stop();
  });

  it("bring a rack more, and count it once it is there", async () => {
    const before = await racks.nodes();
    expect(await racks.write(RACKS, RACKS + 1)).toEqual({ kind: "Written" });
    await racks.untilRacks(RACKS + 1);
    expect(namesOf(await racks.nodes())).toEqual(expect.arrayContaining([...namesOf(before)]));
  });

  it("take the nodes that were marked, and no other", async () => {
    const before = await racks.nodes();
    const rack = before.slice(2, 2 + SMALL_RACK);
    expect(await racks.write(RACKS + 1, RACKS, rack)).toEqual({ kind: "Written" });
    await racks.untilRacks(RACKS);
    expect(namesOf(await racks.nodes())).toEqual(
      namesOf(before.filter((node) => !rack.includes(node))),
    );
  });

  it("are left alone while they roll out, and free again afterwards", async () => {
    const [first, second] = await racks.nodes();
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
    expect(await racks.write(RACKS, RACKS - 1, rack)).toMatchObject({
      kind: "Conflict",
      found: expect.stringContaining("rolling out"),
    });
    const replaced = new Set(namesOf(await racks.nodes()));
    await untilTrue(
      "the rollout to end",
      async () => {
        await provideMachines(plane);
        const now = namesOf(await racks.nodes());
        const all = now.length === RACKS * SMALL_RACK && now.every((name) => !replaced.has(name));
        return all || now;
      },
      PATIENCE,
    );
    await racks.untilRacks(RACKS);
    const after = await racks.nodes();
    const going = after.slice(0, SMALL_RACK);
    await untilTrue(
      "the count to be free",
      async () => {
        const outcome = await racks.write(RACKS, RACKS - 1, going);
        return outcome.kind !== "Conflict" || outcome;
      },
      PATIENCE,
    );
    await racks.untilRacks(RACKS - 1);
    expect(namesOf(await racks.nodes())).toEqual(namesOf(after.slice(SMALL_RACK)));
  });
});
