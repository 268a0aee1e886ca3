import type { Clients } from "./clients.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Gateway } from "./gateway.ts";
import { SCHEDULE_RETRY, scheduledGeneration, scheduledKind } from "./schedule.ts";
import type { SessionFeed } from "./session-feed.ts";
import {
  CHAIN_BASE,
  EARLY,
  INPUT_OVERRIDE,
  LIVE,
  NEXT_ROOT,
  OUTPUT_OVERRIDE,
  RUNNING,
  SCHEDULED,
  SOURCE,
  START_NS,
  STATUS,
  TEMPLATE,
  UNSTABLE,
} from "./session-slots.ts";
import {
  nextDelayAt,
  ROW_BLOCKS,
  ROW_CHAIN,
  ROW_FULL_BLOCKS,
  ROW_FULL_CHAIN,
  ROW_INPUT,
  ROW_NEXT_COUNTDOWN,
  ROW_OUTPUT,
  ROW_SHIFT,
  ROW_SUCCESSOR,
  ROW_SUCCESSORS,
  runtimeChain,
} from "./session-templates.ts";
import type { TurnEnds } from "./turn-ends.ts";
import {
  ARRIVAL_NS,
  AT_CLIENT,
  BLOCKS,
  CHAIN,
  FLAGS,
  FORKED,
  FULL_BLOCKS,
  FULL_CHAIN,
  GENERATION,
  HOST_CACHED,
  IN_RESULTS,
  INPUT,
  NEXT_COUNTDOWN,
  NEXT_DELAY_NS,
  OUTPUT,
  REPLICA,
  ROW,
  SESSION,
  STATE,
  SUCCESSOR,
  SUCCESSORS,
} from "./turn-slots.ts";

interface ArrivalParts {
  readonly feed: SessionFeed;
  readonly clients: Clients;
  readonly gateway: Gateway;
  readonly ends: TurnEnds;
}

/** What is scheduled comes true: rows become turns, tries are sent again, transfers end. */
export class TurnArrivals {
  private readonly state: FleetState;
  private readonly parts: ArrivalParts;
  /** Tokens of the smallest KV cache that a turn has to fit. */
  private readonly kvTokens: number;
  private readonly cacheOutputs: boolean;
  private readonly touched = new Int32Array(1);

  constructor(state: FleetState, parts: ArrivalParts) {
    const { engine, decodeEngine } = state.options;
    this.state = state;
    this.parts = parts;
    this.kvTokens = Math.min(engine.kvTokens, decodeEngine?.kvTokens ?? Infinity);
    this.cacheOutputs = engine.cacheOutputs;
  }

  /** @returns when the next arrival that will happen is due; Infinity for none. */
  nextNs(): number {
    const { arrivals } = this.state;
    while (arrivals.nextNs() < Infinity && this.isStale()) this.forgetFirst();
    return arrivals.nextNs();
  }

  /** Lets the first of the schedule arrive. */
  arriveFirst(): void {
    if (this.isStale()) {
      this.forgetFirst();
      return;
    }
    const { arrivals } = this.state;
    const subject = arrivals.subject();
    const kind = arrivals.kind();
    arrivals.pop();
    this.touchNext();
    if (kind >= 0) this.arrive(subject, kind);
    else if (scheduledKind(kind) === SCHEDULE_RETRY) this.parts.clients.send(subject);
    else this.parts.gateway.deliver(subject);
  }

  /** @returns whether the session has ended, or the turn was abandoned, in the meantime. */
  private isStale(): boolean {
    const { arrivals, sessions, turns } = this.state;
    const subject = arrivals.subject();
    const kind = arrivals.kind();
    if (kind >= 0) return (sessions.words[subject | STATUS]! & RUNNING) === 0;
    if (scheduledKind(kind) !== SCHEDULE_RETRY) return false;
    const { words } = turns;
    return (
      words[subject | STATE] !== AT_CLIENT ||
      words[subject | GENERATION] !== scheduledGeneration(kind)
    );
  }

  /**
   * Reads what the next arrival will ask for first: it is on its way while this one goes on, and
   * nobody waits for it here.
   */
  private touchNext(): void {
    const { arrivals, sessions, templates } = this.state;
    if (arrivals.nextNs() === Infinity) return;
    const kind = arrivals.kind();
    if (kind < 0) return;
    const word = sessions.words[arrivals.subject()]!;
    this.touched[0] = templates.length > 1 ? word : word ^ templates[0]!.rows[kind << ROW_SHIFT]!;
  }

  private forgetFirst(): void {
    const { arrivals } = this.state;
    const subject = arrivals.subject();
    const kind = arrivals.kind();
    arrivals.pop();
    if (kind >= 0) this.parts.ends.forgetRow(subject);
  }

