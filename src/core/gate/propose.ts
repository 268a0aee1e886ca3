/** From awards to one proposal per pool, through the gate, to an intent that may be opened. */
import type { CompiledFleet, FleetKey } from "../compiled.ts";
import type { Action } from "../decision.ts";
import type { Direction } from "../compiled.ts";
import type { Intent, PoolCount, RackObservation } from "../observation.ts";
import { heldInAll } from "../racks/holdings.ts";
import { leadTime } from "../racks/lead-time.ts";
import { memberOf, membersToFill, membersWithout } from "../racks/members.ts";
import { chooseVictim } from "../racks/victim.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { MINUTE_MS, after, millis, rackCount } from "../units.ts";
import type { Millis, RackCount } from "../units.ts";
import { lowerable } from "../workloads/shuffle.ts";
import { loanContext } from "./loan-context.ts";
import { approvalNeed } from "./approval.ts";
import type { ApprovalNeed } from "./approval.ts";
import { marginalSpend } from "./confirm-rules.ts";
import type { Confirming } from "./confirm-rules.ts";
import { calledBack, countAfter } from "./guard.ts";
import type { GateContext, Guard, Proposal } from "./guard.ts";
import { passGuards, shadowHold } from "./index.ts";
import type { Passage } from "./index.ts";
import { spendingBeside } from "./spending.ts";
import type { Spending } from "./spending.ts";
import { needWithTaker, withTaker } from "./taker.ts";
import { wishes } from "./wishes.ts";
import type { Wish, WishInput } from "./wishes.ts";

export interface PoolProposal {
  readonly pool: string;
  /** The fleet the proposal is for; null when nothing is proposed. */
  readonly fleet: FleetKey | null;
  readonly proposal: Proposal | null;
  readonly passage: Passage | null;
  readonly open: Extract<Action, { kind: "OpenIntent" }> | null;
  /** Why the pool takes part in no decision; empty when it does. */
  readonly refusals: readonly Reason[];
  /** Moves that were held while something else is said of the pool; absent: none. */
  readonly heldMoves?: readonly PoolProposal[];
}

export interface ProposeInput extends WishInput {
  /** Racks held by pool and fleet, with those asked for that nobody counts on; absent: as held. */
  readonly asked?: WishInput["held"];
  /** Absent: all of ours. */
  readonly guards?: readonly Guard[];
}

export function proposeForPool(input: ProposeInput): PoolProposal {
  const { state } = input;
  const { count, refusals } = state.observed;
  const none = { pool: state.pool.name, fleet: null, proposal: null, passage: null, open: null };
  if (refusals.length > 0 || count === null) {
    const reasons = refusals.map(({ code, text }) => reason(code, text));
    return { refusals: reasons.length > 0 ? reasons : [reason("pool-unknown")], ...none };
  }
  const judged = wishes(input, count).map((wish) => judge(input, wish, count));
  // Where nothing may be done, why nothing is bought says more than why nothing is moved.
  const said = judged.find(({ proposal }) => proposal?.move === undefined) ?? judged[0];
  const opened = judged.find(({ open }) => open !== null);
  if (opened !== undefined) return opened;
  if (said === undefined) return { refusals: [], ...none };
  const heldMoves = judged.filter((one) => one !== said && one.proposal?.move !== undefined);
  return heldMoves.length === 0 ? said : { ...said, heldMoves };
}

function judge(input: ProposeInput, wish: Wish, count: PoolCount): PoolProposal {
  const context = contextOf(input, wish, count);
  const passage = withTaker(passGuards(wish.proposal, context, input.guards), wish, {
    context,
    held: input.held,
    asked: input.asked ?? input.held,
  });
  return {
    pool: input.state.pool.name,
    fleet: wish.picture.situation.fleet.key,
    proposal: wish.proposal,
    passage: shadowed(passage, wish),
    open: opening(input, wish, passage, context),
    refusals: [],
  };
}

