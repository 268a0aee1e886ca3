/** Templates as a test writes them down. */
import type {
  SessionSource,
  SessionStart,
  TurnTemplates,
} from "../../../src/traces/turn-templates.ts";

export interface ChainSketch {
  /** Static id; null for a root. */
  readonly parent: number | null;
  readonly from: number;
  readonly shared?: boolean;
}

export interface RowSketch {
  readonly input: number;
  readonly output: number;
  /** Static id of the chain in which the prompt ends; where the output goes on, if elsewhere. */
  readonly chain: number;
  readonly fullChain?: number;
  readonly delayNs: number;
  /** Predecessors, as rows of the session. Rows without any come first, ordered by their delay. */
  readonly after?: readonly number[];
}

export interface SessionSketch {
  /** Own chains; static ids go on from the session before, after all shared chains. */
  readonly chains: readonly ChainSketch[];
  readonly rows: readonly RowSketch[];
}

export interface TemplatesSketch {
  readonly blockTokens: number;
  readonly shared: readonly ChainSketch[];
  readonly sessions: readonly SessionSketch[];
}

/** @returns the tables that the sketch stands for */
export function templatesOf({ blockTokens, shared, sessions }: TemplatesSketch): TurnTemplates {
  const chains = [...shared, ...sessions.flatMap((session) => session.chains)];
  const firstRow = starts(sessions.map(({ rows }) => rows.length));
  const firstChain = starts(
    sessions.map((session) => session.chains.length),
    shared.length,
  );
  const rows = sessions.flatMap((session, index) => {
    const base = firstRow[index] ?? 0;
    return session.rows.map((row, at) => ({ ...row, next: nextRows(session, at, base) }));
  });
  const blocks = (tokens: number): number => Math.floor(tokens / blockTokens);
  const full = rows.map(({ input, output }) => blocks(input + output));
  return {
    blockTokens,
    chains: {
      parent: Int32Array.from(chains, ({ parent }) => parent ?? -1),
      from: Int32Array.from(chains, ({ from }) => from),
      to: Int32Array.from(chains, () => Math.max(0, ...full)),
      shared: Uint8Array.from(chains, (chain) => (chain.shared === true ? 1 : 0)),
    },
    rows: {
      inputTokens: Int32Array.from(rows, ({ input }) => input),
      outputTokens: Int32Array.from(rows, ({ output }) => output),
      promptChain: Int32Array.from(rows, ({ chain }) => chain),
      promptBlocks: Int32Array.from(rows, ({ input }) => blocks(input)),
      fullChain: Int32Array.from(rows, ({ chain, fullChain }) => fullChain ?? chain),
      fullBlocks: Int32Array.from(full),
      delayNs: Float64Array.from(rows, ({ delayNs }) => delayNs),
      joins: Int32Array.from(rows, ({ after }) => after?.length ?? 0),
      successorStart: Int32Array.from([
        ...starts(rows.map(({ next }) => next.length)),
        total(rows),
      ]),
      successors: Int32Array.from(rows.flatMap(({ next }) => next)),
    },
    sessions: {
      firstRow: Int32Array.from(firstRow),
      rowCount: Int32Array.from(sessions, (session) => session.rows.length),
      rootRows: Int32Array.from(sessions, (session) => session.rows.filter(isRoot).length),
      firstChain: Int32Array.from(firstChain),
      chainCount: Int32Array.from(sessions, (session) => session.chains.length),
    },
  };
}

/** @returns a source of these sessions, in order of their start */
export function sourceOf(
  templates: TurnTemplates,
  starts: readonly Readonly<SessionStart>[],
): SessionSource {
  const left = [...starts];
  return {
    templates,
    next(start) {
      const next = left.shift();
      if (next !== undefined) Object.assign(start, next);
      return next !== undefined;
    },
  };
}

const isRoot = ({ after = [] }: RowSketch): boolean => after.length === 0;

const nextRows = ({ rows }: SessionSketch, at: number, base: number): readonly number[] =>
  rows.flatMap(({ after = [] }, index) => (after.includes(at) ? [base + index] : []));

const total = (rows: readonly { readonly next: readonly number[] }[]): number =>
  rows.reduce((sum, { next }) => sum + next.length, 0);

function starts(lengths: readonly number[], first = 0): readonly number[] {
  let at = first;
  return lengths.map((length) => (at += length) - length);
}
