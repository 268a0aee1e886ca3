/**
 * Racks of Gardener's own machine-controller-manager: Breakwater writes the count of a
 * MachineDeployment through its scale subresource, it makes and ends Machines, and the test plays
 * the machine controller of the cloud, by which they become nodes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SMALL_RACK } from "../support/backed-kinds/backed-kind.ts";
import { gardenerKind } from "../support/backed-kinds/machine-kinds.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import {
  controlMachines,
  type CreationError,
  GARDENER_NAMESPACE,
  machineDeployment,
} from "../support/control-plane/machine-controller.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { type MachineRacks, PATIENCE, machineRacks, namesOf } from "./machine-racks.ts";

const missing = controlPlaneOrSkip(["gardener"]);
const NAME = "gb200-east";
const RACKS = 3;
const MACHINES = "machines.machine.sapcloud.io";
const PRIORITY = "machinepriority.machine.sapcloud.io";

describe.skipIf(missing !== "")(`Gardener's machine-controller-manager ${missing}`, () => {
  let plane: ControlPlane;
  let racks: MachineRacks;
  /** Why the cloud makes no machine; null: it does. */
  let refusal: CreationError | null = null;

  beforeAll(async () => {
    plane = await startControlPlane({ kwok: true, gardener: true });
    const provide = () => controlMachines(plane, refusal);
    racks = machineRacks({ plane, kind: gardenerKind, name: NAME, provide });
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

  it("brings a rack more, and counts it once it is there", async () => {
    const before = await racks.nodes();
    expect(await racks.write(RACKS, RACKS + 1)).toEqual({ kind: "Written" });
    await racks.untilRacks(RACKS + 1);
    expect(namesOf(await racks.nodes())).toEqual(expect.arrayContaining([...namesOf(before)]));
  });

  it("takes the nodes that were marked, and no other, where it would take the oldest", async () => {
    const before = await racks.nodes();
    const ages = await machineAges();
    const youngest = before.toSorted((a, b) => (ages.get(b.name) ?? 0) - (ages.get(a.name) ?? 0));
    const rack = youngest.slice(0, SMALL_RACK);
    expect(await racks.write(RACKS + 1, RACKS, rack)).toEqual({ kind: "Written" });
    await racks.untilRacks(RACKS);
    const left = before.filter((node) => !rack.includes(node));
    expect(namesOf(await racks.nodes())).toEqual(namesOf(left));
  });

  /** Priority by which a vendor's own autoscaler ends a Machine, and the one set here. */
  it.each([
    ["1", "ends it at once and makes another, whatever the count says", false],
    ["2", "alone ends nothing", true],
  ])("the mark %s on a Machine %s", async (priority, _what, stays) => {
    const [marked = "", ...others] = namesOf(await racks.nodes());
    const where = ["annotate", MACHINES, marked, "-n", GARDENER_NAMESPACE, "--overwrite"];
    await plane.mustKubectl([...where, `${PRIORITY}=${priority}`]);
    if (stays) {
      // Something that the manager does for certain after it has seen the mark.
      expect(await racks.write(RACKS, RACKS + 1)).toEqual({ kind: "Written" });
      await racks.untilRacks(RACKS + 1);
      const left = namesOf(await racks.nodes());
      expect(left).toEqual(expect.arrayContaining([marked, ...others]));
      await plane.mustKubectl([...where, `${PRIORITY}-`]);
      const fresh = (await racks.nodes()).filter(({ name }) => ![marked, ...others].includes(name));
      expect(await racks.write(RACKS + 1, RACKS, fresh)).toEqual({ kind: "Written" });
      await racks.untilRacks(RACKS);
      return;
    }
    await untilTrue("another in its place", async () => {
      await controlMachines(plane);
      const now = namesOf(await racks.nodes());
      return (now.length === others.length + 1 && !now.includes(marked)) || now;
    });
  });

  it.each([
    [
      "stockout",
      { code: "ResourceExhausted", message: "InsufficientInstanceCapacity: none in this zone" },
    ],
    [
      "stockout",
      { code: "ResourceExhausted", message: "the cloud has no such machine at the moment" },
    ],
    ["quota", { code: "ResourceExhausted", message: "VcpuLimitExceeded: 0 of 144 vCPUs left" }],
    ["permission", { code: "PermissionDenied", message: "UnauthorizedOperation: RunInstances" }],
    ["other", { code: "Internal", message: "user data is no YAML" }],
  ] as const)("waits with %s when creating a machine fails: %o", async (stock, error) => {
    refusal = error;
    expect(await racks.write(RACKS, RACKS + 1)).toEqual({ kind: "Written" });
    await untilTrue(stock, async () => {
      await controlMachines(plane, refusal);
      const count = await racks.count();
      return (count?.stock === stock && count.granted === RACKS) || count;
    });
    refusal = null;
    // What never became a node is withdrawn, and nothing else.
    const before = namesOf(await racks.nodes());
    expect(await racks.write(RACKS + 1, RACKS)).toEqual({ kind: "Written" });
    await untilTrue("the request to be withdrawn", async () => {
      await controlMachines(plane, error);
      const names = await machineNames();
      return names.length === RACKS * SMALL_RACK || names;
    });
    expect(namesOf(await racks.nodes())).toEqual(before);
    expect((await racks.count())?.stock).toBe("unknown");
  });

  it("is left alone while it rolls out, and free again afterwards", async () => {
    const before = await racks.nodes();
    const rack = before.slice(0, SMALL_RACK);
    const changed = { spec: { class: { kind: "MachineClass", name: "gb200-new-image" } } };
    const patch = JSON.stringify({ spec: { template: changed } });
    const where = ["machinedeployments.machine.sapcloud.io", NAME, "-n", GARDENER_NAMESPACE];
    await plane.mustKubectl(["patch", ...where, "--type=merge", `-p=${patch}`]);
    // From the very write on, whether the change is observed yet or not.
    const outcomes = [await racks.write(RACKS, RACKS - 1, rack)];
    const replaced = new Set(namesOf(before));
    await untilTrue(
      "the rollout to end",
      async () => {
        const now = namesOf(await racks.nodes());
        const all = now.length === RACKS * SMALL_RACK && now.every((name) => !replaced.has(name));
        if (!all) outcomes.push(await racks.write(RACKS, RACKS - 1, rack));
        await controlMachines(plane);
        return all || now;
      },
      PATIENCE,
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["Conflict"]));
    await racks.untilRacks(RACKS);
    const after = await racks.nodes();
    const going = after.slice(0, SMALL_RACK);
    await untilTrue(
      "the count to be free",
      async () => {
        const outcome = await racks.write(RACKS, RACKS - 1, going);
        return outcome.kind === "Written" || outcome;
      },
      PATIENCE,
    );
    await racks.untilRacks(RACKS - 1);
    expect(namesOf(await racks.nodes())).toEqual(namesOf(after.slice(SMALL_RACK)));
  });

  const machines = async (): Promise<readonly { name: string; createdAt: number }[]> => {
    const asked = ["get", MACHINES, "-n", GARDENER_NAMESPACE, "-o", "json"];
    const { items } = JSON.parse(await plane.mustKubectl(asked));
    return items.map(({ metadata }: { metadata: { name: string; creationTimestamp: string } }) => ({
      name: metadata.name,
      createdAt: Date.parse(metadata.creationTimestamp),
    }));
  };
  const machineNames = async () => (await machines()).map(({ name }) => name);
  const machineAges = async () =>
    new Map((await machines()).map(({ name, createdAt }) => [name, createdAt] as const));
});