function contextOf(input: ProposeInput, wish: Wish, count: PoolCount): GateContext {
  const { state, held, asked = held, observation } = input;
  const { picture } = wish;
  const { key } = picture.situation.fleet;
  const loan = wish.proposal.loan === undefined ? null : loanContext(input, count);
  const reclaims = wish.proposal.loan === "Reclaim";
  const racks = lowerable({ ...picture.situation, racks: racksToTake(input, wish) });
  const { engines } = picture.situation.observed;
  const victimView = { fleet: key, members: count.members, engines };
  return {
    pool: state.pool,
    observed: state.observed,
    count,
    summaries: state.summaries,
    situation: picture.situation,
    heldRacks: reclaims ? ownedInAll(picture) : heldInAll(Object.values(held), key),
    heldInPool: held[state.pool.name]?.[key] ?? rackCount(0),
    askedRacks: heldInAll(Object.values(asked), key),
    askedInPool: asked[state.pool.name]?.[key] ?? rackCount(0),
    replacedRacks: state.doubt.replacedHere,
    spending: spendingIn(input, picture.situation.fleet),
    awardedRacks: awardFor(input, wish, key),
    shrinkHold: picture.sizing.want.shrinkHold,
    cache: picture.cache,
    wantAtUsualHitRate: picture.wantAtUsualHitRate,
    leading: observation.leading,
    intents: observation.intents,
    fleetMemory: picture.memory,
    poolMemory: state.memory,
    times: state.times,
    victim: reclaims
      ? (calledBack(loan)?.rack ?? null)
      : victimOf(wish, () => chooseVictim(racks, state.summaries, victimView)),
    ...(loan !== null && { loan }),
  };
}

const spendingIn = (
  { state, pools = [state], held, asked = held }: ProposeInput,
  fleet: CompiledFleet,
): Spending =>
  spendingBeside(fleet, state.pool, {
    pools: pools.map(({ pool }) => pool),
    asked,
    count: state.observed.count?.desired ?? null,
  });

/** A move is judged by the racks that stand: others may come too late, or never. */
function awardFor(input: ProposeInput, { proposal }: Wish, key: FleetKey): RackCount {
  const awards = proposal.move === undefined ? input.awards : (input.standing?.due ?? []);
  return awards.find(({ fleet }) => fleet === key)?.total ?? rackCount(0);
}

/**
 * A rack that is moved is whole, as the taker counts on all of it, and runs its giver's units: an
 * idle one is taken up without a decision.
 */
function racksToTake({ state }: ProposeInput, { proposal }: Wish): readonly RackObservation[] {
  const { racks } = state.observed;
  if (proposal.move === undefined) return racks;
  const whole = state.summaries.filter(({ fleet, degraded }) => fleet !== null && !degraded);
  return racks.filter(({ id, pods }) => pods.length > 0 && whole.some((rack) => rack.id === id));
}

/** Racks on loan are counted as held by whom they are called back for: here they are not. */
const ownedInAll = ({ owned }: WishInput["fleets"][number]): RackCount =>
  rackCount(Object.values(owned).reduce((sum, racks) => sum + racks, 0));

/** A request that is withdrawn takes no rack; another scale-in takes the one named, or the best. */
function victimOf(
  { proposal, rack }: Wish,
  choose: () => RackObservation | null,
): RackObservation | null {
  return proposal.racksLost === undefined ? (rack ?? choose()) : null;
}

function shadowOf({ picture, taker, proposal }: Wish): Reason | null {
  const { mode } = picture.situation.fleet;
  const own = shadowHold(proposal.direction === "Out" ? mode.scaleOut : mode.scaleIn);
  return own ?? (taker === undefined ? null : shadowHold(taker.situation.fleet.mode.scaleOut));
}

function shadowed(passage: Passage, wish: Wish): Passage {
  const shadow = shadowOf(wish);
  return shadow === null ? passage : { ...passage, holds: [...passage.holds, shadow] };
}

