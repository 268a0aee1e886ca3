/** Whether taking a pod's label off takes it out of routing. */
import type { CompiledFleet, CompiledWorkload } from "../../../core/compiled.ts";
import { blocker, type Checked, counted, named, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";

export const ejectFindings = (facts: ClusterFacts): readonly Checked[] =>
  facts.desired.fleets.flatMap((fleet) =>
    fleet.workloads.flatMap((workload) => ofWorkload(fleet, workload, facts)),
  );

function ofWorkload(
  fleet: CompiledFleet,
  workload: CompiledWorkload,
  { workloads, routers: all, pods: surveyed }: ClusterFacts,
): readonly Checked[] {
  const { ejectLabel } = workload;
  if (ejectLabel === undefined || all === null || surveyed === null) return [];
  const place = `InferenceFleet ${fleet.key} spec.workloads[${workload.name}].eject.removePodLabel`;
  const labelled = new Set(
    surveyed
      .filter(({ namespace, labels }) => namespace === fleet.namespace && ejectLabel in labels)
      .map(({ name }) => name),
  );
  const pods = workloads.pods
    .filter(({ fleet: of, role }) => of === fleet.key && role === workload.role)
    .map(({ name }) => name);
  const lacking = pods.filter((name) => !labelled.has(name));
  const routers = all.filter(({ namespace }) => namespace === fleet.namespace);
  return [
    ...(lacking.length === 0 ? [] : [unlabelled({ place, ejectLabel, pods, lacking })]),
    ...(routers.some(({ selector }) => ejectLabel in selector)
      ? []
      : [unselected({ place, ejectLabel, routers: routers.map(({ name }) => name) })]),
  ];
}

interface Unlabelled {
  readonly place: string;
  readonly ejectLabel: string;
  readonly pods: readonly string[];
  readonly lacking: readonly string[];
}

function unlabelled({ place, ejectLabel, pods, lacking }: Unlabelled): Checked {
  const finding = {
    where: place,
    found:
      `${lacking.length} of ${counted(pods.length, "pod")} ` +
      `without ${ejectLabel}: ${named(lacking)}`,
    expected: "the label on every pod of the workload, or it gets no turns and cannot be ejected",
    fix: `spec.template.metadata.labels: {${ejectLabel}: "true"} in the workload`,
  };
  return lacking.length === pods.length ? blocker(finding) : warning(finding);
}

interface Unselected {
  readonly place: string;
  readonly ejectLabel: string;
  readonly routers: readonly string[];
}

const unselected = ({ place, ejectLabel, routers }: Unselected): Checked =>
  blocker({
    where: place,
    found:
      `no selector with ${ejectLabel} ` +
      `in ${routers.length === 0 ? "the namespace" : named(routers)}`,
    expected: "a Service or InferencePool that selects it: else a drained pod still gets turns",
    fix: `selector: {${ejectLabel}: "true"} in the Service that the router reads`,
  });

export function ejectFine({ desired: { fleets } }: ClusterFacts): string {
  const labels = fleets.flatMap(({ workloads }) =>
    workloads.flatMap((one) => one.ejectLabel ?? []),
  );
  return labels.length === 0
    ? ""
    : `${counted(labels.length, "workload")} can be taken out of routing`;
}
