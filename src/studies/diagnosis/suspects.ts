/**
 * What makes turns diverge, by how they do it. Only identities of blocks are known, never text: a
 * suspect is a pattern that such a fault leaves, with the place to look at.
 */
import type { Divergence, Divergences } from "./divergences.ts";

export type SuspectKind =
  | "changing-field"
  | "unordered-list"
  | "truncated-history"
  | "template-version"
  | "changed-once";

export interface Suspect {
  readonly kind: SuspectKind;
  readonly turns: readonly Divergence[];
  /** Depths at which the turns leave the one before, the middle nine tenths. */
  readonly fromBlocks: number;
  readonly toBlocks: number;
  readonly sessions: number;
  /** template-version: the instant from which on, ms since the recording began. */
  readonly sinceMs: number | null;
}

export interface SuspectInput {
  readonly divergences: Divergences;
  /** Arrival of a row, ms since the recording began; null: sessions have no clock in common. */
  readonly arrivalMs: ((row: number) => number) | null;
  /** Of every session that has turns before and behind an instant, whether it is one. */
  readonly sessionsAcross: ((atMs: number) => number) | null;
}

/** A pattern in fewer turns than that is not told from chance and from people who edit. */
const LEAST_TURNS = 8;
const LEAST_SHARE = 0.02;
/** Where so many of the turns at a depth are shorter than the turn before, the others are too. */
const SHORTER_SHARE = 0.3;
/** A depth that fewer sessions have is theirs, and none of the template's. */
const COMMON_SESSIONS = 3;
/** A session diverges so often at one depth before that depth counts as its own. */
const OWN_DEPTH_TURNS = 3;
/** So many of a list's turns match an older turn deeper than the last one: orders come back. */
const COMES_BACK_SHARE = 0.15;
/** Deeper than the turn before by more than what blocks are rounded by. */
const DEEPER_BLOCKS = 1;
/** So many of its sessions diverge once only, for a change that was made once. */
const ONCE_SHARE = 0.9;
/** So many of the sessions that were under way at the instant took part in the step. */
const STEP_SHARE = 0.8;

/** @returns suspects, what costs most blocks first, and the turns that no pattern explains */
export function suspectsOf(input: SuspectInput): {
  readonly suspects: readonly Suspect[];
  readonly unexplained: readonly Divergence[];
} {
  const { found, followers } = input.divergences;
  const least = Math.max(LEAST_TURNS, LEAST_SHARE * followers);
  const suspects: Suspect[] = [];
  let left = found;
  const take = (kind: SuspectKind, turns: readonly Divergence[], sinceMs: number | null): void => {
    if (turns.length < least) return;
    suspects.push(suspectOf(kind, turns, sinceMs));
    const taken = new Set(turns);
    left = left.filter((turn) => !taken.has(turn));
  };
  take("truncated-history", truncated(left), null);
  for (const turns of byDepth(left, least)) {
    const sinceMs = stepAt(turns, input);
    if (sinceMs !== null) take("template-version", turns, sinceMs);
    else if (input.arrivalMs === null && isOnce(turns)) take("changed-once", turns, null);
  }
  take("unordered-list", listOf(left), null);
  const common = byDepth(left, least).filter((turns) => sessionsIn(turns) >= COMMON_SESSIONS);
  for (const turns of common) take("changing-field", turns, null);
  take("changing-field", atOwnDepths(left), null);
  return {
    suspects: suspects.toSorted((a, b) => lostBlocks(b) - lostBlocks(a)),
    unexplained: left,
  };
}

/** @returns blocks that the turns would have found, had they continued the turn before */
export const lostBlocks = ({ turns }: Pick<Suspect, "turns">): number =>
  turns.reduce((sum, { reachBlocks, depthBlocks }) => sum + reachBlocks - depthBlocks, 0);

const sessionsIn = (turns: readonly Divergence[]): number =>
  new Set(turns.map(({ session }) => session)).size;

function suspectOf(
  kind: SuspectKind,
  turns: readonly Divergence[],
  sinceMs: number | null,
): Suspect {
  const depths = turns.map(({ depthBlocks }) => depthBlocks).toSorted((a, b) => a - b);
  const at = (share: number): number => depths[Math.floor(share * (depths.length - 1))] ?? 0;
  return {
    kind,
    turns,
    fromBlocks: at(0.05),
    toBlocks: at(0.95),
    sessions: sessionsIn(turns),
    sinceMs,
  };
}

/** @returns the turns of each depth that at least so many have, the most frequent first */
function byDepth(turns: readonly Divergence[], least: number): readonly (readonly Divergence[])[] {
  const groups = new Map<number, Divergence[]>();
  for (const turn of turns) {
    const group = groups.get(turn.depthBlocks) ?? [];
    group.push(turn);
    groups.set(turn.depthBlocks, group);
  }
  return [...groups.values()]
    .filter((group) => group.length >= least)
    .toSorted((a, b) => b.length - a.length);
}

/** Of those that leave at one depth, some have lost history and won as much in a long question. */
function truncated(turns: readonly Divergence[]): readonly Divergence[] {
  const depths = byDepth(turns, 1).filter(
    (group) => group.filter(({ shorter }) => shorter).length >= SHORTER_SHARE * group.length,
  );
  return depths.flat();
}

/** A place in the prompt that is the same within a session, and another in the next session. */
function atOwnDepths(turns: readonly Divergence[]): readonly Divergence[] {
  const bySession = new Map<number, Divergence[]>();
  for (const turn of turns) {
    if (turn.shorter) continue;
    const group = bySession.get(turn.session) ?? [];
    group.push(turn);
    bySession.set(turn.session, group);
  }
  return [...bySession.values()].flatMap((group) => byDepth(group, OWN_DEPTH_TURNS)[0] ?? []);
}

function isOnce(turns: readonly Divergence[]): boolean {
  return sessionsIn(turns) >= ONCE_SHARE * turns.length;
}

/** @returns when a change came that every session met once, ms; null: it is no such change */
function stepAt(
  turns: readonly Divergence[],
  { arrivalMs, sessionsAcross }: SuspectInput,
): number | null {
  if (arrivalMs === null || sessionsAcross === null || !isOnce(turns)) return null;
  const since = turns.reduce((first, { row }) => Math.min(first, arrivalMs(row)), Infinity);
  const late = turns.filter(({ previous }) => arrivalMs(previous) > since).length;
  if (late > (1 - ONCE_SHARE) * turns.length) return null;
  return turns.length >= STEP_SHARE * sessionsAcross(since) ? since : null;
}

/**
 * Entries in another order: a prompt leaves the last one where the first entry differs, and later
 * has an order, or its beginning, that an older turn had. A field that is new every time never
 * matches anything beyond its place.
 */
function listOf(turns: readonly Divergence[]): readonly Divergence[] {
  const back = turns.filter((turn) => turn.bestBlocks > turn.depthBlocks + DEEPER_BLOCKS);
  const depths = back.map(({ depthBlocks }) => depthBlocks).toSorted((a, b) => a - b);
  const from = depths[Math.floor(0.05 * (depths.length - 1))] ?? 0;
  const to = depths[Math.floor(0.95 * (depths.length - 1))] ?? -1;
  const within = turns.filter(({ depthBlocks }) => depthBlocks >= from && depthBlocks <= to);
  return back.length >= COMES_BACK_SHARE * within.length ? within : [];
}
