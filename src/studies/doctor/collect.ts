/** Gathers what the checks look at. What cannot be read is said, and the rest goes on. */
import type { CompiledFleet, CompiledPool } from "../../core/compiled.ts";
import type { EpochMs } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ClusterNodes } from "../../ports/cluster-nodes.ts";
import type { ClusterSurvey, Router, SurveyedPod } from "../../ports/cluster-survey.ts";
import { PortError } from "../../ports/errors.ts";
import type { DesiredState, FleetStore } from "../../ports/fleet-store.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SeriesSurvey } from "../../ports/series-survey.ts";
import type { SignalSource } from "../../ports/signal-source.ts";
import type { WorkloadReading, Workloads } from "../../ports/workloads.ts";
import { DESIRED_STATE } from "./checks/objects.ts";
import type { AccessFacts, ClusterFacts, FleetFacts, PoolFacts, Unread } from "./facts.ts";
import { neededAccess } from "./needed-access.ts";

/** The reading half of what the controller talks to, and the surveys. */
export interface DoctorPorts {
  readonly clock: Clock;
  readonly store: Pick<FleetStore, "read">;
  readonly nodes: Pick<ClusterNodes, "list">;
  readonly workloads: Pick<Workloads, "read">;
  readonly signals: Pick<SignalSource, "read">;
  readonly backends: Ports["backends"];
  readonly survey: ClusterSurvey;
  readonly series: SeriesSurvey;
}

export interface Patient {
  /** Whose rights are asked about, in words. */
  readonly subject: string;
  /** The controller's own. */
  readonly namespace: string;
  readonly leaseName: string;
}

const NOTHING_WANTED: DesiredState = {
  pools: [],
  fleets: [],
  overrides: [],
  problems: [],
  broken: [],
};
const NO_PODS: WorkloadReading = { pods: [], rollouts: [], unreadable: [], sized: [] };

export async function collectFacts(ports: DoctorPorts, patient: Patient): Promise<ClusterFacts> {
  const { survey } = ports;
  const now = ports.clock.now();
  const unread: Unread[] = [];
  const orElse = reader(unread);
  const desired = await orElse(needed(DESIRED_STATE), NOTHING_WANTED, () => ports.store.read(now));
  const { pools, fleets } = desired;
  const namespaces = [...new Set(fleets.map(({ namespace }) => namespace))];
  const asked = neededAccess({ ...patient, pools, fleets });
  const surveyed = await orElse<readonly SurveyedPod[] | null>(
    wished("Pods of the fleets' namespaces"),
    null,
    () => survey.pods(namespaces),
  );
  const [answers, nodes, nodeLabels, workloads, budgets, routers, timeouts] = await Promise.all([
    orElse(wished("RBAC"), [], () => survey.access(asked)),
    orElse(needed("Nodes"), [], () => ports.nodes.list(pools)),
    orElse(needed("labels of Nodes"), new Map(), () => survey.nodeLabels()),
    orElse(needed("Pods"), NO_PODS, () => ports.workloads.read(fleets)),
    orElse(wished("PodDisruptionBudgets"), [], () => survey.budgets(namespaces, surveyed ?? [])),
    orElse<readonly Router[] | null>(wished("Services"), null, () => survey.routers(namespaces)),
    orElse(wished("node timeouts"), [], () => survey.nodeTimeouts(pools)),
  ]);
  const access = asked.flatMap((need, at): AccessFacts[] => {
    const answer = answers[at];
    return answer === undefined ? [] : [{ need, answer }];
  });
  return {
    now,
    subject: patient.subject,
    desired,
    access,
    pools: await Promise.all(pools.map((pool) => readPool(ports, pool))),
    fleets: await Promise.all(fleets.map((fleet) => readFleet(ports, fleet, now))),
    nodes,
    nodeLabels,
    workloads,
    budgets,
    routers,
    pods: surveyed,
    timeouts,
    unread,
  };
}

const needed = (what: string) => ({ what, needed: true });
const wished = (what: string) => ({ what, needed: false });

/** @returns what reads, or notes why not and gives what stands for nothing */
function reader(unread: Unread[]) {
  return async <T>(about: Omit<Unread, "why">, nothing: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      unread.push({ ...about, why: messageOf(error) });
      return nothing;
    }
  };
}

/** @throws whatever is no failure of a port: a bug */
function messageOf(error: unknown): string {
  if (error instanceof PortError) return error.message;
  throw error;
}

async function readPool({ backends }: DoctorPorts, pool: CompiledPool): Promise<PoolFacts> {
  const backend = backends[pool.backend.kind];
  if (backend === undefined) {
    return { pool, reading: null, problem: `no backend for kind ${pool.backend.kind}` };
  }
  try {
    return { pool, reading: await backend.read(pool), problem: "" };
  } catch (error) {
    return { pool, reading: null, problem: messageOf(error) };
  }
}

async function readFleet(
  { signals, series }: DoctorPorts,
  fleet: CompiledFleet,
  now: EpochMs,
): Promise<FleetFacts> {
  const snapshot = await signals.read(fleet, now);
  try {
    return { fleet, snapshot, series: await series.read(fleet, now), problem: "" };
  } catch (error) {
    return { fleet, snapshot, series: null, problem: messageOf(error) };
  }
}
