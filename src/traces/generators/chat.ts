/**
 * Conversations whose statistics are those of Mooncake's conversation trace (kvcache-ai/Mooncake,
 * FAST25, Apache-2.0): long first prompts, few turns, one system prompt for all.
 */
import type { SessionRecord, SessionRow } from "../records.ts";
import type { Draws } from "../sources/draws.ts";
import { quantileTable } from "./quantile-table.ts";

/** Of the prompts that shared no more than the system prompt with an earlier one. */
const OPENING_TOKENS = quantileTable([
  [0.01, 300],
  [0.1, 905],
  [0.25, 1_336],
  [0.5, 5_264],
  [0.75, 13_056],
  [0.9, 25_561],
  [0.99, 89_869],
  [0.999, 123_000],
]);
/** Of the others: what they added to the prompt before and its answer. */
const ADDED_TOKENS = quantileTable([
  [0.01, 5],
  [0.1, 15],
  [0.5, 200],
  [0.75, 2_900],
  [0.9, 9_200],
  [0.99, 26_000],
]);
/** Published: p50 350, p90 597, p99 1,120. */
const OUTPUT_TOKENS = quantileTable([
  [0.01, 3],
  [0.1, 60],
  [0.5, 350],
  [0.9, 597],
  [0.99, 1_120],
  [0.999, 2_000],
]);
/** From one prompt to the next, less some seconds for the answer. */
const PAUSE_S = quantileTable([
  [0.01, 8],
  [0.1, 35],
  [0.5, 114],
  [0.9, 475],
  [0.99, 1_475],
]);
/** Share of answers that are followed by another turn within the hour that was recorded. */
const FOLLOWED = 0.387;
/** Share of followed prompts that come back changed, and from where on: p10 .37, p25 .88. */
const CHANGED = 0.28;
const CHANGED_FROM = { low: 0.1, high: 0.9 } as const;
/** No model of the recording took more. */
const MAX_INPUT_TOKENS = 126_000;

const BLOCK_TOKENS = 64;
/** The one block of 512 tokens that every recorded prompt begins with. */
const SYSTEM_TOKENS = 512;
const MS_PER_SECOND = 1_000;

/** @returns so many sessions; the same draws give the same sessions */
export function chatSessions(count: number, draws: Draws): readonly SessionRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `generated-${i}`,
    blockTokens: BLOCK_TOKENS,
    toolTokens: 0,
    systemTokens: SYSTEM_TOKENS,
    rows: conversation(draws),
  }));
}

function conversation(draws: Draws): readonly SessionRow[] {
  const opening = Math.round(Math.max(SYSTEM_TOKENS, OPENING_TOKENS(draws.uniform())));
  const rows = [
    rowOf({ inputTokens: opening, atMs: 0, thinkMs: 0, before: null, index: 0 }, draws),
  ];
  while (draws.uniform() < FOLLOWED) {
    const before = rows.at(-1);
    const outputTokens = before?.outputTokens ?? 0;
    const thinkMs = Math.round(PAUSE_S(draws.uniform()) * MS_PER_SECOND);
    const added = Math.round(ADDED_TOKENS(draws.uniform()));
    const longer = (before?.inputTokens ?? 0) + outputTokens + added;
    const inputTokens = Math.min(longer, MAX_INPUT_TOKENS);
    const atMs = (before?.atMs ?? 0) + thinkMs;
    rows.push(rowOf({ inputTokens, atMs, thinkMs, before, index: rows.length }, draws));
  }
  return rows;
}

/** @returns how much of the prompt before a turn leaves as it was */
function sharedShare(draws: Draws): number {
  if (draws.uniform() >= CHANGED) return 1;
  return CHANGED_FROM.low + (CHANGED_FROM.high - CHANGED_FROM.low) * draws.uniform();
}

interface RowDraft extends Pick<SessionRow, "inputTokens" | "atMs"> {
  readonly thinkMs: number;
  readonly before: SessionRow | null | undefined;
  readonly index: number;
}

function rowOf({ before, index, ...row }: RowDraft, draws: Draws): SessionRow {
  return {
    ...row,
    outputTokens: Math.round(OUTPUT_TOKENS(draws.uniform())),
    prefixRow: index - 1,
    sharedBlocks: Math.floor((before?.promptBlocks ?? 0) * sharedShare(draws)),
    promptBlocks: Math.floor(row.inputTokens / BLOCK_TOKENS),
    serviceMs: 0,
    agent: 0,
  };
}
