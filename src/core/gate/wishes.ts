/** What a pool would change, before the guards: racks more, fewer, or no longer asked for. */
import type { Award } from "../arbitrate.ts";
import type { FleetKey } from "../compiled.ts";
import { fleetKey } from "../compiled.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { GroupObservation, PoolCount, RackObservation } from "../observation.ts";
import { standingRacks } from "../racks/holdings.ts";
import { membersToFill } from "../racks/members.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { nextEnd } from "../supply/calendar.ts";
import { instantText } from "../supply/instant.ts";
import { partialRack } from "../supply/partial.ts";
import { racksHandedOut } from "../supply/unfilled.ts";
import type { LoanStanding } from "../loans/standing.ts";
import { movesIn } from "../moves/choose.ts";
import type { MoveGround } from "../moves/choose.ts";
import type { Standing } from "../moves/due.ts";
import { rackCount } from "../units.ts";
import type { RackCount } from "../units.ts";
import type { Proposal } from "./guard.ts";

export interface WishInput {
  readonly state: PoolState;
  /** Of the group; absent: this one alone. */
  readonly pools?: readonly PoolState[];
  readonly fleets: readonly FleetPicture[];
  readonly awards: readonly Award[];
  /** Racks held by pool and fleet. */
  readonly held: Readonly<Record<string, Readonly<Record<FleetKey, RackCount>>>>;
  /** By pool, racks that stay though no award counts on them; absent: none. */
  readonly kept?: Readonly<Record<string, number>>;
  /** By pool, how its loan stands; absent: it has none. */
  readonly loans?: Readonly<Record<string, LoanStanding>>;
  /** How the racks that stand should be dealt; absent: none goes from fleet to fleet. */
  readonly standing?: Standing;
  readonly observation: GroupObservation;
}

export interface Wish {
  readonly picture: FleetPicture;
  readonly proposal: Proposal;
  /** Of a move, the fleet that gets the rack. */
  readonly taker?: FleetPicture;
  /** The rack that goes, where it is not for the gate to choose one. */
  readonly rack?: RackObservation;
}

/**
 * Racks that are there go first: they are called back and moved before one is bought. Whoever lacks
 * most grows first; only when the pool as a whole has too many does somebody shrink. A fleet that
 * may not act now does not keep the next one waiting. Racks that were asked for and never came are
 * given up before one that is there.
 */
export function wishes(input: WishInput, count: PoolCount): readonly Wish[] {
  const { state, awards, kept = {}, loans = {}, observation } = input;
  const pool = state.pool.name;
  const total = awards.reduce((sum, { byPool }) => sum + (byPool[pool] ?? 0), 0);
  const away = (loans[pool]?.away ?? 0) + state.doubt.replacedHere;
  const standing = standingRacks(count, pool, observation.intents) - away;
  const needed = total + (kept[pool] ?? 0);
  // A rack on loan is minutes away: it is called back before one is bought.
  const back = [...callBackWishes(input, count), ...moveWishes(input, count)];
  if (standing < needed) {
    return [...back, ...growths(input, count, total - standing), ...givenBack(input, count)];
  }
  const excess = standing - needed;
  const open = openRequests(state, count, excess);
  if (open > 0) return [...back, ...withdrawal(input, count, open)];
  const going = excess > 0 ? drains(input, count, standing) : [];
  return [...back, ...givenBack(input, count), ...going];
}

/** Of racks that stand: what each fleet should have of them is dealt without those to be bought. */
function moveWishes(input: WishInput, count: PoolCount): readonly Wish[] {
  const { state, fleets, standing, observation } = input;
  if (standing === undefined) return [];
  const { now } = observation;
  return movesIn(state.pool, { fleets, standing, now }).map(({ giver, taker, ground }) => {
    const { key } = taker.situation.fleet;
    const why = reason("rack-moves", `${GROUNDS[ground](key)} ${taker.sizing.want.reason.text}`);
    const proposal = { ...lowered(count, 1), reason: why, move: { taker: key, ground } };
    return { picture: giver, taker, proposal };
  });
}

