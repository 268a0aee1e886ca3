/**
 * The other side of a move: for the fleet that gets the rack it is growth, and what holds either
 * fleet holds both.
 */
import type { FleetKey } from "../compiled.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import { heldInAll } from "../racks/holdings.ts";
import type { Reason } from "../reasons.ts";
import { rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";
import { approvalNeed, stricterNeed } from "./approval.ts";
import type { ApprovalNeed } from "./approval.ts";
import type { Confirming } from "./confirm-rules.ts";
import type { GateContext, Proposal } from "./guard.ts";
import { TAKER_GUARDS, passGuards } from "./index.ts";
import type { Passage } from "./index.ts";
import type { Wish } from "./wishes.ts";

type Holdings = Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;

export interface TakerView {
  /** The giver's. */
  readonly context: GateContext;
  readonly held: Holdings;
  readonly asked: Holdings;
}

const growthOf = (proposal: Proposal, { sizing }: FleetPicture): Proposal => ({
  ...proposal,
  direction: "Out",
  to: rackCount(proposal.from + 1),
  reason: sizing.want.reason,
});

/** @returns the giver's passage, held by what holds the taker; unchanged where there is no taker */
export function withTaker(giver: Passage, { taker, proposal }: Wish, view: TakerView): Passage {
  if (taker === undefined) return giver;
  const growth = growthOf(proposal, taker);
  const passage = passGuards(growth, contextFor(taker, view), TAKER_GUARDS);
  const { key } = taker.situation.fleet;
  const named = (found: Reason): Reason => ({ ...found, text: `${key}: ${found.text}` });
  return {
    to: passage.holds.length > 0 ? proposal.from : giver.to,
    holds: [...giver.holds, ...passage.holds.map(named)],
    limits: [...giver.limits, ...passage.limits.map(named)],
    approvers: Math.max(giver.approvers, passage.approvers),
    steps: [...giver.steps, ...passage.steps],
  };
}

function contextFor(
  { situation, cache, wantAtUsualHitRate, memory }: FleetPicture,
  { context, held, asked }: TakerView,
): GateContext {
  const { key } = situation.fleet;
  const here = context.pool.name;
  return {
    ...context,
    situation,
    cache,
    wantAtUsualHitRate,
    fleetMemory: memory,
    victim: null,
    heldRacks: heldInAll(Object.values(held), key),
    heldInPool: held[here]?.[key] ?? rackCount(0),
    askedRacks: heldInAll(Object.values(asked), key),
    askedInPool: asked[here]?.[key] ?? rackCount(0),
  };
}

/**
 * @param beside the pool, and what the taker spends beside its share of it
 * @returns what either fleet wants confirmed, the rules of each for its own direction
 */
export function needWithTaker(
  giver: ApprovalNeed,
  { taker, proposal }: Wish,
  beside: Pick<Confirming, "pool" | "spending">,
): ApprovalNeed {
  if (taker === undefined) return giver;
  const { fleet, now, band } = taker.situation;
  const view = { fleet, now, band, cache: taker.cache, ...beside };
  return stricterNeed(giver, approvalNeed(growthOf(proposal, taker), view, 0));
}
