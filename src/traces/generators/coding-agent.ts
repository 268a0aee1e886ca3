/**
 * Coding-agent sessions with the statistics of 710 recorded ones (callanjfox/kv-cache-tester,
 * Apache-2.0): turns, pauses, new tokens, answers, context sizes, compactions, sub-agents.
 */
import type { SessionRecord, SessionRow } from "../records.ts";
import type { Draws } from "../sources/draws.ts";
import { quantileTable } from "./quantile-table.ts";
import { stratified } from "./stratified.ts";

/** Published: turns of a session p50 46, p99 342. */
const TURNS = quantileTable([
  [0.02, 3],
  [0.1, 7],
  [0.25, 17],
  [0.5, 46],
  [0.75, 95],
  [0.9, 158],
  [0.99, 342],
  [0.998, 560],
]);
/** Published: p50 9, p90 71, p99 612 s after a tool call; the ends are those of the recording. */
const TOOL_PAUSE_S = quantileTable([
  [0.01, 3],
  [0.1, 4],
  [0.5, 9],
  [0.9, 71],
  [0.99, 612],
  [0.999, 3_058],
]);
/** Published: p50 127, p90 1,893, p99 15,050 s after an answer that ended the agent's turn. */
const USER_PAUSE_S = quantileTable([
  [0.01, 2],
  [0.1, 8],
  [0.5, 127],
  [0.9, 1_893],
  [0.99, 15_050],
  [0.999, 50_000],
]);
/** Share of answers that end the agent's turn instead of calling a tool. */
const USER_TURNS = 0.06;
/** Published: p50 216, p90 898, p99 3,687. */
const OUTPUT_TOKENS = quantileTable([
  [0.01, 59],
  [0.1, 107],
  [0.5, 216],
  [0.9, 898],
  [0.99, 3_687],
  [0.999, 7_700],
]);
/** Tool results and questions: what a prompt adds to the one before and its answer. */
const ADDED_TOKENS = quantileTable([
  [0.01, 5],
  [0.1, 20],
  [0.25, 60],
  [0.5, 240],
  [0.75, 900],
  [0.9, 2_600],
  [0.99, 11_000],
  [0.999, 50_000],
]);
/** Tool definitions and system prompts come in so many variants; sessions of one share a prefix. */
const VARIANTS = 40;
const TOOL_TOKENS = quantileTable([
  [0.05, 9_000],
  [0.5, 12_439],
  [0.95, 13_200],
]);
const SYSTEM_TOKENS = quantileTable([
  [0.05, 2_000],
  [0.5, 2_770],
  [0.95, 4_400],
]);
/** Of a first prompt, what comes after the system prompt: most begin anew, some are resumed. */
const OPENING_TOKENS = quantileTable([
  [0.1, 900],
  [0.4, 5_000],
  [0.6, 12_000],
  [0.75, 80_000],
  [0.95, 110_000],
]);
/** Sessions on a model with a window of a million tokens. */
const WIDE_SHARE = 0.18;
const WIDE_OPENING_TOKENS = quantileTable([
  [0.1, 40_000],
  [0.5, 150_000],
  [0.9, 400_000],
  [0.98, 700_000],
]);
/** Context at which it is compacted: a window of 200,000 tokens less what is kept free. */
const LIMIT_TOKENS = quantileTable([
  [0.1, 130_000],
  [0.5, 160_000],
  [0.9, 185_000],
]);
const WIDE_LIMIT_TOKENS = quantileTable([
  [0.1, 350_000],
  [0.5, 500_000],
  [0.9, 850_000],
]);
/** What is left of a context that was compacted. */
const KEPT_SHARE = quantileTable([
  [0.1, 0.2],
  [0.5, 0.45],
  [0.9, 0.8],
]);
/** Turns whose prompt was rendered anew behind its first part, without becoming shorter. */
const RERENDERED = 0.005;
const RERENDERED_FROM = { low: 0.05, high: 0.35 } as const;
/** Turns that changed something in the last part of their context. */
const EDITED = 0.02;
const EDITED_FROM = { low: 0.75, high: 0.97 } as const;
/** Share of sessions with sub-agents, and how many those have on average. */
const WITH_SUBAGENTS = 0.03;
const SUBAGENTS_MEAN = 3;
const SUBAGENT_TURNS = quantileTable([
  [0.02, 2],
  [0.5, 10],
  [0.98, 24],
]);
const SUBAGENT_OPENING_TOKENS = 9_800;
const SUBAGENT_PAUSE_S = 4;

