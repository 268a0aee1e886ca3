/**
 * What another policy would have decided on the recorded past. Open loop: it sees what was
 * observed, which came of the policy that acted. What would have come of its own acts `evaluate`
 * simulates.
 */
import type { CompiledGroup, FleetKey } from "../core/compiled.ts";
import { decide } from "../core/decide.ts";
import type { Decision, FleetDecision } from "../core/decision.ts";
import { InvariantError } from "../core/invariants.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { EpochMs } from "../core/units.ts";
import { DAY_MS, HOUR_MS } from "../core/units.ts";
import { decodeRecord } from "./decode-record.ts";

/** @returns the group under the other policy, at an instant: schedules are expanded from it on */
export type OtherPolicy = (recorded: CompiledGroup, now: EpochMs) => CompiledGroup;

/** What was wanted and let through, and why. */
export interface Side {
  readonly outcome: FleetDecision["outcome"];
  readonly wantedRacks: number;
  readonly targetRacks: number;
  readonly code: string;
}

/** A stretch of decisions that differ in the same way. */
export interface Episode {
  readonly fleet: FleetKey;
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** Of the log, from 1, where it begins. */
  readonly line: number;
  readonly decisions: number;
  readonly heldRacks: number;
  readonly recorded: Side;
  readonly proposed: Side;
}

/** One day, UTC, of one fleet. */
export interface DayComparison {
  readonly fleet: FleetKey;
  readonly day: string;
  readonly decisions: number;
  readonly differing: number;
  /** Wanted racks over the time between decisions; gaps of more than an hour do not count. */
  readonly recordedRackHours: number;
  readonly proposedRackHours: number;
  readonly recordedPeak: number;
  readonly proposedPeak: number;
}

export interface PolicyReplay {
  readonly schemaVersion: 1;
  /** Nothing here says what would have come of it. */
  readonly openLoop: true;
  readonly records: number;
  readonly decided: number;
  readonly withoutMemory: number;
  /** Decisions that broke an invariant, and the first of them. */
  readonly refused: number;
  readonly firstRefusal: string | null;
  readonly episodes: readonly Episode[];
  readonly days: readonly DayComparison[];
}

/** @throws RecordError when a line is not a record */
export async function replayPolicy(
  lines: AsyncIterable<string> | Iterable<string>,
  other: OtherPolicy,
): Promise<PolicyReplay> {
  const run = new PolicyRun(other);
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() !== "") run.add(text, line);
  }
  return run.result();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class PolicyRun {
  private readonly other: OtherPolicy;
  private readonly memories = new Map<string, GroupMemory>();
  private readonly days = new Map<string, Mutable<DayComparison>>();
  private readonly open = new Map<FleetKey, Mutable<Episode>>();
  private readonly episodes: Mutable<Episode>[] = [];
  private readonly lastAt = new Map<FleetKey, EpochMs>();
  private records = 0;
  private decided = 0;
  private withoutMemory = 0;
  private refused = 0;
  private firstRefusal: string | null = null;

  constructor(other: OtherPolicy) {
    this.other = other;
  }

  add(text: string, line: number): void {
    const { group, keyframe, policy, observation, decision } = decodeRecord(text, line);
    this.records += 1;
    // Its own memory: a keyframe of the policy that acted is only where it begins.
    const memory = this.memories.get(group) ?? keyframe;
    if (memory === null) {
      this.withoutMemory += 1;
      return;
    }
    try {
      const proposed = decide(this.other(policy, observation.now), observation, memory);
      this.memories.set(group, proposed.memory);
      this.decided += 1;
      this.compare(decision, proposed.decision, line);
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error;
      this.refused += 1;
      this.firstRefusal ??= `line ${line}: ${error.message}`;
    }
  }

  result(): PolicyReplay {
    const { records, decided, withoutMemory, refused, firstRefusal, episodes } = this;
    const days = [...this.days.values()];
    const counts = { records, decided, withoutMemory, refused, firstRefusal };
    return { schemaVersion: 1, openLoop: true, ...counts, episodes, days };
  }

  private compare(recorded: Decision, proposed: Decision, line: number): void {
    for (const was of recorded.fleets) {
      const is = proposed.fleets.find(({ fleet }) => fleet === was.fleet);
      if (is === undefined) continue;
      const differs = !same(sideOf(was), sideOf(is));
      this.note(was, is, { at: recorded.at, line, differs });
      this.count(was, is, { at: recorded.at, differs });
    }
  }

  private note(was: FleetDecision, is: FleetDecision, place: Place): void {
    const { at, line, differs } = place;
    const { fleet, heldRacks } = was;
    const open = this.open.get(fleet);
    const [recorded, proposed] = [sideOf(was), sideOf(is)];
    if (open !== undefined && same(open.recorded, recorded) && same(open.proposed, proposed)) {
      open.until = at;
      open.decisions += 1;
      return;
    }
    this.open.delete(fleet);
    if (!differs) return;
    const sides = { recorded, proposed };
    const begun = { fleet, from: at, until: at, line, decisions: 1, heldRacks, ...sides };
    this.episodes.push(begun);
    this.open.set(fleet, begun);
  }

  private count(
    { fleet, want: was }: FleetDecision,
    { want: is }: FleetDecision,
    { at, differs }: Omit<Place, "line">,
  ): void {
    const day = new Date(Math.floor(at / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
    const sum = this.days.get(`${fleet} ${day}`) ?? emptyDay(fleet, day);
    this.days.set(`${fleet} ${day}`, sum);
    const elapsed = at - (this.lastAt.get(fleet) ?? at);
    const hours = elapsed <= HOUR_MS ? elapsed / HOUR_MS : 0;
    this.lastAt.set(fleet, at);
    sum.decisions += 1;
    sum.differing += differs ? 1 : 0;
    sum.recordedRackHours += was.racks * hours;
    sum.proposedRackHours += is.racks * hours;
    sum.recordedPeak = Math.max(sum.recordedPeak, was.racks);
    sum.proposedPeak = Math.max(sum.proposedPeak, is.racks);
  }
}

interface Place {
  readonly at: EpochMs;
  readonly line: number;
  readonly differs: boolean;
}

const emptyDay = (fleet: FleetKey, day: string): Mutable<DayComparison> => ({
  fleet,
  day,
  decisions: 0,
  differing: 0,
  recordedRackHours: 0,
  proposedRackHours: 0,
  recordedPeak: 0,
  proposedPeak: 0,
});

const sideOf = ({ outcome, want, targetRacks, reasons: [first] }: FleetDecision): Side => ({
  outcome,
  wantedRacks: want.racks,
  targetRacks,
  code: first?.code ?? "",
});

const same = (a: Side, b: Side): boolean =>
  a.outcome === b.outcome &&
  a.wantedRacks === b.wantedRacks &&
  a.targetRacks === b.targetRacks &&
  a.code === b.code;
