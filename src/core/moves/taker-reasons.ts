/** What a fleet that waits for a rack is told: what holds the move, or how far it has come. */
import type { FleetKey } from "../compiled.ts";
import { drawsOn } from "../compiled.ts";
import type { IntentProgress } from "../decision.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { PoolProposal } from "../gate/propose.ts";
import { isOpen } from "../intents.ts";
import type { Intent } from "../observation.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";

export interface MovesSeen {
  readonly proposals: readonly PoolProposal[];
  readonly intents: readonly Intent[];
  /** Of the open ones. */
  readonly progress: readonly IntentProgress[];
}

/** @returns for the fleet as taker: the holds of moves proposed, and where the open ones stand */
export function takerReasons(taker: FleetKey, seen: MovesSeen): readonly Reason[] {
  const { proposals, intents, progress } = seen;
  const moves = proposals.flatMap((one) => [one, ...(one.heldMoves ?? [])]);
  const held = moves.flatMap(({ proposal, passage, fleet }) =>
    proposal?.move?.taker === taker && fleet !== null
      ? (passage?.holds ?? []).map((hold) => asTaker(hold, { taker, giver: fleet }))
      : [],
  );
  const opened = proposals.flatMap(({ open }) => (open === null ? [] : [open.intent]));
  const open = intents.filter(({ phase }) => isOpen(phase));
  const coming = [...open, ...opened]
    .filter((intent) => intent.direction === "Move" && intent.taker === taker)
    .map((intent) => comingOf(intent, progress));
  return [...held, ...coming];
}

/** The giver's holds name their fleet here, as the taker's do where the giver is told. */
function asTaker(
  hold: Reason,
  { taker, giver }: Readonly<Record<"taker" | "giver", FleetKey>>,
): Reason {
  const own = `${taker}: `;
  const { code, text } = hold;
  return { code, text: text.startsWith(own) ? text.slice(own.length) : `${giver}: ${text}` };
}

function comingOf(intent: Intent, progress: readonly IntentProgress[]): Reason {
  const { rack, fleet, name, phase, requiredApprovals } = intent;
  const waits = phase === "Pending" && requiredApprovals > 0;
  const stands = progress.find((entry) => entry.intent === name)?.reason.text;
  const how = waits ? `ScaleDecision ${name} waits for ${requiredApprovals} approvals.` : stands;
  return reason("rack-comes", [`Rack ${rack} of ${fleet}.`, how ?? ""].join(" ").trimEnd());
}

/**
 * @param held by pool, racks of each fleet
 * @returns in words, who has the racks of the fleet's pools; a sentence a pool
 */
export const whoHas = (
  { situation: { fleet } }: FleetPicture,
  pools: readonly PoolState[],
  held: Readonly<Record<string, Readonly<Record<FleetKey, number>>>>,
): readonly string[] =>
  pools.flatMap(({ pool, ceiling }) => {
    if (!drawsOn(fleet, pool)) return [];
    const holders = Object.entries(held[pool.name] ?? {}).filter(([, racks]) => racks > 0);
    const named = holders.map(([key, racks]) => `${key} ${racks}`).join(", ");
    return [`RackPool ${pool.name} has ${ceiling} at most: ${named === "" ? "none held" : named}.`];
  });