const BLOCK_TOKENS = 64;
/** Median service time of the recording: it only places sub-agents beside the main agent. */
const SERVICE_MS = 6_100;
const MS_PER_SECOND = 1_000;
const MAIN_AGENT = 0;

/** @returns so many sessions; the same draws give the same sessions */
export function codingAgentSessions(count: number, draws: Draws): readonly SessionRecord[] {
  const variants = Array.from({ length: VARIANTS }, () => ({
    toolTokens: Math.round(TOOL_TOKENS(draws.uniform())),
    systemTokens: Math.round(SYSTEM_TOKENS(draws.uniform())),
  }));
  const turns = stratified(count, draws);
  return Array.from({ length: count }, (_, i) => {
    // Squared: a few variants have most of the sessions, as with releases of one tool.
    const favoured = draws.uniform() * draws.uniform();
    const variant = variants[Math.floor(favoured * VARIANTS)] ?? { toolTokens: 0, systemTokens: 0 };
    const share = turns[i] ?? 0;
    const session = new SessionWriter(variant, isWide(Math.floor(share * count)), draws);
    const rows = session.rows(Math.round(TURNS(share)));
    return { id: `generated-${i}`, blockTokens: BLOCK_TOKENS, ...variant, rows };
  });
}

/** Evenly over short and long sessions: which ones are wide moves the high quantiles. */
const isWide = (rank: number): boolean =>
  Math.floor((rank + 1) * WIDE_SHARE) > Math.floor(rank * WIDE_SHARE);

type Prefix = Pick<SessionRecord, "toolTokens" | "systemTokens">;

/** A row, and the one it was derived from before rows of several agents were put in order. */
interface Drafted {
  readonly row: Omit<SessionRow, "prefixRow">;
  readonly prefix: Drafted | null;
}

class SessionWriter {
  readonly #prefixTokens: number;
  readonly #wide: boolean;
  readonly #draws: Draws;
  readonly #limitTokens: number;
  #agents = MAIN_AGENT;

  constructor({ toolTokens, systemTokens }: Prefix, wide: boolean, draws: Draws) {
    this.#prefixTokens = toolTokens + systemTokens;
    this.#wide = wide;
    this.#draws = draws;
    this.#limitTokens = (wide ? WIDE_LIMIT_TOKENS : LIMIT_TOKENS)(draws.uniform());
  }

  rows(turns: number): readonly SessionRow[] {
    const main = this.#mainAgent(turns);
    const drafts = [...main, ...this.#subAgents(main)].toSorted(
      (a, b) => a.row.atMs - b.row.atMs || a.row.agent - b.row.agent,
    );
    const place = new Map(drafts.map((draft, index) => [draft, index]));
    return drafts.map(({ row, prefix }) => ({
      ...row,
      prefixRow: prefix === null ? -1 : (place.get(prefix) ?? -1),
    }));
  }

  #mainAgent(turns: number): readonly Drafted[] {
    const opening = (this.#wide ? WIDE_OPENING_TOKENS : OPENING_TOKENS)(this.#draws.uniform());
    const first = this.#first(this.#prefixTokens + opening, 0, MAIN_AGENT);
    const drafts = [first];
    while (drafts.length < turns) drafts.push(this.#following(drafts.at(-1) ?? first));
    return drafts;
  }

  #first(inputTokens: number, atMs: number, agent: number): Drafted {
    const row = this.#row({ inputTokens, sharedTokens: 0, atMs, thinkMs: 0, agent });
    return { row, prefix: null };
  }

