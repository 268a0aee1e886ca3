/**
 * Marks of ours where nothing of ours is any more: a RackPool or a fleet was deleted, or no longer
 * names the nodes and pods. People who delete one expect them as they would be without us.
 */
import type { Action } from "../core/decision.ts";
import { isOpen } from "../core/intents.ts";
import type { PodObservation } from "../core/observation.ts";
import { isEjected, podRefs } from "../core/racks/draining.ts";
import { reason } from "../core/reasons.ts";
import type { MarkedNode } from "../ports/cluster-nodes.ts";
import type { Ports } from "../ports/ports.ts";
import { act } from "./act.ts";
import { NO_EVIDENCE, NO_GROUP } from "./no-group.ts";
import type { World } from "./observe.ts";

/** What stands for a decision in the actions. */
const INTENT = "leftovers";

/**
 * What an open decision names is its own to restore. Nothing is done while a RackPool or a fleet is
 * broken: a person is to mend it, and what is its own is not known until then.
 */
export async function removeLeftovers(ports: Ports, world: World): Promise<void> {
  const { pools, broken } = world.desired;
  if (broken.some(({ kind }) => kind === "RackPool" || kind === "InferenceFleet")) return;
  const marked = await ports.nodes.marked(pools);
  const decided = new Set(world.groups.flatMap(({ fleets }) => fleets.map(({ key }) => key)));
  const isOurs = ({ fleet }: PodObservation): boolean => fleet !== null && decided.has(fleet);
  const left = world.workloads.pods.filter((pod) => !isOurs(pod) && isMarked(pod));
  if (marked.length + left.length === 0) return;
  const open = world.intents.filter(({ phase }) => isOpen(phase));
  const named = await ports.nodes.withUids(open.flatMap(({ victimNodeUids }) => victimNodeUids));
  const kept = new Set(named.map(({ name }) => name));
  const nodes = marked.filter(({ name }) => !kept.has(name));
  const pods = left.filter(({ node }) => !kept.has(node));
  const plan = [...nodeActions(nodes), ...podActions(pods)];
  await act(plan, ports, { group: NO_GROUP, intents: [], evidenceFor: () => NO_EVIDENCE });
}

const goesFirst = ({ leftMarked, unit }: PodObservation): boolean =>
  leftMarked === true || unit?.marked === true;

const isMarked = (pod: PodObservation): boolean =>
  !pod.terminating && (isEjected(pod) || goesFirst(pod));

const why = (count: number, what: string) => reason("leftover-marks", `${count} ${what}.`);

function nodeActions(marked: readonly MarkedNode[]): readonly Action[] {
  const of = (found: readonly MarkedNode[]) => ({
    intent: INTENT,
    pool: "",
    nodes: found.map(({ name, uid }) => ({ name, uid })),
    reason: why(found.length, "nodes of no RackPool"),
  });
  const cordoned = marked.filter((node) => node.cordoned);
  const taints = [...new Set(marked.flatMap(({ loanLeft }) => loanLeft ?? []))].toSorted();
  return [
    ...(cordoned.length === 0 ? [] : [{ kind: "Uncordon" as const, ...of(cordoned) }]),
    ...taints.map((taint) => {
      const bearing = marked.filter(({ loanLeft }) => loanLeft === taint);
      return { kind: "Unfence" as const, taint, at: null, ...of(bearing) };
    }),
  ];
}

/** An action names a fleet, and these pods may have none: their namespace stands for it. */
function podActions(left: readonly PodObservation[]): readonly Action[] {
  const namespaces = [...new Set(left.map(({ namespace }) => namespace))].toSorted();
  return namespaces.flatMap((namespace) => {
    const here = left.filter((pod) => pod.namespace === namespace);
    const of = (found: readonly PodObservation[]) => ({
      intent: INTENT,
      fleet: `${namespace}/` as const,
      pods: podRefs(found),
      reason: why(found.length, "pods of no fleet that is decided on"),
    });
    const out = here.filter(isEjected);
    const marked = here.filter(goesFirst);
    return [
      ...(out.length === 0 ? [] : [{ kind: "Readmit" as const, ...of(out) }]),
      ...(marked.length === 0 ? [] : [{ kind: "MarkPods" as const, marked: false, ...of(marked) }]),
    ];
  });
}
