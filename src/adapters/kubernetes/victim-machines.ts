/** Marks on the Machines of an emptied rack, so that they are the ones to go. */
import type { NodeRef } from "../../core/decision.ts";
import type { PoolCount } from "../../core/observation.ts";
import { classifyStock } from "../../core/racks/stock.ts";
import { rackCount } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { JsonPatchOperation, KubeClient } from "./client.ts";
import { isNotFound, isRefusedWrite, orMissing } from "./failures.ts";
import { forEachLimited } from "./for-each-limited.ts";
import { listAll } from "./list-all.ts";
import { type Machine, type MachineGroup, type MachineKind, toMachine } from "./machine-kind.ts";
import { planMarks, type Shrink } from "./plan-marks.ts";
import { labelSelector } from "./selector.ts";

/** @returns all Machines of the group. @throws PortError */
export async function machinesOf(
  client: KubeClient,
  group: MachineGroup,
): Promise<readonly Machine[]> {
  const { kind, namespace, labels } = group;
  const raws = await listAll(client, {
    resource: kind.resource,
    namespace,
    labelSelector: labelSelector(labels),
  });
  return raws.map((raw) => toMachine(raw, group));
}

/**
 * Marks exactly the victims' Machines, those that are marked already included: repeating it is
 * safe. @returns why the count must not be lowered, "" when it may. @throws PortError
 */
export async function markVictims(
  client: KubeClient,
  machines: readonly Machine[],
  { kind, shrink }: { readonly kind: MachineKind; readonly shrink: Shrink },
): Promise<string> {
  const plan = planMarks(machines, shrink, kind.markedRank);
  if (plan.kind === "Refuse") return plan.text;
  try {
    await forEachLimited(plan.machines, (machine) => mark(client, machine, kind));
    return "";
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    if (!isNotFound(error) && !isRefusedWrite(error)) throw error;
    return `a Machine of the rack could not be marked: ${error.message}`;
  }
}

async function mark(client: KubeClient, machine: Machine, kind: MachineKind): Promise<void> {
  // Marked by us already, or by somebody whose mark is not ours to replace.
  if (machine.rank >= kind.markedRank) return;
  const { key, value } = kind.mark;
  const metadata = { uid: machine.uid, annotations: { [key]: value } };
  await client.mergePatch(machine.at, { metadata });
}

/**
 * Takes our marks off the Machines of these nodes, and nobody else's; where no Machines are served
 * there are none. @throws PortError
 */
export async function spareMachines(
  client: KubeClient,
  group: MachineGroup,
  nodes: readonly NodeRef[],
): Promise<void> {
  const names = new Set(nodes.map(({ name }) => name));
  const machines = (await orMissing(() => machinesOf(client, group))) ?? [];
  const marked = machines.filter((machine) => machine.marked && names.has(machine.node));
  await forEachLimited(marked, (machine) => unmark(client, machine, group.kind));
}

async function unmark(client: KubeClient, machine: Machine, kind: MachineKind): Promise<void> {
  const { key, value } = kind.mark;
  const path = `/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const operations: readonly JsonPatchOperation[] = [
    { op: "test", path: "/metadata/uid", value: machine.uid },
    { op: "test", path, value },
    { op: "remove", path },
  ];
  try {
    await client.jsonPatch(machine.at, operations);
  } catch (error) {
    // Gone, replaced, or the mark is somebody else's now: in each case ours is off.
    if (!isNotFound(error) && !isRefusedWrite(error)) throw error;
  }
}

/** @returns the count with what its Machines tell: those that the provider has, and why not more */
export function withMachines(
  count: PoolCount,
  machines: readonly Machine[],
  countPerRack: number,
): PoolCount {
  const alive = machines.filter(({ terminating }) => !terminating);
  const granted = alive.filter((machine) => machine.granted).length;
  const problems = alive.flatMap(({ problem }) =>
    problem === "" ? [] : (classifyStock(problem) ?? []),
  );
  const stock = problems.find((problem) => problem !== "other") ?? problems[0] ?? "unknown";
  return { ...count, granted: rackCount(Math.floor(granted / countPerRack)), stock };
}
