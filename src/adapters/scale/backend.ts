import type { CompiledPool } from "../../core/compiled.ts";
import type { NodeRef } from "../../core/decision.ts";
import type { CountChange, RackBackend, WriteOutcome } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import {
  type Decoded,
  foundReading,
  type FoundReading,
  poolReading,
} from "../kubernetes/counted-object.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import type { MachineGroup } from "../kubernetes/machine-kind.ts";
import { objectName } from "../kubernetes/resources.ts";
import { SCALE, writeScale } from "../kubernetes/scale-subresource.ts";
import {
  machinesOf,
  markVictims,
  spareMachines,
  withMachines,
} from "../kubernetes/victim-machines.ts";
import { decodeScale, type ScaleReading } from "./decode.ts";
import { MACHINE_PRESETS, machineGroup } from "./machines.ts";

export interface ScaleBackendOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/**
 * Sizes any object through its `scale` subresource. With a preset the Machines of the emptied rack
 * are annotated as the first to go before the count falls; without one the vendor chooses.
 */
export function scaleBackend(options: ScaleBackendOptions): RackBackend {
  return {
    kind: "scale",
    read: async (pool) => {
      const decoded = await fetchScale(options, pool);
      const reading = poolReading(pool, decoded);
      const { count } = reading;
      const group = decoded?.ok === true ? decoded.reading.group : null;
      if (group === null || count === null || (count.current ?? 0) >= count.desired) return reading;
      const machines = await machinesOf(options.client, group);
      return { ...reading, count: withMachines(count, machines, pool.backend.countPerRack) };
    },
    write: (pool, change) => write(options, pool, change),
    spare: (pool, nodes) => spare(options, pool, nodes),
  };
}

async function write(
  options: ScaleBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): Promise<WriteOutcome> {
  const { countPerRack } = pool.backend;
  const { uid, from, to, victims = [] } = change;
  const units = { uid, from: from * countPerRack, to: to * countPerRack };
  const outcome = await writeGuarded(guardedCount(options, pool, change), units);
  if (outcome.kind === "Conflict" && victims.length > 0) await spare(options, pool, victims);
  return outcome;
}

async function spare(
  { client, discovery }: ScaleBackendOptions,
  { backend: { preset, target } }: CompiledPool,
  nodes: readonly NodeRef[],
): Promise<void> {
  const kind = preset === null ? undefined : MACHINE_PRESETS[preset]?.machines;
  if (kind === undefined) return;
  const object = await orMissing(async () => client.get((await discovery.locate(target)).at));
  // With the object its Machines went as well.
  const group = object === null ? null : machineGroup(object, kind);
  if (group !== null) await spareMachines(client, group, nodes);
}

/** @returns null when the object or its kind does not exist */
const fetchScale = (
  { client, discovery }: ScaleBackendOptions,
  pool: CompiledPool,
): Promise<Decoded<ScaleReading> | null> =>
  orMissing(async () => {
    const { at, subresources } = await discovery.locate(pool.backend.target);
    if (!subresources.includes("scale")) {
      const found = `${objectName(at)}: found no scale subresource`;
      return { ok: false, refusals: [`${found}, expected a kind that kubectl scale accepts`] };
    }
    const [object, scale] = await Promise.all([client.get(at), client.get(at, SCALE)]);
    return decodeScale(object, scale, pool);
  });

type Found = FoundReading<ScaleReading>;

function guardedCount(
  options: ScaleBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): GuardedCount<Found> {
  const { target } = pool.backend;
  return {
    name: `${target.kind} ${target.name} spec.replicas`,
    read: async () => foundReading(pool, await fetchScale(options, pool)),
    prepare: async ({ reading }) => {
      const { group, unsettled } = reading;
      if (group === null || change.to >= change.from) return "";
      return unsettled === "" ? mark(options.client, pool, { ...change, group }) : unsettled;
    },
    patch: async (found, to) => {
      const { at } = await options.discovery.locate(target);
      const { uid, reading } = found;
      const { resourceVersion, written } = reading;
      await writeScale(options.client, at, { uid, resourceVersion, replicas: written }, to);
    },
  };
}

/** @returns why the count must not be lowered, "" once the victims are marked */
async function mark(
  client: KubeClient,
  { backend: { countPerRack } }: CompiledPool,
  { group, from, to, victims = [] }: CountChange & { readonly group: MachineGroup },
): Promise<string> {
  const shrink = { victims, from: from * countPerRack, to: to * countPerRack };
  return markVictims(client, await machinesOf(client, group), { kind: group.kind, shrink });
}
