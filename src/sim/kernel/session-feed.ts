import type { SessionStart } from "../../traces/turn-templates.ts";
import type { FleetState } from "./fleet-state.ts";
import {
  CHAIN_BASE,
  COUNTDOWNS,
  EARLY,
  INPUT_OVERRIDE,
  NEXT_ROOT,
  ORDINAL,
  OUTPUT_OVERRIDE,
  REMAINING,
  ROOT_ORDER,
  ROOTS_AFTER,
  RUNNING,
  SCHEDULED,
  SOURCE,
  START_NS,
  STATUS,
  TEMPLATE,
  UNSTABLE,
} from "./session-slots.ts";
import { delayAt } from "./session-templates.ts";

/** Starts sessions as their sources say, and schedules their rows without predecessors. */
export class SessionFeed {
  /** When the next session starts; Infinity when there are no more. */
  nextNs = Infinity;
  /** Whole blocks from which on unstable prompts differ, and the share of such sessions. */
  unstableBlocks = 0;
  private unstableShare = 0;
  private readonly state: FleetState;
  private readonly upcoming: Required<SessionStart>[];
  private started = 0;

  constructor(state: FleetState) {
    this.state = state;
    this.upcoming = state.templates.map(() => {
      return { atNs: 0, template: 0, inputTokens: 0, outputTokens: 0 };
    });
    for (let source = 0; source < this.upcoming.length; source++) this.pull(source);
    this.findNext();
  }

  /** Starts every session that is due at `nextNs`. */
  startDue(): void {
    const { upcoming, nextNs } = this;
    for (let source = 0; source < upcoming.length; source++) {
      while (upcoming[source]!.atNs === nextNs) {
        this.start(source, upcoming[source]!);
        this.pull(source);
      }
    }
    this.findNext();
  }

  /** A row without predecessors arrived: schedules the next such row of the session. */
  scheduleRoot(session: number): void {
    const { words } = this.state.sessions;
    if (words[session | ROOTS_AFTER] === 0) return;
    words[session | ROOTS_AFTER]!--;
    words[session | NEXT_ROOT]!++;
    this.pushRoot(session);
  }

  /** From now on this share of sessions has unstable prompts, those that run included. */
  setUnstable(share: number, depthBlocks: number): void {
    const { sessions } = this.state;
    const running: number[] = [];
    this.unstableShare = share;
    this.unstableBlocks = depthBlocks;
    sessions.forEach((session) => {
      if ((sessions.words[session | STATUS]! & RUNNING) !== 0) running.push(session);
    });
    const ordinal = (session: number) => sessions.wide[sessions.wideOf(session) + ORDINAL]!;
    running.sort((a, b) => ordinal(a) - ordinal(b));
    for (const session of running) this.drawStability(session);
  }

  private start(source: number, start: Required<SessionStart>): void {
    const { sessions, registry, templates } = this.state;
    const session = sessions.take();
    const { words } = sessions;
    const { handle, source: of, countdowns } = templates[source]!;
    const tables = of.templates.sessions;
    const { template } = start;
    words[session | SOURCE] = source;
    words[session | TEMPLATE] = template;
    words[session | INPUT_OVERRIDE] = start.inputTokens;
    words[session | OUTPUT_OVERRIDE] = start.outputTokens;
    words[session | CHAIN_BASE] = registry.open(
      handle,
      tables.firstChain[template]!,
      tables.chainCount[template]!,
    );
    if (countdowns[template]! > 0) this.fillCountdowns(session, source, template);
    const at = sessions.wideOf(session);
    sessions.wide[at | START_NS] = start.atNs;
    sessions.wide[at | ORDINAL] = this.started++;
    sessions.wide[at | ROOT_ORDER] = this.state.takeOrder(tables.rootRows[template]!);
    words[session | REMAINING] = tables.rowCount[template]!;
    words[session | NEXT_ROOT] = tables.firstRow[template]!;
    words[session | ROOTS_AFTER] = tables.rootRows[template]! - 1;
    if (start.atNs < (this.state.options.resultsFromNs ?? 0)) words[session | STATUS]! |= EARLY;
    this.drawStability(session);
    this.pushRoot(session);
  }

  private pushRoot(session: number): void {
    const { sessions, templates, arrivals } = this.state;
    const { words, wide } = sessions;
    const { delays } = templates[words[session | SOURCE]!]!;
    const row = words[session | NEXT_ROOT]!;
    const at = sessions.wideOf(session);
    words[session | SCHEDULED]!++;
    arrivals.push(
      wide[at | START_NS]! + delays[delayAt(row)]!,
      wide[at | ROOT_ORDER]!++,
      session,
      row,
    );
  }

  private fillCountdowns(session: number, source: number, template: number): void {
    const { sessions, templates } = this.state;
    const { joins, joinsFrom, countdowns } = templates[source]!;
    const count = countdowns[template]!;
    const from = joinsFrom[template]!;
    const place = sessions.takeCountdowns(count);
    sessions.words[session | COUNTDOWNS] = place;
    for (let at = 0; at < count; at++) sessions.countdowns[place + at] = joins[from + at]!;
  }

  private drawStability(session: number): void {
    const { words } = this.state.sessions;
    const unstable = this.unstableShare > 0 && this.state.options.random() < this.unstableShare;
    const status = words[session | STATUS]! & ~UNSTABLE;
    words[session | STATUS] = unstable ? status | UNSTABLE : status;
  }

  private pull(place: number): void {
    const start = this.upcoming[place]!;
    const { source } = this.state.templates[place]!;
    const before = start.atNs;
    start.inputTokens = 0;
    start.outputTokens = 0;
    if (!source.next(start)) start.atNs = Infinity;
    else if (!(start.atNs >= before)) {
      throw new RangeError(
        `source ${place}: a session at ${start.atNs} ns comes after ${before} ns`,
      );
    }
  }

  private findNext(): void {
    let nextNs = Infinity;
    for (const { atNs } of this.upcoming) if (atNs < nextNs) nextNs = atNs;
    this.nextNs = nextNs;
  }
}
