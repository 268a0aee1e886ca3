/** The objects that fleets name as workloads, and who else sizes them. */
import { blocker, type Checked, counted } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";
import { taken } from "../said.ts";

export const workloadFindings = ({ workloads }: ClusterFacts): readonly Checked[] =>
  workloads.unreadable.map(({ fleet, code, text }) => {
    const place = `InferenceFleet ${fleet} spec.workloads`;
    if (code === "workload-unknown") return blocker(taken(text, { place, fix: UNKNOWN_FIX }));
    return blocker(owned(text, place));
  });

const UNKNOWN_FIX =
  "create the object, correct spec.workloads[].target, or grant what is forbidden";

/** "...manage: found Replicas, but of Deployment agents/x <owner>; <remedy>, or set manage..." */
function owned(text: string, place: string) {
  const [, where = place, found = text] = /^(.*\.manage): found (.*?)\.?$/s.exec(text) ?? [];
  const cut = found.lastIndexOf("; ");
  return {
    where,
    found: cut < 0 ? found : found.slice(0, cut),
    expected: "Breakwater alone sizes it, or manage: Observe",
    fix: cut < 0 ? "manage: Observe" : found.slice(cut + 2),
  };
}

export function workloadsFine({ desired: { fleets } }: ClusterFacts): string {
  const named = fleets.flatMap(({ workloads }) => workloads).length;
  return named === 0 ? "" : `${counted(named, "workload")} can be read, and nobody else sizes them`;
}
