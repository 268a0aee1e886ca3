import type { TurnRecord } from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import {
  CHAIN_BASE,
  COUNTDOWNS,
  ENDED,
  LIVE,
  numberOfSession,
  ORDINAL,
  REMAINING,
  RUNNING,
  SCHEDULED,
  SOURCE,
  STATUS,
  TEMPLATE,
} from "./session-slots.ts";
import { delayAt, ROW_COUNTDOWN, ROW_SHIFT } from "./session-templates.ts";
import {
  ARRIVAL_NS,
  CACHED,
  CHAIN,
  FIRST_TOKEN_NS,
  FLAGS,
  FORKED,
  HAD_TOKEN,
  HOST_CACHED,
  IN_RESULTS,
  NEXT_COUNTDOWN,
  NEXT_DELAY_NS,
  OUTPUT,
  REPLICA,
  ROW,
  SESSION,
  SUCCESSOR,
  SUCCESSORS,
  TRIES,
} from "./turn-slots.ts";

/** The ends of turns, and what they do to their sessions. */
export class TurnEnds {
  private readonly state: FleetState;
  private readonly judged = { arrivalNs: 0, ttftNs: 0, output: 0 };

  constructor(state: FleetState) {
    this.state = state;
  }

  /** All tokens are made: successors are scheduled, or the session ends. */
  complete(turn: number): void {
    const { turns, sessions, outcomes, nowNs } = this.state;
    const session = turns.words[turn | SESSION]!;
    if ((turns.words[turn | FLAGS]! & IN_RESULTS) !== 0) {
      const { judged } = this;
      judged.arrivalNs = turns.wide[turn | ARRIVAL_NS]!;
      judged.ttftNs = turns.wide[turn | FIRST_TOKEN_NS]! - judged.arrivalNs;
      judged.output = turns.words[turn | OUTPUT]!;
      outcomes.complete(nowNs, judged);
    }
    const { words } = sessions;
    if ((words[session | STATUS]! & RUNNING) !== 0) {
      if (--words[session | REMAINING]! === 0) this.endSession(session);
      else this.follow(turn, session);
    }
    this.drop(turn, "completed");
    this.leaveSession(session);
  }

  /** No engine could ever take it. */
  reject(turn: number): void {
    const { turns, outcomes, nowNs } = this.state;
    if ((turns.words[turn | FLAGS]! & IN_RESULTS) !== 0) outcomes.reject(nowNs);
    this.giveUp(turn, "rejected");
  }

  /** Its client gave up; it is on no replica any more. */
  abandon(turn: number): void {
    const { turns, outcomes, nowNs } = this.state;
    if ((turns.words[turn | FLAGS]! & IN_RESULTS) !== 0) outcomes.abandon(nowNs);
    this.giveUp(turn, "abandoned");
  }

  /** A scheduled row of an ended session does not arrive. */
  forgetRow(session: number): void {
    this.state.sessions.words[session | SCHEDULED]!--;
    this.freeIfOver(session);
  }

  private giveUp(turn: number, end: "rejected" | "abandoned"): void {
    const session = this.state.turns.words[turn | SESSION]!;
    this.drop(turn, end);
    this.endSession(session);
    this.leaveSession(session);
  }

  /** Writes the turn's record and frees its slot. */
  private drop(turn: number, end: TurnRecord["end"]): void {
    const { turns, registry, options } = this.state;
    if (options.onTurn !== undefined) options.onTurn(this.record(turn, end));
    if ((turns.words[turn | FLAGS]! & FORKED) !== 0) registry.close(turns.words[turn | CHAIN]!);
    turns.give(turn);
  }

  private record(turn: number, end: TurnRecord["end"]): TurnRecord {
    const { turns, sessions, nowNs } = this.state;
    const { words, wide } = turns;
    const hadToken = (words[turn | FLAGS]! & HAD_TOKEN) !== 0;
    return {
      session: sessions.wide[sessions.wideOf(words[turn | SESSION]!) + ORDINAL]!,
      row: words[turn | ROW]!,
      arrivalNs: wide[turn | ARRIVAL_NS]!,
      firstTokenNs: hadToken ? wide[turn | FIRST_TOKEN_NS]! : Number.NaN,
      endNs: nowNs,
      end,
      replica: words[turn | REPLICA]!,
      cachedTokens: words[turn | CACHED]!,
      hostCachedTokens: wide[turn | HOST_CACHED]!,
      tries: words[turn | TRIES]!,
    };
  }

  /** Schedules the rows that waited for that of `turn` alone, or for it last. */
  private follow(turn: number, session: number): void {
    const { sessions, templates, turns } = this.state;
    const { wide } = turns;
    const count = wide[turn | SUCCESSORS]!;
    const successor = wide[turn | SUCCESSOR]!;
    if (count === 1) {
      if (!this.isLast(session, wide[turn | NEXT_COUNTDOWN]!)) return;
      this.schedule(session, successor, wide[turn | NEXT_DELAY_NS]!);
      return;
    }
    const { rows, delays, successors } = templates[sessions.words[session | SOURCE]!]!;
    for (let next = successor; next < successor + count; next++) {
      const row = successors[next]!;
      if (!this.isLast(session, rows[(row << ROW_SHIFT) | ROW_COUNTDOWN]!)) continue;
      this.schedule(session, row, delays[delayAt(row)]!);
    }
  }

  /** Counts one predecessor of a row less. @returns whether there is none left */
  private isLast(session: number, place: number): boolean {
    const { words, countdowns } = this.state.sessions;
    return place < 0 || --countdowns[words[session | COUNTDOWNS]! + place]! <= 0;
  }

  private schedule(session: number, row: number, delayNs: number): void {
    const { sessions, arrivals, nowNs } = this.state;
    sessions.words[session | SCHEDULED]!++;
    const { gapFactor } = this.state;
    const gapNs = gapFactor === 1 ? delayNs : Math.round(delayNs * gapFactor);
    arrivals.push(nowNs + gapNs, this.state.takeOrder(1), session, row);
  }

  private endSession(session: number): void {
    const { words } = this.state.sessions;
    words[session | STATUS] = (words[session | STATUS]! & ~RUNNING) | ENDED;
  }

  private leaveSession(session: number): void {
    this.state.sessions.words[session | LIVE]!--;
    this.freeIfOver(session);
  }

  private freeIfOver(session: number): void {
    const { sessions, registry, router, templates } = this.state;
    const { words } = sessions;
    const over =
      (words[session | STATUS]! & ENDED) !== 0 &&
      words[session | LIVE] === 0 &&
      words[session | SCHEDULED] === 0;
    if (!over) return;
    const { countdowns } = templates[words[session | SOURCE]!]!;
    const place = words[session | COUNTDOWNS]!;
    if (place >= 0) sessions.giveCountdowns(place, countdowns[words[session | TEMPLATE]!]!);
    registry.close(words[session | CHAIN_BASE]!);
    router.forget(numberOfSession(session));
    sessions.give(session);
  }
}
