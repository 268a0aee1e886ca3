/**
 * Jobs that send their requests in one burst and share nothing, with the lengths and the burstiness
 * of Azure's LLM inference trace 2023, code (AzurePublicDataset, CC-BY 4.0): at 104 jobs an hour,
 * its 2.52 requests/s.
 */
import type { Draws } from "../sources/draws.ts";
import { TemplateBuilder } from "../templates/template-builder.ts";
import type { RowSpec } from "../templates/template-builder.ts";
import type { TurnTemplates } from "../turn-templates.ts";
import { quantileTable } from "./quantile-table.ts";

/** Published: p50 1,469, p90 5,194, p99 7,436. */
const INPUT_TOKENS = quantileTable([
  [0.01, 60],
  [0.1, 250],
  [0.5, 1_469],
  [0.9, 5_194],
  [0.99, 7_436],
  [0.999, 7_800],
]);
/** Published: p50 13, p90 55, p99 252. */
const OUTPUT_TOKENS = quantileTable([
  [0.01, 5],
  [0.1, 7],
  [0.5, 13],
  [0.9, 55],
  [0.99, 252],
  [0.999, 900],
]);
/**
 * Gaps between requests have a coefficient of variation of 13.2. With n requests a job, all but
 * 1/n of the gaps are about 0 and the others exponential: CV² = 2n − 1, so n = 87.
 */
const REQUESTS_MEAN = 87;
/** Counts per minute have a CV of 1.04; sizes that are geometric and jobs of seconds give 1.06. */
const GAP_SECONDS = 0.1;

const BLOCK_TOKENS = 64;
const NS_PER_SECOND = 1e9;

/** @returns templates of so many jobs; the same draws give the same templates */
export function batchTemplates(count: number, draws: Draws): TurnTemplates {
  const builder = new TemplateBuilder(BLOCK_TOKENS);
  for (let job = 0; job < count; job += 1) addJob(builder, draws);
  return builder.build();
}

function addJob(builder: TemplateBuilder, draws: Draws): void {
  // An exponential rounded up is geometric.
  const requests = Math.max(1, Math.ceil(draws.exponential() * REQUESTS_MEAN));
  const firstChain = builder.nextChain;
  const rows: RowSpec[] = [];
  let delayNs = 0;
  for (let i = 0; i < requests; i += 1) {
    rows.push(request({ chain: firstChain + i, delayNs }, draws));
    delayNs += Math.round(draws.exponential() * GAP_SECONDS * NS_PER_SECOND);
  }
  const chains = rows.map(({ fullBlocks }) => ({ parent: -1, from: 0, to: fullBlocks }));
  builder.addSession(chains, rows);
}

function request(
  { chain, delayNs }: { readonly chain: number; readonly delayNs: number },
  draws: Draws,
): RowSpec {
  const inputTokens = Math.round(INPUT_TOKENS(draws.uniform()));
  const outputTokens = Math.round(OUTPUT_TOKENS(draws.uniform()));
  return {
    inputTokens,
    outputTokens,
    promptChain: chain,
    promptBlocks: Math.floor(inputTokens / BLOCK_TOKENS),
    fullChain: chain,
    fullBlocks: Math.floor((inputTokens + outputTokens) / BLOCK_TOKENS),
    delayNs,
    predecessors: [],
  };
}
