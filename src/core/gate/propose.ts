/** From awards to one proposal per pool, through the gate, to an intent that may be opened. */
import type { Award } from "../arbitrate.ts";
import type { FleetKey } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { GroupObservation, Intent, PoolCount } from "../observation.ts";
import { heldInAll, standingRacks } from "../racks/holdings.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { leadTime } from "../racks/lead-time.ts";
import { chooseVictim } from "../racks/victim.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { after, millis, rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";
import { approvalNeed, marginalSpend } from "./approval.ts";
import type { GateContext, Guard, Proposal } from "./guard.ts";
import { passGuards, shadowHold } from "./index.ts";
import type { Passage } from "./index.ts";

export interface PoolProposal {
  readonly pool: string;
  /** The fleet the proposal is for; null when nothing is proposed. */
  readonly fleet: FleetKey | null;
  readonly proposal: Proposal | null;
  readonly passage: Passage | null;
  readonly open: Extract<Action, { kind: "OpenIntent" }> | null;
  /** Why the pool takes part in no decision; empty when it does. */
  readonly refusals: readonly Reason[];
}

export interface ProposeInput {
  readonly state: PoolState;
  readonly fleets: readonly FleetPicture[];
  readonly awards: readonly Award[];
  /** Racks held by pool and fleet. */
  readonly held: Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;
  readonly observation: GroupObservation;
  /** Absent: all of ours. */
  readonly guards?: readonly Guard[];
}

export function proposeForPool(input: ProposeInput): PoolProposal {
  const { state } = input;
  const { count, refusals } = state.observed;
  const none = { pool: state.pool.name, fleet: null, proposal: null, passage: null, open: null };
  if (refusals.length > 0 || count === null) {
    const reasons = refusals.map(({ code, text }) => reason(code, text));
    return { ...none, refusals: reasons.length > 0 ? reasons : [reason("pool-unknown")] };
  }
  const judged = wishes(input, count).map((wish) => judge(input, wish, count));
  return judged.find(({ open }) => open !== null) ?? judged[0] ?? { ...none, refusals: [] };
}

function judge(input: ProposeInput, wish: Wish, count: PoolCount): PoolProposal {
  const context = contextOf(input, wish.picture, count);
  const passage = passGuards(wish.proposal, context, input.guards);
  return {
    pool: input.state.pool.name,
    fleet: wish.picture.situation.fleet.key,
    proposal: wish.proposal,
    passage: shadowed(passage, wish),
    open: opening(wish, passage, context),
    refusals: [],
  };
}

interface Wish {
  readonly picture: FleetPicture;
  readonly proposal: Proposal;
}

/**
 * Whoever lacks most grows first; only when the pool as a whole has too many does somebody shrink.
 * A fleet that may not act now does not keep the next one waiting.
 */
function wishes(input: ProposeInput, count: PoolCount): readonly Wish[] {
  const { state, fleets, awards, held, observation } = input;
  const pool = state.pool.name;
  const total = awards.reduce((sum, { byPool }) => sum + (byPool[pool] ?? 0), 0);
  const excess = standingRacks(count, pool, observation.intents) - total;
  if (excess === 0) return [];
  const lacks = fleets.map((picture) => {
    const { key } = picture.situation.fleet;
    const awarded = awards.find(({ fleet }) => fleet === key)?.byPool[pool] ?? 0;
    return { picture, racks: awarded - (held[pool]?.[key] ?? 0) };
  });
  const by = excess < 0 ? 1 : -1;
  return lacks
    .filter(({ racks }) => by * racks > 0)
    .toSorted((a, b) => by * (b.racks - a.racks))
    .map(({ picture, racks }) => ({
      picture,
      proposal: {
        direction: by > 0 ? ("Out" as const) : ("In" as const),
        from: count.desired,
        to: rackCount(count.desired + (by > 0 ? Math.min(racks, -excess) : -1)),
        reason: picture.sizing.want.reason,
      },
    }));
}

function contextOf(input: ProposeInput, picture: FleetPicture, count: PoolCount): GateContext {
  const { state, held, observation } = input;
  const { key } = picture.situation.fleet;
  return {
    pool: state.pool,
    observed: state.observed,
    count,
    summaries: state.summaries,
    situation: picture.situation,
    heldRacks: heldInAll(Object.values(held), key),
    heldInPool: held[state.pool.name]?.[key] ?? rackCount(0),
    awardedRacks: input.awards.find(({ fleet }) => fleet === key)?.total ?? rackCount(0),
    shrinkHold: picture.sizing.want.shrinkHold,
    cache: picture.cache,
    wantAtUsualHitRate: picture.wantAtUsualHitRate,
    leading: observation.leading,
    intents: observation.intents,
    fleetMemory: picture.memory,
    poolMemory: state.memory,
    victim: chooseVictim(state.observed.racks, state.summaries, key),
  };
}

const modeOf = ({ picture, proposal }: Wish) => {
  const { mode } = picture.situation.fleet;
  return proposal.direction === "Out" ? mode.scaleOut : mode.scaleIn;
};

function shadowed(passage: Passage, wish: Wish): Passage {
  const shadow = shadowHold(modeOf(wish));
  return shadow === null ? passage : { ...passage, holds: [...passage.holds, shadow] };
}

function opening(wish: Wish, passage: Passage, context: GateContext): PoolProposal["open"] {
  const { proposal } = wish;
  if (passage.to === proposal.from || shadowHold(modeOf(wish)) !== null) return null;
  const intent = intentOf({ ...proposal, to: passage.to }, passage.approvers, context);
  return { kind: "OpenIntent", intent, reason: proposal.reason };
}

function intentOf(proposal: Proposal, asked: number, context: GateContext): Intent {
  const { pool, situation, poolMemory, victim } = context;
  const { fleet, now } = situation;
  const need = approvalNeed(proposal, fleet, pool, asked);
  const inward = proposal.direction === "In";
  const expiresAt = after(now, need.expiresAfterMs);
  return {
    name: `${pool.name}-${proposal.direction.toLowerCase()}-${poolMemory.sequence}`,
    fleet: fleet.key,
    pool: pool.name,
    direction: proposal.direction,
    fromRacks: proposal.from,
    toRacksAtMost: proposal.to,
    maxUsdPerHour: marginalSpend(proposal.to, pool),
    rack: inward ? (victim?.id ?? null) : null,
    victimNodeUids: inward ? (victim?.nodes.map(({ uid }) => uid) ?? []) : [],
    reason: proposal.reason,
    requiredApprovals: need.approvers,
    onExpiry: need.onExpiry,
    createdAt: now,
    expiresAt,
    // Consent to a purchase is about today's need: it lapses when a rack would come too late.
    actBefore: after(expiresAt, millis(leadTime(fleet, pool).p95Ms)),
    drainDeadline: inward ? after(expiresAt, fleet.drain.deadlineMs) : null,
    approvals: [],
    phase: need.approvers === 0 ? "Approved" : "Pending",
    askedRacks: null,
  };
}
