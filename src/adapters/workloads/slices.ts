/** Counts that are those of each of several copies, and so not of the units that run. */
import type { KeptPod, TargetReading } from "./decode.ts";
import type { Membership } from "./memberships.ts";

/** Numbered from 0; kubernetes-sigs/lws, KEP-846, from v0.10 on. */
const SLICE_LABEL = "disaggregatedset.x-k8s.io/slice";
/** Pods made before there were slices have no label: they are of the first. */
const FIRST_SLICE = "0";

/**
 * A DisaggregatedSet says how many slices it has; of a DisaggregatedSetRoleScaler, whose count is
 * multiplied by them, only the pods do.
 *
 * @returns the same, what runs in several slices as not to be sized
 */
export function withoutSliced(
  members: readonly Membership[],
  pods: readonly KeptPod[],
): readonly Membership[] {
  return members.map((member) => {
    if (member.workload.manage !== "Replicas") return member;
    const sliced = member.targets.filter((target) => slicesOf(target, member, pods) > 1);
    return sliced.length === 0 ? member : refused(member, sliced, pods);
  });
}

function refused(
  member: Membership,
  sliced: readonly TargetReading[],
  pods: readonly KeptPod[],
): Membership {
  const place = `InferenceFleet ${member.fleet} spec.workloads[${member.workload.name}].target`;
  const said = sliced.map((target) => {
    const found = `found units in ${slicesOf(target, member, pods)} slices, expected one`;
    return `${found}: its count is that of each`;
  });
  const problems = said.map((text) => ({
    fleet: member.fleet,
    code: "workload-unknown" as const,
    text: `${place}: ${text}.`,
  }));
  return {
    ...member,
    targets: member.targets.map((target) => {
      const at = sliced.indexOf(target);
      return at < 0 ? target : { ...target, counted: { text: said[at] ?? "" } };
    }),
    problems: [...member.problems, ...problems],
  };
}

function slicesOf(
  { selects, counted, revisionLabel }: TargetReading,
  { namespace }: Membership,
  pods: readonly KeptPod[],
): number {
  // Other kinds have neither revisions nor slices, and pods are many.
  if ("text" in counted || revisionLabel === null) return 0;
  const own = pods.filter((pod) => pod.namespace === namespace && selects(pod.labels));
  return new Set(own.map(({ labels }) => labels[SLICE_LABEL] ?? FIRST_SLICE)).size;
}
