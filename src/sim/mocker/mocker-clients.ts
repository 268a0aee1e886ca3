/** Sessions of the mocker's clients: when each turn comes. They wait for every answer. */
import type { SessionSource, SessionStart } from "../../traces/turn-templates.ts";
import type { Timeline } from "../event-queue.ts";
import { PRIORITY } from "../event-queue.ts";
import { blockKeys } from "./block-keys.ts";
import type { MockerRequest } from "./mocker-worker.ts";

export interface MockerTurn extends MockerRequest {
  readonly arrivalNs: number;
  readonly session: MockerSession;
  readonly row: number;
}

interface MockerSession {
  readonly number: number;
  readonly sourceNumber: number;
  readonly source: SessionSource;
  readonly lengths: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Predecessors that each row still waits for. */
  readonly joins: Map<number, number>;
}

export class MockerClients {
  private readonly timeline: Timeline;
  private readonly arrive: (turn: MockerTurn) => void;
  private sessions = 0;

  constructor(timeline: Timeline, arrive: (turn: MockerTurn) => void) {
    this.timeline = timeline;
    this.arrive = arrive;
  }

  /** Begins to take sessions from a source. */
  follow(source: SessionSource, sourceNumber: number): void {
    const start: SessionStart = { atNs: 0, template: 0 };
    if (!source.next(start)) return;
    const { inputTokens = 0, outputTokens = 0, template } = start;
    this.timeline.schedule(start.atNs, PRIORITY.expire, (at) => {
      const lengths = inputTokens > 0 ? { inputTokens, outputTokens } : null;
      const number = this.sessions;
      this.sessions += 1;
      this.begin({ number, sourceNumber, source, lengths, joins: new Map() }, template, at);
      this.follow(source, sourceNumber);
    });
  }

  /** A turn has its last token: those that waited for it follow. */
  completed({ session, row }: MockerTurn, at: number): void {
    const { rows } = session.source.templates;
    const [from = 0, until = 0] = rows.successorStart.subarray(row, row + 2);
    for (const next of rows.successors.subarray(from, until)) {
      const left = (session.joins.get(next) ?? rows.joins[next] ?? 1) - 1;
      session.joins.set(next, left);
      if (left === 0) this.schedule(session, next, at + (rows.delayNs[next] ?? 0));
    }
  }

  private begin(session: MockerSession, template: number, at: number): void {
    const { rows, sessions } = session.source.templates;
    const first = sessions.firstRow[template] ?? 0;
    const roots = sessions.rootRows[template] ?? 0;
    for (let row = first; row < first + roots; row += 1) {
      this.schedule(session, row, at + (rows.delayNs[row] ?? 0));
    }
  }

  private schedule(session: MockerSession, row: number, at: number): void {
    this.timeline.schedule(at, PRIORITY.arrive, () => this.arrive(turnOf(session, row, at)));
  }
}

function turnOf(session: MockerSession, row: number, arrivalNs: number): MockerTurn {
  const { templates } = session.source;
  const inputTokens = session.lengths?.inputTokens ?? templates.rows.inputTokens[row] ?? 0;
  const outputTokens = session.lengths?.outputTokens ?? templates.rows.outputTokens[row] ?? 1;
  const lengths = { inputTokens, outputTokens };
  const whose = { source: session.sourceNumber, session: session.number };
  const keys = blockKeys({ templates, ...whose, row, ...lengths });
  const progress = { generated: 0, computed: 0, cached: 0, blocks: [] };
  return { arrivalNs, session, row, ...lengths, keys, ...progress };
}
