/**
 * When sessions must have begun for turns to arrive as they were recorded. A session's turns come
 * over an hour or more, so sessions that began at the rate of the turns would flatten every surge.
 */
import type { TurnTemplates } from "../../traces/turn-templates.ts";

/** Richardson-Lucy sharpens with every round; noise of single minutes would follow after these. */
const ROUNDS = 40;
const MINUTE_NS = 60e9;
/** Sessions of which longer tails are cut: the turns left out are those of the last percent. */
const KEPT_SHARE = 0.99;

/**
 * @param turnSeconds how long a turn takes: the next one waits for it
 * @returns expected turns of a session in each minute of its age; their sum is a session's turns
 */
export function turnsByAge(templates: TurnTemplates, turnSeconds: number): readonly number[] {
  const { sessions } = templates;
  const counts: number[] = [];
  for (let session = 0; session < sessions.firstRow.length; session += 1) {
    for (const ns of arrivalsOf(templates, session, turnSeconds * 1e9)) {
      const minute = Math.floor(ns / MINUTE_NS);
      counts[minute] = (counts[minute] ?? 0) + 1;
    }
  }
  const { length } = counts;
  const whole = Array.from({ length }, (_, minute) => counts[minute] ?? 0);
  return withoutTail(whole.map((count) => count / sessions.firstRow.length));
}

/** @yields nanoseconds from the session's start, turn by turn */
function* arrivalsOf(templates: TurnTemplates, session: number, turnNs: number): Generator<number> {
  const { rows, sessions } = templates;
  const first = sessions.firstRow[session] ?? 0;
  const joins = new Map<number, Join>();
  const ready = Array.from({ length: sessions.rootRows[session] ?? 0 }, (_, n) => {
    return { row: first + n, atNs: rows.delayNs[first + n] ?? 0 };
  });
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    yield next.atNs;
    const doneNs = next.atNs + turnNs;
    for (const row of successorsOf(templates, next.row)) {
      const join = joins.get(row) ?? { left: rows.joins[row] ?? 1, latestNs: 0 };
      joins.set(row, join);
      join.left -= 1;
      join.latestNs = Math.max(join.latestNs, doneNs);
      if (join.left === 0) ready.push({ row, atNs: join.latestNs + (rows.delayNs[row] ?? 0) });
    }
  }
}

/** A turn that waits for others: how many are not done yet, and when the last of them was. */
interface Join {
  left: number;
  latestNs: number;
}

const successorsOf = ({ rows }: TurnTemplates, row: number): Int32Array =>
  rows.successors.subarray(rows.successorStart[row] ?? 0, rows.successorStart[row + 1] ?? 0);

/** Seldom seen ages would double the work; what is cut is put back in proportion. */
function withoutTail(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  const cut = counts.findIndex((count) => (seen += count) >= KEPT_SHARE * total);
  const kept = counts.slice(0, cut + 1);
  return kept.map((count) => (count * total) / seen);
}

/**
 * Richardson-Lucy deconvolution (Richardson 1972): never below zero. No session began before the
 * first minute, so as many begin in it as keep up the turns of a time when others were under way.
 * @param turns arrivals in each minute
 * @param byAge what `turnsByAge` returned
 * @returns sessions that begin in each minute
 */
export function sessionStarts(
  turns: readonly number[],
  byAge: readonly number[],
): readonly number[] {
  const perSession = byAge.reduce((sum, count) => sum + count, 0);
  let starts: readonly number[] = turns.map((each) => each / perSession);
  for (let round = 0; round < ROUNDS; round += 1) {
    const missing = turns.map((count, minute) => {
      const found = expected(starts, byAge, minute);
      return found > 0 ? count / found : 1;
    });
    starts = starts.map((count, minute) => count * correction(missing, byAge, minute));
  }
  return starts;
}

function expected(starts: readonly number[], byAge: readonly number[], minute: number): number {
  let sum = 0;
  for (let age = 0; age < byAge.length && age <= minute; age += 1) {
    sum += (byAge[age] ?? 0) * (starts[minute - age] ?? 0);
  }
  return sum;
}

/** Of the minutes that a session's turns fall into, those that were recorded say how far off. */
function correction(missing: readonly number[], byAge: readonly number[], start: number): number {
  let weighed = 0;
  let weight = 0;
  for (let age = 0; age < byAge.length && start + age < missing.length; age += 1) {
    weighed += (byAge[age] ?? 0) * (missing[start + age] ?? 1);
    weight += byAge[age] ?? 0;
  }
  return weight > 0 ? weighed / weight : 1;
}
