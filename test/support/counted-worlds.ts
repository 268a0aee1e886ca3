/** Worlds of the backend contract: one object that counts, a set of them, and a person. */
import { fieldBackend } from "../../src/adapters/field/backend.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { type Json, objectAt, stringAt } from "../../src/adapters/kubernetes/decode.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import { manualBackend } from "../../src/adapters/manual/backend.ts";
import { objectSetBackend } from "../../src/adapters/object-set/backend.ts";
import { serialiseWrites } from "../../src/adapters/serialised-backend/serialise.ts";
import { epochMs } from "../../src/core/units.ts";
import type { BackendWorld } from "../contracts/backend-world.ts";
import type { Surroundings } from "./backed-kinds/backed-kind.ts";
import { Wire } from "./backed-kinds/wire.ts";
import {
  type CountedKind,
  countedObject,
  fieldPool,
  manualPool,
  setPool,
} from "./counted-pools.ts";
import { RACK_NODES } from "./kube-objects.ts";

const RACKS = 4;
/** Objects of a set: as many again as have a rack. */
const MEMBERS = 8;
/** A status that says nothing. */
const STATUS = { observedGeneration: 2 };

const pluralOf = ({ kind }: CountedKind): string => `${kind.toLowerCase()}s`;

function reach({ transport, timers }: Surroundings, countPath: string) {
  const wire = new Wire(transport, countPath);
  const client = kubeClient({ transport: wire.transport, timers });
  return { wire, client, discovery: discovery(client) };
}

export async function fieldWorld(kind: CountedKind, around: Surroundings): Promise<BackendWorld> {
  const { name, people, run } = around;
  const { wire, ...options } = reach(around, `/${pluralOf(kind)}/${name}`);
  const object = countedObject(kind, RACKS * RACK_NODES, { name });
  await people.put(object);
  return {
    backend: serialiseWrites(fieldBackend(options)),
    pool: fieldPool(kind, name),
    unitsPerRack: RACK_NODES,
    wire,
    run,
    units: async () => Number(kind.nodes(objectAt(await people.get(object), "spec"))),
    setUnits: (units, manager) => people.edit(object, { spec: kind.spec(units) }, manager),
    touchStatus: () => people.setStatus(object, STATUS),
    recreate: async () => {
      await people.remove(object);
      await people.put(object);
    },
    remove: () => people.remove(object),
  };
}

export async function setWorld(kind: CountedKind, around: Surroundings): Promise<BackendWorld> {
  const { name: set, people, run } = around;
  const { wire, ...options } = reach(around, `/${pluralOf(kind)}`);
  const names = Array.from({ length: MEMBERS }, (_, n) => `${set}-${n}`);
  const objectOf = (name: string, n: number): Json =>
    countedObject(kind, n < RACKS ? RACK_NODES : 0, { name, set });
  const objects = names.map(objectOf);
  const nodesOf = async (object: Json) =>
    Number(kind.nodes(objectAt(await people.get(object), "spec")));
  const each = async (work: (object: Json, n: number) => Promise<void>) => {
    for (const [n, object] of objects.entries()) await work(object, n);
  };
  await each((object) => people.put(object));
  return {
    backend: serialiseWrites(objectSetBackend(options)),
    pool: setPool(kind, set),
    unitsPerRack: RACK_NODES,
    wire,
    run,
    objects: (from, to) => names.slice(Math.min(from, to), Math.max(from, to)),
    units: async () => {
      const counts = await Promise.all(objects.map(nodesOf));
      return counts.reduce((total, nodes) => total + nodes, 0);
    },
    setUnits: (units, manager) =>
      each(async (object, n) => {
        const nodes = n < units / RACK_NODES ? RACK_NODES : 0;
        if ((await nodesOf(object)) !== nodes) {
          await people.edit(object, { spec: kind.spec(nodes) }, manager);
        }
      }),
    touchStatus: () => each((object) => people.setStatus(object, STATUS)),
    recreate: async () => {
      await each((object) => people.remove(object));
      await each((object) => people.put(object));
    },
    remove: () => each((object) => people.remove(object)),
  };
}

/** Where the controller of these worlds runs. */
export const OWN_NAMESPACE = "breakwater";

export async function manualWorld(around: Surroundings): Promise<BackendWorld> {
  const { name, people, run } = around;
  const { wire, client } = reach(around, `/configmaps/breakwater-pool-${name}`);
  const metadata = { name: `breakwater-pool-${name}`, namespace: OWN_NAMESPACE };
  const ask = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { racks: `${RACKS}` } };
  await people.put(ask);
  const backend = manualBackend({
    client,
    namespace: OWN_NAMESPACE,
    clock: { now: () => epochMs(Date.UTC(2026, 11, 1, 18)) },
    events: { publish: () => Promise.resolve() },
  });
  return {
    backend: serialiseWrites(backend),
    pool: manualPool(name),
    unitsPerRack: 1,
    wire,
    run,
    withoutObject: 0,
    units: async () => Number(stringAt(await people.get(ask), "data", "racks")),
    setUnits: (racks, manager) => people.edit(ask, { data: { racks: `${racks}` } }, manager),
    // A ConfigMap has no status: a note in an annotation moves its version as well.
    touchStatus: () => people.edit(ask, { metadata: { annotations: { ticket: "OPS-7" } } }, "olga"),
    recreate: async () => {
      await people.remove(ask);
      await people.put(ask);
    },
    remove: () => people.remove(ask),
  };
}
