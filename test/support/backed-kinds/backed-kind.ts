/** Kinds whose count sizes a pool, with what stands behind the count. */
import { kubeClient, type KubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { type Json, metaOf, numberAt } from "../../../src/adapters/kubernetes/decode.ts";
import type { Timers } from "../../../src/adapters/kubernetes/timers.ts";
import type { Transport } from "../../../src/adapters/kubernetes/transport.ts";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import type { NodeRef } from "../../../src/core/decision.ts";
import type { RackBackend } from "../../../src/ports/rack-backend.ts";
import type { BackendWorld } from "../../contracts/backend-world.ts";
import type { People } from "./people.ts";
import { Wire } from "./wire.ts";

/** Racks of two nodes: as many objects as it takes to have several of each. */
export const SMALL_RACK = 2;
const RACKS = 4;

export interface BackedKind {
  readonly plural: string;
  /** The field of `spec` that counts. */
  readonly field: string;
  readonly unitsPerRack: number;
  /** A status that says nothing new. */
  readonly status: Json;
  /** Of so many units. */
  object(name: string, units: number): Json;
  pool(name: string): CompiledPool;
  backend(client: KubeClient): RackBackend;
  /** What stands behind one node: Machines, NodeClaims. */
  behind(pool: string, node: NodeRef): readonly Json[];
  /** What runs on a node until it is emptied. */
  work(node: NodeRef): readonly Json[];
  /** The annotation that marks what is behind a node; "" where the kind knows none. */
  readonly mark: string;
}

export interface Surroundings {
  readonly name: string;
  readonly people: People;
  readonly transport: Transport;
  readonly timers: Timers;
  /** Awaits work that may have to wait. */
  run<T>(work: Promise<T>): Promise<T>;
}

/** The node's uid, too, is made of its name. */
const nodesOf = (pool: string): readonly NodeRef[] =>
  Array.from({ length: RACKS * SMALL_RACK }, (_, i) => {
    const name = `${pool}-node-${i}`;
    return { name, uid: `uid-of-${name}` };
  });

/** Puts a pool of four racks there, every node at work. */
export async function kindWorld(kind: BackedKind, around: Surroundings): Promise<BackendWorld> {
  const { name, people, run } = around;
  const object = kind.object(name, RACKS * kind.unitsPerRack);
  const nodes = nodesOf(name);
  const wire = new Wire(around.transport, `/${kind.plural}/${name}`);
  await people.put(object);
  for (const node of nodes) {
    for (const each of [...kind.behind(name, node), ...kind.work(node)]) await people.put(each);
  }
  const working = new Set(nodes);
  return {
    backend: kind.backend(kubeClient({ transport: wire.transport, timers: around.timers })),
    pool: kind.pool(name),
    unitsPerRack: kind.unitsPerRack,
    units: async () => numberAt(await people.get(object), "spec", kind.field) ?? Number.NaN,
    setUnits: (units, manager) => people.edit(object, { spec: { [kind.field]: units } }, manager),
    touchStatus: () => people.setStatus(object, kind.status),
    recreate: async () => {
      await people.remove(object);
      await people.put(object);
    },
    remove: () => people.remove(object),
    wire,
    run,
    emptied: async (racks) => {
      const leaving = nodes.slice(nodes.length - racks * SMALL_RACK);
      for (const node of leaving.filter((candidate) => working.delete(candidate))) {
        for (const each of kind.work(node)) await people.remove(each);
      }
      return leaving;
    },
    marked: async () => {
      const marks = nodes.map((node) => isMarked(kind, people, { name, node }));
      return (await Promise.all(marks)).flat();
    },
  };
}

async function isMarked(
  { behind, mark }: BackedKind,
  people: People,
  { name, node }: { readonly name: string; readonly node: NodeRef },
): Promise<readonly string[]> {
  const [machine] = behind(name, node);
  if (machine === undefined) return [];
  const { annotations } = metaOf(await people.get(machine));
  return mark in annotations ? [node.name] : [];
}