  private arrive(session: number, row: number): void {
    const { sessions, turns, outcomes, nowNs } = this.state;
    const { words } = sessions;
    const root = words[session | NEXT_ROOT] === row;
    words[session | SCHEDULED]!--;
    words[session | LIVE]!++;
    if (root) this.parts.feed.scheduleRoot(session);
    const turn = turns.take();
    turns.words[turn | SESSION] = session;
    turns.words[turn | ROW] = row;
    turns.words[turn | REPLICA] = -1;
    turns.wide[turn | ARRIVAL_NS] = nowNs;
    turns.wide[turn | HOST_CACHED] = 0;
    if (!this.isDelayed(session, row) && outcomes.arrive(nowNs)) {
      turns.words[turn | FLAGS] = IN_RESULTS;
    }
    const tokens = this.fill(turn, session, row);
    if (tokens > this.kvTokens) this.parts.ends.reject(turn);
    else {
      this.settlePrefixes(turn, session);
      this.parts.clients.begin(turn);
    }
  }

  /** @returns whether the turn is one of the warm-up that was kept up until now. */
  private isDelayed(session: number, row: number): boolean {
    const { nowNs, options, sessions } = this.state;
    const { isDelayed, resultsFromNs = 0 } = options;
    const { words } = sessions;
    if ((words[session | STATUS]! & EARLY) === 0) return false;
    if (isDelayed === undefined || nowNs < resultsFromNs) return false;
    const startNs = sessions.wide[sessions.wideOf(session) + START_NS]!;
    const source = words[session | SOURCE]!;
    return isDelayed({ source, template: words[session | TEMPLATE]!, startNs, row });
  }

  /** Lengths and chains as the template has them. @returns tokens of prompt and output */
  private fill(turn: number, session: number, row: number): number {
    const { sessions, turns, templates, blockTokens } = this.state;
    const { rows, delays } = templates[sessions.words[session | SOURCE]!]!;
    const { words, wide } = turns;
    const at = row << ROW_SHIFT;
    wide[turn | SUCCESSORS] = rows[at | ROW_SUCCESSORS]!;
    wide[turn | SUCCESSOR] = rows[at | ROW_SUCCESSOR]!;
    wide[turn | NEXT_COUNTDOWN] = rows[at | ROW_NEXT_COUNTDOWN]!;
    wide[turn | NEXT_DELAY_NS] = delays[nextDelayAt(row)]!;
    const base = sessions.words[session | CHAIN_BASE]!;
    const override = sessions.words[session | INPUT_OVERRIDE]!;
    words[turn | CHAIN] = runtimeChain(rows[at | ROW_CHAIN]!, base);
    wide[turn | FULL_CHAIN] = runtimeChain(rows[at | ROW_FULL_CHAIN]!, base);
    if (override === 0) {
      words[turn | INPUT] = rows[at | ROW_INPUT]!;
      words[turn | OUTPUT] = rows[at | ROW_OUTPUT]!;
      words[turn | BLOCKS] = rows[at | ROW_BLOCKS]!;
      wide[turn | FULL_BLOCKS] = rows[at | ROW_FULL_BLOCKS]!;
    } else {
      const output = sessions.words[session | OUTPUT_OVERRIDE]!;
      words[turn | INPUT] = override;
      words[turn | OUTPUT] = output;
      words[turn | BLOCKS] = Math.floor(override / blockTokens);
      wide[turn | FULL_BLOCKS] = Math.floor((override + output) / blockTokens);
    }
    return words[turn | INPUT]! + words[turn | OUTPUT]!;
  }

  /** What the output leaves in the cache, and a chain of its own for an unstable prompt. */
  private settlePrefixes(turn: number, session: number): void {
    const { turns, sessions, registry, blockTokens } = this.state;
    const { words, wide } = turns;
    const fed = words[turn | INPUT]! + words[turn | OUTPUT]! - 1;
    const { unstableBlocks } = this.parts.feed;
    const unstable = (sessions.words[session | STATUS]! & UNSTABLE) !== 0;
    if (unstable && words[turn | BLOCKS]! > unstableBlocks) {
      const chain = registry.fork(words[turn | CHAIN]!, unstableBlocks);
      words[turn | CHAIN] = chain;
      wide[turn | FULL_CHAIN] = chain;
      words[turn | FLAGS]! |= FORKED;
    }
    if (this.cacheOutputs) {
      const fullBlocks = Math.floor(fed / blockTokens);
      if (fullBlocks < wide[turn | FULL_BLOCKS]!) wide[turn | FULL_BLOCKS] = fullBlocks;
    } else {
      wide[turn | FULL_CHAIN] = words[turn | CHAIN]!;
      wide[turn | FULL_BLOCKS] = words[turn | BLOCKS]!;
    }
  }
}
