import type { SessionStart, TurnTemplates } from "../../../src/traces/turn-templates.ts";
import type { NaiveEvent } from "./naive-events.ts";
import { blocksOf, chainOf, entry, type NaiveChain } from "./naive-prompts.ts";

/** One run through a template. */
export interface NaiveSession {
  readonly number: number;
  readonly templates: TurnTemplates;
  /** What chains that all sessions share are named after. */
  readonly source: string;
  readonly start: Readonly<SessionStart>;
  /** Predecessors that each row still waits for. */
  readonly waitsFor: Map<number, number>;
  /** Rows that are due but have not arrived. */
  readonly due: Map<number, NaiveEvent>;
  completedRows: number;
  over: boolean;
  /** From where on its prompts are unlike any other; null where they are stable. */
  unstableFromTokens: number | null;
}

export interface RowPrompt {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly promptBlocks: readonly string[];
  readonly outputBlocks: readonly string[];
}

const firstRow = ({ templates, start }: NaiveSession): number =>
  entry(templates.sessions.firstRow, start.template);

export const rowCount = ({ templates, start }: NaiveSession): number =>
  entry(templates.sessions.rowCount, start.template);

/** @returns rows without predecessors */
export const rootRows = (session: NaiveSession): readonly number[] =>
  Array.from(
    { length: entry(session.templates.sessions.rootRows, session.start.template) },
    (_, index) => firstRow(session) + index,
  );

export const delayNs = ({ templates }: NaiveSession, row: number): number =>
  entry(templates.rows.delayNs, row);

export const joins = ({ templates }: NaiveSession, row: number): number =>
  entry(templates.rows.joins, row);

export function successors({ templates }: NaiveSession, row: number): readonly number[] {
  const { successorStart, successors } = templates.rows;
  return Array.from(successors.slice(entry(successorStart, row), entry(successorStart, row + 1)));
}

/**
 * @returns what the row asks for; an unstable session's blocks are unlike any other's.
 * The last token of an output is never fed back, so a block that it would fill is none.
 */
export function promptOf(session: NaiveSession, row: number): RowPrompt {
  const { rows, blockTokens } = session.templates;
  const { inputTokens = 0, outputTokens = 0 } = session.start;
  const anonymous = inputTokens > 0;
  const input = anonymous ? inputTokens : entry(rows.inputTokens, row);
  const output = anonymous ? outputTokens : entry(rows.outputTokens, row);
  const prompt = anonymous ? Math.floor(input / blockTokens) : entry(rows.promptBlocks, row);
  const full = anonymous ? Math.floor((input + output) / blockTokens) : entry(rows.fullBlocks, row);
  const cacheable = Math.min(full, Math.floor((input + output - 1) / blockTokens));
  const path = blocksOf(pathOf(session, row, prompt), Math.max(prompt, cacheable));
  return {
    inputTokens: input,
    outputTokens: output,
    promptBlocks: path.slice(0, prompt),
    outputBlocks: path.slice(prompt),
  };
}

/** The prompt's path is a part of the path that its output is appended to. */
function pathOf(session: NaiveSession, row: number, promptBlocks: number): NaiveChain {
  const { templates, number, source, unstableFromTokens } = session;
  const owner = `session ${number}`;
  const parent = chainOf(templates, entry(templates.rows.fullChain, row), { owner, source });
  const from =
    unstableFromTokens === null ? Infinity : Math.floor(unstableFromTokens / templates.blockTokens);
  return promptBlocks > from ? { name: `${owner} row ${row}`, parent, from } : parent;
}
