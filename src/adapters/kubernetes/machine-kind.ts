/** Machines: the objects behind nodes in Cluster API and in what grew out of it. */
import { type Json, metaOf, listAt, isJson, stringAt, booleanAt } from "./decode.ts";
import type { ObjectAt, Resource } from "./resources.ts";
import type { Labels } from "./selector.ts";

/** What one vendor's Machines look like, and which of them its controller takes first. */
export interface MachineKind {
  readonly resource: Resource;
  /** The annotation by which a Machine goes first when the count is lowered. */
  readonly mark: { readonly key: string; readonly value: string };
  /** The node that the Machine became; name "" before that, uid "" where it is not recorded. */
  nodeOf(machine: Json): { readonly name: string; readonly uid: string };
  /** Where the Machine stands among those to go, the highest first; ties go either way. */
  rankOf(machine: Json): number;
  /** The rank of a Machine that carries the mark. */
  readonly markedRank: number;
  /** Why it has become no node, in the provider's words; "" when nothing is said. */
  problemOf(machine: Json): string;
}

/** The Machines behind one count. */
export interface MachineGroup {
  readonly kind: MachineKind;
  readonly namespace: string;
  /** Every Machine of the group carries them; never empty. */
  readonly labels: Labels;
}

export interface Machine {
  readonly at: ObjectAt;
  readonly uid: string;
  /** "" while there is no node. */
  readonly node: string;
  /** "" where it is not recorded. */
  readonly nodeUid: string;
  readonly terminating: boolean;
  /** Whether the provider has something for it: it names what. */
  readonly granted: boolean;
  /** Name of the set that made it, "" when none is recorded. */
  readonly owner: string;
  /** Whether it carries our mark. */
  readonly marked: boolean;
  readonly rank: number;
  readonly problem: string;
}

/** @throws PortError `bad-answer` for what cannot be an object of the API */
export function toMachine(raw: Json, { kind, namespace }: MachineGroup): Machine {
  const { name, uid, terminating, annotations } = metaOf(raw);
  const node = kind.nodeOf(raw);
  return {
    at: { resource: kind.resource, namespace, name },
    uid,
    node: node.name,
    nodeUid: node.uid,
    terminating,
    granted: stringAt(raw, "spec", "providerID") !== "",
    owner: ownerOf(raw),
    marked: annotations[kind.mark.key] === kind.mark.value,
    rank: kind.rankOf(raw),
    problem: node.name === "" ? kind.problemOf(raw) : "",
  };
}

function ownerOf(raw: Json): string {
  const owners = listAt(raw, "metadata", "ownerReferences").filter(isJson);
  const controller = owners.find((owner) => booleanAt(owner, "controller"));
  return stringAt(controller, "name");
}
