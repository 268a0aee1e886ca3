/** Names for the blocks of a turn, equal where two turns share them. */
import type { TurnTemplates } from "../../traces/turn-templates.ts";

export interface TurnBlocks {
  readonly templates: TurnTemplates;
  /** Number of the source and of the session: what a chain that is not shared belongs to. */
  readonly source: number;
  readonly session: number;
  readonly row: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** @returns a key for each whole block of prompt and output, from the root on */
export function blockKeys(turn: TurnBlocks): readonly string[] {
  const { rows, blockTokens } = turn.templates;
  const whole = Math.floor((turn.inputTokens + turn.outputTokens) / blockTokens);
  const chains = chainsOf(turn.templates, rows.fullChain[turn.row] ?? -1, whole);
  return chains.map((chain, depth) => {
    const shared = turn.templates.chains.shared[chain] === 1;
    return `${turn.source}/${shared ? "all" : turn.session}/${chain}/${depth}`;
  });
}

/** @returns the static chain of each of the first `blocks` blocks of the path to `last` */
function chainsOf({ chains }: TurnTemplates, last: number, blocks: number): readonly number[] {
  const path = Array.from({ length: blocks }, () => last);
  let chain = last;
  while ((chains.parent[chain] ?? -1) >= 0) {
    const from = chains.from[chain] ?? 0;
    chain = chains.parent[chain] ?? -1;
    path.fill(chain, 0, from);
  }
  return path;
}
