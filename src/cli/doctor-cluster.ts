/** One examination of a cluster over one connection: read what takes a list first, then look. */
import type { KubeConnection } from "../adapters/kubernetes/connection.ts";
import { processTimers, sleep, type Timers } from "../adapters/kubernetes/timers.ts";
import { epochMs } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import type { DoctorPorts } from "../studies/doctor/collect.ts";
import { type Examination, runDoctor } from "../studies/doctor/doctor.ts";
import type { DoctorFlags } from "./doctor-flags.ts";
import { type DoctorCluster, doctorCluster } from "./doctor-ports.ts";

interface Warning {
  readonly kind: string;
  readonly error: string;
}

/** The connection stays open: it is the caller's. */
export async function examineCluster(
  flags: DoctorFlags,
  connection: Pick<KubeConnection, "transport" | "namespace">,
): Promise<Examination> {
  const warnings: Warning[] = [];
  const namespace = flags.namespace ?? connection.namespace;
  const timers = processTimers();
  const cluster = doctorCluster(flags, {
    transport: connection.transport,
    timers,
    clock: { now: () => epochMs(Date.now()) },
    warn: (_message, { kind = RESOURCE_SLICES, error = "" }) => {
      warnings.push({ kind: String(kind), error: String(error) });
    },
    namespace,
  });
  try {
    cluster.watches.start();
    await untilRead(cluster, warnings, timers);
    const { account, leaseName } = flags;
    const subject =
      account === null ? "the caller" : `ServiceAccount ${account.namespace}/${account.name}`;
    const ports = explained(cluster.ports, warnings);
    return await runDoctor(ports, { subject, namespace, leaseName });
  } finally {
    await cluster.close();
  }
}

/** A list of ten thousand nodes takes seconds; whatever takes longer is not going to come. */
const READ_LIMIT_MS = 30_000;
/** After one kind has failed the others are given so long. */
const FAILED_LIMIT_MS = 2_000;
const POLL_MS = 25;

async function untilRead(
  { watches }: DoctorCluster,
  warnings: readonly Warning[],
  timers: Timers,
): Promise<void> {
  let failedForMs = 0;
  for (let waitedMs = 0; waitedMs < READ_LIMIT_MS; waitedMs += POLL_MS) {
    if (watches.synced() || failedForMs >= FAILED_LIMIT_MS) return;
    if (warnings.length > 0) failedForMs += POLL_MS;
    await sleep(timers, POLL_MS);
  }
}

/** What was never listed fails without a cause; the cause was a warning about one of its kinds. */
function explained(ports: DoctorPorts, warnings: readonly Warning[]): DoctorPorts {
  const withCause = async <T>(kinds: readonly string[], read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      const [cause] = kinds.flatMap((kind) => warnings.filter((each) => each.kind === kind));
      if (!(error instanceof PortError) || cause === undefined) throw error;
      throw new PortError(error.code, `${error.message}: ${cause.error}`, error);
    }
  };
  const { store, nodes, workloads } = ports;
  return {
    ...ports,
    store: { read: (now) => withCause(OUR_KINDS, () => store.read(now)) },
    nodes: { list: (pools) => withCause(["Node", RESOURCE_SLICES], () => nodes.list(pools)) },
    workloads: { read: (fleets) => withCause(["Pod"], () => workloads.read(fleets)) },
  };
}

const OUR_KINDS = ["RackPool", "InferenceFleet", "FleetOverride"];
/** Warnings without a kind are about these. */
const RESOURCE_SLICES = "";