const GROUNDS: Readonly<Record<MoveGround, (taker: FleetKey) => string>> = {
  Spare: (taker) => `It goes to ${taker}.`,
  Guarantee: (taker) => `${taker} is guaranteed it.`,
  Gain: (taker) => `${taker} gains more by it than is lost here.`,
};

/** For the fleet that lacks most racks that run its units, one rack at a time. */
function callBackWishes(input: WishInput, count: PoolCount): readonly Wish[] {
  const { pool } = input.state;
  const loan = input.loans?.[pool.name];
  if (loan === undefined || loan.due <= loan.calledBack.length) return [];
  const [most] = input.fleets
    .map((picture) => {
      const award = input.awards.find(({ fleet }) => fleet === picture.situation.fleet.key);
      const racks = (award?.byPool[pool.name] ?? 0) - (picture.owned[pool.name] ?? 0);
      return { picture, racks };
    })
    .filter(({ racks }) => racks > 0)
    .toSorted((a, b) => b.racks - a.racks);
  if (most === undefined) return [];
  const { reason: want } = most.picture.sizing.want;
  const calm = want.code === "steady" || want.code === "surplus";
  const why = calm ? reason("loan-reclaim", `${loan.due} of RackPool ${pool.name}.`) : want;
  const to = rackCount(count.desired + 1);
  const change = { direction: "Out", from: count.desired, to, reason: why } as const;
  return [{ picture: most.picture, proposal: { ...change, loan: "Reclaim" } }];
}

interface Lack {
  readonly picture: FleetPicture;
  readonly racks: number;
}

/** @returns per fleet the racks awarded to it that it does not hold; negative: those too many */
function lacks({ state, fleets, awards, held }: WishInput): readonly Lack[] {
  const pool = state.pool.name;
  return fleets.map((picture) => {
    const { key } = picture.situation.fleet;
    const awarded = awards.find(({ fleet }) => fleet === key)?.byPool[pool] ?? 0;
    return { picture, racks: awarded - (held[pool]?.[key] ?? 0) };
  });
}

const growths = (input: WishInput, count: PoolCount, short: number): readonly Wish[] =>
  lacks(input)
    .filter(({ racks }) => racks > 0)
    .toSorted((a, b) => b.racks - a.racks)
    .flatMap(({ picture, racks }) => {
      const more = Math.min(racks, short, roomOf(count));
      if (more <= 0) return [];
      const to = rackCount(count.desired + more);
      const why = whyMore(input, picture);
      return [{ picture, proposal: { direction: "Out", from: count.desired, to, reason: why } }];
    });

/** A fleet that has what it wants grows only because some of that will go, or does not come. */
function whyMore({ state, pools = [], kept = {} }: WishInput, { sizing }: FleetPicture): Reason {
  const { reason: why } = sizing.want;
  if (why.code !== "steady" && why.code !== "surplus") return why;
  const { announced, replacedHere } = state.doubt;
  if (replacedHere > 0) return lossReason(state.pool.name, announced, replacedHere);
  const ending = Object.keys(kept).filter((pool) => pool !== state.pool.name && kept[pool] !== 0);
  if (ending.length === 0) return why;
  const short = pools.filter(
    ({ pool: { name }, supply }) => ending.includes(name) && supply.shortage,
  );
  const [names, kinds] = [short.map(({ pool }) => pool.name), short.map(shortageOf)];
  if (short.length > 0) {
    return reason("asked-elsewhere", `RackPool ${names.join(", ")}: ${kinds.join(", ")}.`);
  }
  return reason("window-ends", `What RackPool ${ending.join(", ")} loses is replaced in time.`);
}

const shortageOf = ({ supply: { shortage } }: PoolState): string => shortage?.kind ?? "";

function lossReason(pool: string, announced: number, replaced: number): Reason {
  const which = `${replaced} of RackPool ${pool}`;
  return announced > 0
    ? reason("interruption", `${which} asked for again, ${announced} announced to go.`)
    : reason("arrival-doubtful", `${which} asked for again.`);
}

