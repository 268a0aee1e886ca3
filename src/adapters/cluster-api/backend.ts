import type { CompiledPool } from "../../core/compiled.ts";
import type { CountChange, RackBackend, WriteOutcome } from "../../ports/rack-backend.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import {
  type Decoded,
  foundReading,
  type FoundReading,
  guardedReplace,
  poolReading,
} from "../kubernetes/counted-object.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import { orMissing } from "../kubernetes/failures.ts";
import { type GuardedCount, writeGuarded } from "../kubernetes/guarded-count.ts";
import {
  machinesOf,
  markVictims,
  spareMachines,
  withMachines,
} from "../kubernetes/victim-machines.ts";
import { type ClusterApiReading, decodeCounted } from "./decode.ts";
import { machineGroup } from "./machines.ts";

export interface ClusterApiBackendOptions {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/**
 * Sizes a MachineDeployment, MachineSet or MachinePool. Before the count falls the Machines of the
 * emptied rack are annotated as the first to go. A MachinePool whose provider makes no Machines
 * takes no marks: there the provider chooses, and which nodes left shows only afterwards.
 */
export function clusterApiBackend(options: ClusterApiBackendOptions): RackBackend {
  const { client } = options;
  return {
    kind: "cluster-api",
    read: async (pool) => {
      const reading = poolReading(pool, await fetchCounted(options, pool));
      const { count } = reading;
      if (count === null || count.current === null || count.current >= count.desired) {
        return reading;
      }
      const { target, countPerRack } = pool.backend;
      const machines = await machinesOf(client, machineGroup(target));
      return { ...reading, count: withMachines(count, machines, countPerRack) };
    },
    write: (pool, change) => write(options, pool, change),
    spare: (pool, nodes) => spareMachines(client, machineGroup(pool.backend.target), nodes),
  };
}

const fetchCounted = (
  { client, discovery }: ClusterApiBackendOptions,
  pool: CompiledPool,
): Promise<Decoded<ClusterApiReading> | null> =>
  orMissing(async () => {
    const { at } = await discovery.locate(pool.backend.target);
    return decodeCounted(await client.get(at), pool);
  });

async function write(
  options: ClusterApiBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): Promise<WriteOutcome> {
  const { target, countPerRack } = pool.backend;
  const { uid, from, to, victims = [] } = change;
  const units = { uid, from: from * countPerRack, to: to * countPerRack };
  const outcome = await writeGuarded(guardedCount(options, pool, change), units);
  if (outcome.kind === "Conflict" && victims.length > 0) {
    await spareMachines(options.client, machineGroup(target), victims);
  }
  return outcome;
}

function guardedCount(
  options: ClusterApiBackendOptions,
  pool: CompiledPool,
  change: CountChange,
): GuardedCount<FoundReading<ClusterApiReading>> {
  const { target } = pool.backend;
  return {
    name: `${target.kind} ${target.name} spec.replicas`,
    read: async () => foundReading(pool, await fetchCounted(options, pool)),
    prepare: async (found) =>
      change.to < change.from ? prepareShrink(options, pool, { ...change, found }) : "",
    patch: async (found, to) => {
      const { at } = await options.discovery.locate(target);
      await options.client.jsonPatch(at, guardedReplace("/spec/replicas", found, to));
    },
  };
}

/** @returns why the count must not be lowered, "" once the victims are marked */
async function prepareShrink(
  { client }: ClusterApiBackendOptions,
  { backend: { target, countPerRack } }: CompiledPool,
  { found, from, to, victims = [] }: CountChange & { found: FoundReading<ClusterApiReading> },
): Promise<string> {
  if (found.reading.unsettled !== "") return found.reading.unsettled;
  const group = machineGroup(target);
  const machines = await machinesOf(client, group);
  if (machines.length === 0 && target.kind === "MachinePool") return "";
  const shrink = { victims, from: from * countPerRack, to: to * countPerRack };
  return markVictims(client, machines, { kind: group.kind, shrink });
}