  #following(before: Drafted): Drafted {
    const uniform = (): number => this.#draws.uniform();
    const { inputTokens, outputTokens } = before.row;
    const pauseS = (uniform() < USER_TURNS ? USER_PAUSE_S : TOOL_PAUSE_S)(uniform());
    const thinkMs = Math.round(pauseS * MS_PER_SECOND);
    const at = { atMs: before.row.atMs + SERVICE_MS + thinkMs, thinkMs, agent: before.row.agent };
    if (inputTokens > this.#limitTokens) {
      const kept = Math.max(this.#prefixTokens, KEPT_SHARE(uniform()) * inputTokens);
      const sharedTokens = Math.min(this.#prefixTokens, inputTokens);
      return { row: this.#row({ ...at, inputTokens: kept, sharedTokens }), prefix: before };
    }
    const grown = inputTokens + outputTokens + ADDED_TOKENS(uniform());
    const share = sharedShare(this.#draws);
    const sharedTokens = Math.max(share * inputTokens, Math.min(this.#prefixTokens, inputTokens));
    return { row: this.#row({ ...at, inputTokens: grown, sharedTokens }), prefix: before };
  }

  /** Each starts behind a turn of the main agent, and calls its tools without long pauses. */
  #subAgents(main: readonly Drafted[]): readonly Drafted[] {
    if (this.#draws.uniform() >= WITH_SUBAGENTS) return [];
    const count = Math.max(1, Math.round(this.#draws.exponential() * SUBAGENTS_MEAN));
    return Array.from({ length: count }, () => {
      const parent = main[Math.floor(this.#draws.uniform() * main.length)];
      return parent === undefined ? [] : this.#subAgent(parent);
    }).flat();
  }

  #subAgent(parent: Drafted): readonly Drafted[] {
    this.#agents += 1;
    const atMs = parent.row.atMs + SERVICE_MS;
    const first = this.#first(SUBAGENT_OPENING_TOKENS, atMs, this.#agents);
    const drafts = [first];
    const turns = Math.round(SUBAGENT_TURNS(this.#draws.uniform()));
    while (drafts.length < turns) drafts.push(this.#subFollowing(drafts.at(-1) ?? first));
    return drafts;
  }

  #subFollowing(before: Drafted): Drafted {
    const { atMs, agent, ...lengths } = before.row;
    const sharedTokens = lengths.inputTokens;
    const added = ADDED_TOKENS(this.#draws.uniform());
    const inputTokens = sharedTokens + lengths.outputTokens + added;
    const thinkMs = Math.round(SUBAGENT_PAUSE_S * MS_PER_SECOND * this.#draws.exponential());
    const at = { atMs: atMs + SERVICE_MS + thinkMs, thinkMs, agent };
    return { row: this.#row({ ...at, inputTokens, sharedTokens }), prefix: before };
  }

  #row(draft: RowDraft): Omit<SessionRow, "prefixRow"> {
    const { sharedTokens, ...row } = draft;
    const inputTokens = Math.round(draft.inputTokens);
    const promptBlocks = Math.floor(inputTokens / BLOCK_TOKENS);
    return {
      ...row,
      inputTokens,
      outputTokens: Math.round(OUTPUT_TOKENS(this.#draws.uniform())),
      sharedBlocks: Math.min(Math.floor(sharedTokens / BLOCK_TOKENS), promptBlocks),
      promptBlocks,
      serviceMs: SERVICE_MS,
    };
  }
}

/** @returns how much of the prompt before a turn leaves as it was */
function sharedShare(draws: Draws): number {
  const kind = draws.uniform();
  if (kind >= RERENDERED + EDITED) return 1;
  const { low, high } = kind < RERENDERED ? RERENDERED_FROM : EDITED_FROM;
  return low + (high - low) * draws.uniform();
}

interface RowDraft {
  readonly inputTokens: number;
  readonly sharedTokens: number;
  readonly atMs: number;
  readonly thinkMs: number;
  readonly agent: number;
}
