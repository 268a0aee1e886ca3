/** Keeps the loan off racks that are not lent: those that came, or were emptied, bear its fence. */
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
  if (loan === undefined || !view.leading || !live) return [];
  const open = observed.racks
    .filter((rack) => isEmpty(rack) && !isLent(rack) && !isHandedOver(rack, name, view.intents))
    .flatMap(({ nodes }) => unfenced(nodes));
  if (open.length === 0) return [];
  const nodes = open.map((node) => ({ name: node.name, uid: node.uid }));
  const why = reason("fencing", `${open.length} nodes of racks that are not lent.`);
  const of = { intent: upkeepOf(name), pool: name, taint: loan.fenceTaint, nodes, reason: why };
  return [{ kind: "Fence", ...of }];
}

const isEmpty = ({ id, pods }: RackObservation): boolean => id !== UNLABELLED && pods.length === 0;
