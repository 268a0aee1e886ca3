import type { NodeRef } from "../../core/decision.ts";
import type { Machine } from "./machine-kind.ts";

export interface Shrink {
  /** The nodes of the emptied rack. */
  readonly victims: readonly NodeRef[];
  /** Machines before and after. */
  readonly from: number;
  readonly to: number;
}

export type MarkPlan =
  | { readonly kind: "Mark"; readonly machines: readonly Machine[] }
  | { readonly kind: "Refuse"; readonly text: string };

const refuse = (text: string): MarkPlan => ({ kind: "Refuse", text });

/**
 * Which Machines to mark so that lowering the count takes exactly the victims, and besides them
 * only Machines that never became nodes, if the rack has fewer nodes than the count goes down by.
 * Refused when the vendor's order could take any other Machine.
 * @param machines all of the group
 * @param markedRank the rank of a Machine once it is marked
 */
export function planMarks(
  machines: readonly Machine[],
  { victims, from, to }: Shrink,
  markedRank: number,
): MarkPlan {
  const alive = machines.filter(({ terminating }) => !terminating);
  if (alive.length !== from) {
    const found = `found ${alive.length} Machines that are not being deleted, expected ${from}`;
    return refuse(`${found}: an earlier change is still being carried out`);
  }
  const owners = new Set(alive.map(({ owner }) => owner));
  if (owners.size > 1) {
    const found = `the Machines belong to ${[...owners].toSorted().join(" and ")}`;
    return refuse(`${found}: a rollout is under way, in which marks do not bind every set`);
  }
  const missing = victims.filter((victim) => machineOf(victim, alive) === undefined);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    return refuse(`found no Machine of node ${names}, expected one to mark`);
  }
  const marked = victims.flatMap((victim) => machineOf(victim, alive) ?? []);
  return withoutOthers({ alive, marked, units: from - to, markedRank });
}

/** The Machine whose node it is: of this name, and of this uid where the Machine records one. */
const machineOf = ({ name, uid }: NodeRef, machines: readonly Machine[]): Machine | undefined =>
  machines.find(({ node, nodeUid }) => node === name && (nodeUid === "" || nodeUid === uid));

interface Choice {
  readonly alive: readonly Machine[];
  readonly marked: readonly Machine[];
  /** How many Machines go. */
  readonly units: number;
  readonly markedRank: number;
}

function withoutOthers({ alive, marked, units, markedRank }: Choice): MarkPlan {
  const unmarked = alive.filter((machine) => !marked.includes(machine));
  const nodeless = unmarked.filter(({ node }) => node === "");
  const short = units - marked.length;
  if (short < 0) {
    return refuse(`the rack has ${marked.length} Machines, the count would go down by ${units}`);
  }
  if (short > 0 && nodeless.length !== short) {
    return refuse(
      `the count would go down by ${units}, the rack has ${marked.length} Machines, and ` +
        `${nodeless.length} never became nodes: others would go as well`,
    );
  }
  const spare = short > 0 ? nodeless : [];
  const last = Math.min(markedRank, ...spare.map(({ rank }) => rank));
  const rivals = unmarked.filter((machine) => !spare.includes(machine) && machine.rank >= last);
  const [rival] = rivals;
  if (rival === undefined) return { kind: "Mark", machines: marked };
  return refuse(
    `Machine ${rival.at.name} could go before the rack's (${rivals.length} such), expected ` +
      "none: it is marked for deletion or has failed; take the mark off or repair it",
  );
}