function opening(
  input: ProposeInput,
  wish: Wish,
  passage: Passage,
  context: GateContext,
): PoolProposal["open"] {
  const { proposal } = wish;
  if (passage.to === proposal.from || shadowOf(wish) !== null) return null;
  const change = { ...proposal, to: passage.to };
  const { pool } = context;
  const own = approvalNeed(change, confirming(context), passage.approvers);
  const fleet = (wish.taker ?? wish.picture).situation.fleet;
  const need = needWithTaker(own, wish, { pool, spending: spendingIn(input, fleet) });
  const intent = intentOf(change, need, context);
  return { kind: "OpenIntent", intent, reason: proposal.reason };
}

const confirming = ({ pool, situation, cache, spending }: GateContext): Confirming => ({
  fleet: situation.fleet,
  pool,
  now: situation.now,
  band: situation.band,
  cache,
  spending,
});

/** Of an object set: what to ask, or the object whose rack goes; nothing elsewhere. */
function namedObjects(proposal: Proposal, context: GateContext): NamedObjects {
  const { direction, from, to, loan, move } = proposal;
  const { count, victim, observed } = context;
  if (count.members === undefined || loan !== undefined || move !== undefined) return {};
  if (direction === "Out") return { objects: membersToFill(count.members, to - from) };
  if (victim === null) return { objects: membersWithout(count.members, observed.racks, from - to) };
  const member = victim === null ? null : memberOf(victim);
  return { objects: member === null ? [] : [member] };
}

type NamedObjects = Pick<Intent, "objects">;

function directionOf({ direction, loan, move }: Proposal): Direction {
  return move === undefined ? (loan ?? direction) : "Move";
}

function intentOf(proposal: Proposal, need: ApprovalNeed, context: GateContext): Intent {
  const { pool, situation, poolMemory, times, victim } = context;
  const { fleet, now } = situation;
  const direction = directionOf(proposal);
  const expiresAt = after(now, need.expiresAfterMs);
  return {
    name: `${pool.name}-${direction.toLowerCase()}-${poolMemory.sequence}`,
    fleet: fleet.key,
    ...(proposal.move !== undefined && { taker: proposal.move.taker }),
    pool: pool.name,
    direction,
    fromRacks: proposal.from,
    toRacksAtMost: countAfter(proposal),
    maxUsdPerHour: marginalSpend(countAfter(proposal), pool),
    ...rackOf(direction, context),
    ...namedObjects(proposal, context),
    reason: proposal.reason,
    requiredApprovals: need.approvers,
    onExpiry: need.onExpiry,
    createdAt: now,
    expiresAt,
    // Consent to a purchase is about today's need: it lapses when a rack would come too late.
    actBefore: after(expiresAt, millis(leadTime(fleet, { pool, times }).p95Ms)),
    drainDeadline:
      direction === "Out" || victim === null
        ? null
        : after(expiresAt, emptyingMs(direction, context)),
    approvals: [],
    phase: need.approvers === 0 ? "Approved" : "Pending",
    askedRacks: null,
  };
}

/** The rack that goes or comes back, and the nodes that are concerned. */
function rackOf(
  direction: Direction,
  { victim, loan }: GateContext,
): Pick<Intent, "rack" | "victimNodeUids"> {
  if (direction === "Out" || victim === null) return { rack: null, victimNodeUids: [] };
  const back = direction === "Reclaim" ? calledBack(loan) : null;
  const victimNodeUids = back?.victimNodeUids ?? victim.nodes.map(({ uid }) => uid);
  return { rack: victim.id, victimNodeUids };
}

/** What a disruption budget may take until it gives way, beside the grace. Judgement. */
const BUDGET_MS = 15 * MINUTE_MS;

/** How long emptying the rack may take before it is given up. */
const emptyingMs = (direction: Direction, { pool, situation }: GateContext): Millis =>
  direction === "Reclaim"
    ? millis((pool.loan?.graceMs ?? 0) + BUDGET_MS)
    : situation.fleet.drain.deadlineMs;
