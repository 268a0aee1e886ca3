/**
 * A recording's prefixes laid anew, with some turns mended: a mended turn continues the chain of
 * the turn it follows, as a turn without the fault does, and what later turns had in common with it
 * they still have.
 */
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import type { Divergence } from "./divergences.ts";
import type { TurnRelations } from "./turn-relations.ts";

export interface LaidTurns {
  readonly parent: Int32Array;
  readonly from: Int32Array;
  /** Per row the chain in which its prompt and answer end. */
  readonly chain: Int32Array;
}

interface Laying {
  readonly parent: number[];
  readonly from: number[];
  readonly to: number[];
  readonly chain: Int32Array;
}

/** @param mended of these turns the fault is taken out */
export function layTurns(
  { rows }: TurnTemplates,
  { base, baseBlocks }: TurnRelations,
  mended: Iterable<Divergence>,
): LaidTurns {
  const repairs = new Map<number, Divergence>();
  for (const divergence of mended) repairs.set(divergence.row, divergence);
  const laying: Laying = { parent: [], from: [], to: [], chain: new Int32Array(base.length) };
  for (let row = 0; row < base.length; row += 1) {
    const repair = repairs.get(row);
    const blocks = rows.fullBlocks[row] ?? 0;
    const behind = repair?.previous ?? base[row] ?? -1;
    const shared = repair === undefined ? (baseBlocks[row] ?? 0) : repair.reachBlocks;
    laying.chain[row] = lay(laying, { behind, shared: Math.min(shared, blocks), blocks });
  }
  const { parent, from, chain } = laying;
  return { parent: Int32Array.from(parent), from: Int32Array.from(from), chain };
}

interface Place {
  /** Row whose path it leaves; -1: it begins by itself. */
  readonly behind: number;
  readonly shared: number;
  readonly blocks: number;
}

/** @returns the chain in which the path ends: the other's own where it is only made longer */
function lay(laying: Laying, { behind, shared, blocks }: Place): number {
  const { parent, from, to } = laying;
  let holder = behind < 0 || shared === 0 ? -1 : (laying.chain[behind] ?? -1);
  while (holder >= 0 && (from[holder] ?? 0) >= shared) holder = parent[holder] ?? -1;
  if (holder >= 0 && blocks <= shared) return holder;
  if (holder >= 0 && to[holder] === shared) {
    to[holder] = blocks;
    return holder;
  }
  parent.push(holder);
  from.push(holder < 0 ? 0 : shared);
  to.push(blocks);
  return parent.length - 1;
}
