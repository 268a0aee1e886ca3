/**
 * Keeps the loan off racks that are not lent: those that came, or were emptied, bear its fence. Of
 * a loan that is no more nothing is left on nodes.
 */
import type { CompiledFleet } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { Intent, RackObservation } from "../observation.ts";
import { UNLABELLED } from "../racks/inventory.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { reason } from "../reasons.ts";
import { isHandedOver, isLent, unfenced } from "./lent.ts";

export interface FenceView {
  readonly leading: boolean;
  readonly fleets: readonly CompiledFleet[];
  readonly intents: readonly Intent[];
}

/** What stands for a decision where a rack is fenced without one. */
export const upkeepOf = (pool: string): string => `${pool}/fence`;

/**
 * Only racks without any pod: a fence does not touch pods that run, but a fleet's that lack the
 * toleration would not come back after a restart. Nothing is written while all fleets are in
 * shadow.
 */
export function fenceUpkeep({ pool, observed }: PoolState, view: FenceView): readonly Action[] {
  const { loan, name } = pool;
  const live = view.fleets.some(({ mode }) => mode.scaleIn !== "Shadow");
  if (!view.leading || !live) return [];
  if (loan === undefined) return leftovers(name, observed.racks);
  const open = observed.racks
    .filter((rack) => isEmpty(rack) && !isLent(rack) && !isHandedOver(rack, name, view.intents))
    .flatMap(({ nodes }) => unfenced(nodes));
  if (open.length === 0) return [];
  const nodes = open.map((node) => ({ name: node.name, uid: node.uid }));
  const why = reason("fencing", `${open.length} nodes of racks that are not lent.`);
  const of = { intent: upkeepOf(name), pool: name, taint: loan.fenceTaint, nodes, reason: why };
  return [{ kind: "Fence", ...of }];
}

/** The nodes say what is left, so that it goes whoever died in between. */
function leftovers(pool: string, racks: readonly RackObservation[]): readonly Action[] {
  const left = racks.flatMap(({ nodes }) => nodes.filter(({ loanLeft }) => loanLeft !== undefined));
  const taints = [...new Set(left.flatMap(({ loanLeft }) => loanLeft ?? []))].toSorted();
  return taints.map((taint) => {
    const bearing = left.filter(({ loanLeft }) => loanLeft === taint);
    const nodes = bearing.map(({ name, uid }) => ({ name, uid }));
    const why = reason("loan-ended", `${nodes.length} nodes of RackPool ${pool}.`);
    return { kind: "Unfence", intent: upkeepOf(pool), pool, taint, nodes, at: null, reason: why };
  });
}

const isEmpty = ({ id, pods }: RackObservation): boolean => id !== UNLABELLED && pods.length === 0;
