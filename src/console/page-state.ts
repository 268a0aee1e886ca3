/** What the page knows, as a value: events in, state out. */
import type { DecisionView } from "../api/decision-view.ts";
import type { HistoryAnswer } from "../api/envelopes.ts";
import type { ApiEvent, SnapshotEvent, TickEvent } from "../api/events.ts";
import type { FleetView } from "../api/fleet-view.ts";
import type { GroupView } from "../api/group-view.ts";
import type { HistoryPoint } from "../api/history-view.ts";
import type { PoolView } from "../api/pool-view.ts";

export interface PageState {
  readonly groups: readonly GroupView[];
  readonly fleets: readonly FleetView[];
  readonly pools: readonly PoolView[];
  /** Newest first. */
  readonly decisions: readonly DecisionView[];
  /** Points by fleet, oldest first. */
  readonly history: ReadonlyMap<string, readonly HistoryPoint[]>;
}

export const NOTHING_YET: PageState = {
  groups: [],
  fleets: [],
  pools: [],
  decisions: [],
  history: new Map(),
};

/** What the server keeps of either: the page keeps no more. */
const MAX_POINTS = 720;
const MAX_DECISIONS = 200;

export function applyEvent(state: PageState, event: ApiEvent): PageState {
  switch (event.kind) {
    case "snapshot":
      return applySnapshot(state, event);
    case "tick":
      return applyTick(state, event);
    case "failure":
      return withFailure(state, event.group, event.failure);
    case "forgotten":
      return without(state, event.group);
  }
}

function applySnapshot(state: PageState, event: SnapshotEvent): PageState {
  const { groups, fleets, pools, decisions } = event;
  return { ...state, groups, fleets, pools, decisions };
}

/** What was never decided on was named by a failure only: a tick that succeeds ends it. */
function applyTick(state: PageState, event: TickEvent): PageState {
  const rest = without(state, event.group.group);
  const decided = rest.groups.filter(({ atSeconds }) => atSeconds !== null);
  return {
    groups: byName([...decided, event.group], ({ group }) => group),
    fleets: byName([...rest.fleets, ...event.fleets], ({ fleet }) => fleet),
    pools: byName([...rest.pools, ...event.pools], ({ pool }) => pool),
    decisions: mergeDecisions(state.decisions, event.decisions),
    history: withPoints(state.history, event.history),
  };
}

function without(state: PageState, group: string): PageState {
  return {
    ...state,
    groups: state.groups.filter((one) => one.group !== group),
    fleets: state.fleets.filter((one) => one.group !== group),
    pools: state.pools.filter((one) => one.group !== group),
  };
}

function withFailure(
  state: PageState,
  group: string,
  failure: NonNullable<GroupView["failure"]>,
): PageState {
  const before = state.groups.find((one) => one.group === group) ?? unseen(group);
  const others = state.groups.filter((one) => one.group !== group);
  return { ...state, groups: byName([...others, { ...before, failure }], (one) => one.group) };
}

const unseen = (group: string): GroupView => ({
  group,
  atSeconds: null,
  leading: false,
  durationSeconds: 0,
  actions: [],
  failure: null,
});

/** Sorted by name: what is where on the page must not depend on whose tick came last. */
const byName = <T>(items: readonly T[], name: (item: T) => string): T[] =>
  [...items].sort((a, b) => (name(a) < name(b) ? -1 : 1));

function mergeDecisions(
  known: readonly DecisionView[],
  seen: readonly DecisionView[],
): readonly DecisionView[] {
  const merged = new Map([...known, ...seen].map((decision) => [decision.name, decision]));
  return [...merged.values()].sort(newestFirst).slice(0, MAX_DECISIONS);
}

function newestFirst(a: DecisionView, b: DecisionView): number {
  if (a.createdAtSeconds !== b.createdAtSeconds) return b.createdAtSeconds - a.createdAtSeconds;
  return a.name < b.name ? 1 : -1;
}

function withPoints(
  history: PageState["history"],
  updates: TickEvent["history"],
): PageState["history"] {
  const next = new Map(history);
  for (const { fleet, point } of updates) {
    const before = (next.get(fleet) ?? []).filter(({ atSeconds }) => atSeconds < point.atSeconds);
    next.set(fleet, [...before, point].slice(-MAX_POINTS));
  }
  return next;
}

/**
 * @returns the state with the server's history. Points that ticks brought while it was being
 * fetched are newer than its end, and stay.
 */
export function applyHistory(state: PageState, { fleets }: HistoryAnswer): PageState {
  const history = new Map(state.history);
  for (const { fleet, points } of fleets) {
    const end = points.at(-1)?.atSeconds ?? 0;
    const newer = (history.get(fleet) ?? []).filter(({ atSeconds }) => atSeconds >= end);
    const older = points.filter(({ atSeconds }) => atSeconds < (newer[0]?.atSeconds ?? Infinity));
    history.set(fleet, [...older, ...newer].slice(-MAX_POINTS));
  }
  return { ...state, history };
}

/** @returns the newest instant that any group was decided at, null before the first tick. */
export function latestSeconds({ groups }: PageState): number | null {
  const instants = groups.flatMap(({ atSeconds }) => atSeconds ?? []);
  return instants.length === 0 ? null : Math.max(...instants);
}