/** @returns the racks that can still be asked for: of a set as many as objects have none */
const roomOf = ({ members }: PoolCount): number =>
  members === undefined ? Number.POSITIVE_INFINITY : membersToFill(members, members.length).length;

const lowered = (count: PoolCount, by: number): Pick<Proposal, "direction" | "from" | "to"> => ({
  direction: "In",
  from: count.desired,
  to: rackCount(count.desired - by),
});

function drains(input: WishInput, count: PoolCount, standing: number): readonly Wish[] {
  const { ceiling, pool } = input.state;
  const ends = pool.supply.kind === "Calendar" && standing > ceiling;
  const until = ends ? nextEnd(pool.supply.windows, input.observation.now) : null;
  const text = until === null ? "" : `RackPool ${pool.name} loses racks at ${instantText(until)}.`;
  return lacks(input)
    .filter(({ racks }) => racks < 0)
    .toSorted((a, b) => a.racks - b.racks)
    .map(({ picture }) => {
      const why = ends ? reason("window-ends", text) : picture.sizing.want.reason;
      const going = { ...lowered(count, 1), reason: why };
      const lends = !ends && why.code !== "above-maximum" && isLendable(input, count);
      return { picture, proposal: lends ? lending(going) : going };
    });
}

/** Only what is paid for all the same, and would be kept: what costs money is given back. */
function isLendable({ state: { pool }, loans = {} }: WishInput, count: PoolCount): boolean {
  const { loan, supply } = pool;
  if (loan === undefined || (loans[pool.name]?.onLoan.length ?? 0) >= loan.max) return false;
  return supply.kind === "Calendar" || count.desired - 1 < supply.committedRacks;
}

const lending = (going: Proposal): Proposal => ({
  ...going,
  reason: reason("loan-lend", going.reason.text),
  loan: "Lend",
});

/** @returns how many of the racks too many were asked for and not handed out */
function openRequests({ supply, observed, pool }: PoolState, count: PoolCount, excess: number) {
  const handedOut = racksHandedOut(observed.racks, count, pool.rack.nodes);
  return Math.min(excess, supply.unfilled, count.desired - handedOut);
}

/** For the fleet that has most too many; else for the first that may draw on the pool. */
function withdrawal(input: WishInput, count: PoolCount, open: number): readonly Wish[] {
  const picture = mostConcerned(input);
  if (picture === null) return [];
  const { supply, pool } = input.state;
  const over = supply.ended > 0;
  const racks = over ? Math.min(open, supply.ended) : open;
  const found = `${racks} of ${count.desired} racks asked for in RackPool ${pool.name}.`;
  const why = over
    ? reason("window-ends", `RackPool ${pool.name} asks for ${racks} racks that it had till then.`)
    : reason("request-withdrawn", found);
  const racksLost = over ? 0 : Math.max(0, racks - supply.uncounted);
  return [{ picture, proposal: { ...lowered(count, racks), reason: why, racksLost } }];
}

function mostConcerned(input: WishInput): FleetPicture | null {
  const [most] = lacks(input)
    .filter(({ racks }) => racks < 0)
    .toSorted((a, b) => a.racks - b.racks);
  if (most !== undefined) return most.picture;
  const keys = input.state.pool.consumers.map(({ fleet }) => fleetKey(fleet));
  const drawing = keys.flatMap((key) => {
    return input.fleets.filter(({ situation }) => situation.fleet.key === key);
  });
  return drawing[0] ?? null;
}

/** Whether it is needed or not: half a rack serves nobody, and another one may come instead. */
function givenBack(input: WishInput, count: PoolCount): readonly Wish[] {
  const { state } = input;
  const { pool, observed, summaries, memory } = state;
  const rack = partialRack({ pool, racks: observed.racks, summaries, memory });
  const picture = rack === null ? null : mostConcerned(input);
  if (rack === null || picture === null) return [];
  const found =
    `Rack ${rack.id} of RackPool ${pool.name} has ${rack.nodes.length} of ` +
    `${pool.rack.nodes} nodes, and the others are overdue.`;
  const why = reason("partial-arrival", found);
  return [{ picture, rack, proposal: { ...lowered(count, 1), reason: why } }];
}
