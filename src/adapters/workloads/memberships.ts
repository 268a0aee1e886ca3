/** Which pods are which workload's, and what of it cannot be read or is not ours to size. */
import type { CompiledFleet, CompiledWorkload, FleetKey, Role } from "../../core/compiled.ts";
import type {
  PodObservation,
  PodRoute,
  PodUnit,
  WorkloadObservation,
} from "../../core/observation.ts";
import { PortError } from "../../ports/errors.ts";
import type { FleetWorkloads, UnreadableWorkload } from "../../ports/workloads.ts";
import { hasLabels } from "../kubernetes/selector.ts";
import type { Autoscalers } from "./autoscalers.ts";
import type { CountedObject, KeptPod, TargetReading } from "./decode.ts";
import { type PoolLoan, podLoan } from "./loan-pods.ts";
import { type Target, type TargetReader, targetOf } from "./target-reader.ts";

export interface Membership {
  readonly fleet: FleetKey;
  readonly namespace: string;
  readonly workload: CompiledWorkload;
  /** Empty when the workload names no object, or when none was ever read. */
  readonly targets: readonly TargetReading[];
  readonly problems: readonly UnreadableWorkload[];
}

export interface MembershipReader {
  readonly targets: TargetReader;
  readonly autoscalers: Autoscalers;
}

export async function membershipsOf(
  fleets: readonly CompiledFleet[],
  reader: MembershipReader,
): Promise<readonly Membership[]> {
  const pairs = fleets.flatMap((fleet) => fleet.workloads.map((workload) => ({ fleet, workload })));
  return Promise.all(pairs.map(({ fleet, workload }) => membershipOf(fleet, workload, reader)));
}

async function membershipOf(
  fleet: CompiledFleet,
  workload: CompiledWorkload,
  reader: MembershipReader,
): Promise<Membership> {
  const member = { fleet: fleet.key, namespace: fleet.namespace, workload };
  const target = targetOf(workload);
  if (target === null) return { ...member, targets: [], problems: [] };
  const place = `InferenceFleet ${fleet.key} spec.workloads[${workload.name}]`;
  const { targets, problem } = await readTargets(target, `${place}.target`, reader.targets);
  const sized = await sizedTargets(targets, { place, workload, reader });
  const texts = [...problem, ...sized.flatMap(({ text }) => text)];
  return {
    ...member,
    targets: sized.map(({ target: read }) => read),
    problems: texts.map((text) => ({ fleet: fleet.key, ...text })),
  };
}

type Problem = Pick<UnreadableWorkload, "code" | "text">;
const unknown = (text: string): readonly Problem[] => [{ code: "workload-unknown", text }];

/** What one fleet names wrongly, or may not be read, must not blind the others. */
async function readTargets(
  target: Target,
  place: string,
  reader: TargetReader,
): Promise<{ readonly targets: readonly TargetReading[]; readonly problem: readonly Problem[] }> {
  const { ref, labels } = target;
  try {
    const targets = await reader.read(target);
    const which = labels === null ? ref.name : JSON.stringify(labels);
    const found = `found no ${ref.apiVersion} ${ref.kind} ${ref.namespace}/${which}`;
    return {
      targets,
      problem: targets.length > 0 ? [] : unknown(`${place}: ${found}, expected one.`),
    };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { targets: reader.lastRead(target), problem: unknown(`${place}: ${error.message}.`) };
  }
}

interface Sizing {
  readonly place: string;
  readonly workload: CompiledWorkload;
  readonly reader: MembershipReader;
}

interface SizedTarget {
  readonly target: TargetReading;
  readonly text: readonly Problem[];
}

/** Where Breakwater is to size the objects, whoever else does is found and named. */
const sizedTargets = (
  targets: readonly TargetReading[],
  sizing: Sizing,
): Promise<readonly SizedTarget[]> =>
  Promise.all(
    targets.map((target) =>
      sizing.workload.manage === "Replicas"
        ? sizedTarget(target, sizing)
        : Promise.resolve({ target, text: [] }),
    ),
  );

