/** What caches of every size would serve of a recording. */
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import type { LaidTurns } from "./laid-turns.ts";
import { StackDistances } from "./stack-distances.ts";
import type { UseOrder } from "./use-order.ts";

export interface HitCurves {
  readonly promptTokens: number;
  /** Prompt blocks looked for and used, answers included. */
  readonly blocks: number;
  readonly blockTokens: number;
  /** By size in blocks, from 0: blocks served. Beyond the last size nothing more is. */
  readonly hitsBySize: Float64Array;
  readonly pass: StackDistances;
}

/** Sizes beyond are not told apart: 67 M blocks are a thousand million tokens of 16 each. */
const MAX_BLOCKS = 2 ** 26;

export function hitCurves(
  { rows, blockTokens }: TurnTemplates,
  laid: LaidTurns,
  order: UseOrder,
): HitCurves {
  const pass = new StackDistances(laid, MAX_BLOCKS);
  let promptTokens = 0;
  let used = 0;
  for (const row of order.rows) {
    const input = rows.inputTokens[row] ?? 0;
    const blocks = rows.fullBlocks[row] ?? 0;
    promptTokens += input;
    used += blocks;
    pass.use({
      chain: laid.chain[row] ?? -1,
      blocks,
      // One prompt token is always computed.
      lookupBlocks: Math.min(rows.promptBlocks[row] ?? 0, Math.floor((input - 1) / blockTokens)),
      atMs: order.atMs[row] ?? 0,
      endMs: order.endMs[row] ?? 0,
    });
  }
  return { promptTokens, blocks: used, blockTokens, hitsBySize: pass.hitsBySize(), pass };
}

/** @returns share of prompt tokens that an LRU cache of so many tokens serves, 0..1 */
export function hitRateAt(curves: HitCurves, cacheTokens: number): number {
  const { hitsBySize, blockTokens, promptTokens } = curves;
  const size = Math.min(Math.floor(cacheTokens / blockTokens), hitsBySize.length - 1);
  return promptTokens === 0 ? 0 : ((hitsBySize[size] ?? 0) * blockTokens) / promptTokens;
}

/** @returns the smallest cache, in tokens, that serves that share of what any would serve */
export function tokensFor(curves: HitCurves, share: number): number {
  const { hitsBySize, blockTokens } = curves;
  const wanted = share * (hitsBySize.at(-1) ?? 0);
  let [low, high] = [0, hitsBySize.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hitsBySize[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low * blockTokens;
}