async function sizedTarget(target: TargetReading, { place, reader }: Sizing): Promise<SizedTarget> {
  const { counted } = target;
  if ("text" in counted) return { target, text: unknown(`${place}.target: ${counted.text}.`) };
  const { object } = counted;
  try {
    const autoscaler = await reader.autoscalers.of(object.ref);
    const owner = autoscaler === null ? object.owner : `${autoscaler} sizes it; delete that one`;
    if (owner === null) return { target, text: [] };
    const owned = { ...target, counted: { ...counted, object: { ...object, owner } } };
    const { kind, namespace, name } = object.ref;
    const found = `${place}.manage: found Replicas, but of ${kind} ${namespace}/${name}`;
    const text = `${found} ${owner}, or set manage to Observe.`;
    return { target: owned, text: [{ code: "workload-owned", text }] };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    // Who sizes it is not known, so it is nobody's to write for now.
    const owner = `its autoscalers could not be read: ${error.message}`;
    const owned = { ...target, counted: { ...counted, object: { ...object, owner } } };
    return { target: owned, text: unknown(`${place}.manage: ${owner}.`) };
  }
}

/** @returns the objects of each fleet that names any and whose counts were read */
export function sizedBy(members: readonly Membership[]): readonly FleetWorkloads[] {
  const byFleet = new Map<FleetKey, WorkloadObservation[]>();
  for (const { fleet, workload, targets } of members) {
    const objects = targets.flatMap(({ counted }) => ("text" in counted ? [] : [counted.object]));
    if (objects.length === 0) continue;
    byFleet.set(fleet, [...(byFleet.get(fleet) ?? []), { name: workload.name, objects }]);
  }
  return [...byFleet].map(([fleet, workloads]) => ({ fleet, workloads }));
}

function belongs(pod: KeptPod, { namespace, workload, targets }: Membership): boolean {
  if (pod.namespace !== namespace) return false;
  return (
    hasLabels(pod.labels, workload.podLabels) || targets.some(({ selects }) => selects(pod.labels))
  );
}

/** @returns nothing for pods that are not bound, or are nobody's and hold no GPUs */
export function observationOf(
  pod: KeptPod,
  members: readonly Membership[],
  loans: readonly PoolLoan[] = [],
): readonly PodObservation[] {
  if (pod.node === "") return [];
  const member = members.find((candidate) => belongs(pod, candidate));
  const loan = member === undefined ? podLoan(pod, loans) : undefined;
  // A gang goes whole, those of its pods that hold no GPUs included.
  if (member === undefined && loan === undefined && !pod.holdsGpus) return [];
  const { namespace, name, uid, node, ready, readySince, terminating } = pod;
  const seen = { namespace, name, uid, node, ready, readySince, terminating };
  const role: Role = member?.workload.role ?? "Aggregated";
  const unit = member === undefined ? undefined : unitOf(pod, member);
  const route = routeOf(pod, member);
  const ours = {
    fleet: member?.fleet ?? null,
    role,
    ...(unit && { unit }),
    ...(route && { route }),
    ...(loan && { loan }),
    ...(member === undefined && pod.marked && { leftMarked: true as const }),
  };
  return [{ ...seen, ...ours }];
}

/** A pod that we took out is shown so, whatever its workload says meanwhile. */
function routeOf(pod: KeptPod, member: Membership | undefined): PodRoute | undefined {
  const { ejected, labels } = pod;
  if (ejected !== null && !(ejected.label in labels)) {
    return { label: ejected.label, ejectedAt: ejected.at };
  }
  const label = member?.workload.ejectLabel;
  if (member === undefined || label === undefined || !(label in labels)) return undefined;
  const { [label]: _off, ...others } = labels;
  // Without a label that its own object selects by it would be nobody's, and be replaced.
  return belongs({ ...pod, labels: others }, member) ? { label, ejectedAt: null } : undefined;
}

function unitOf(pod: KeptPod, { workload, targets }: Membership): PodUnit | undefined {
  if (workload.manage !== "Replicas") return undefined;
  const target = targets.find(({ selects }) => selects(pod.labels));
  const counted: CountedObject | undefined =
    target === undefined || "text" in target.counted ? undefined : target.counted;
  if (counted === undefined) return undefined;
  return {
    workload: workload.name,
    object: counted.object.ref.name,
    index: counted.indexOf(pod.labels),
    marked: pod.marked,
  };
}
