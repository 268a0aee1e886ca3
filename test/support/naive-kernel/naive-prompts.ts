/** Prompts as lists of block identities: a block is its chain and its depth, nothing else. */
import type { TurnTemplates } from "../../../src/traces/turn-templates.ts";

export interface NaiveChain {
  readonly name: string;
  readonly parent: NaiveChain | null;
  /** Depth of its first block. */
  readonly from: number;
}

/** @returns identities of the first `blocks` blocks of the path that ends in `chain` */
export const blocksOf = (chain: NaiveChain, blocks: number): readonly string[] =>
  Array.from({ length: blocks }, (_, depth) => blockAt(chain, depth));

function blockAt(chain: NaiveChain, depth: number): string {
  let owner = chain;
  while (owner.parent !== null && depth < owner.from) owner = owner.parent;
  return `${owner.name}/${depth}`;
}

/** @returns entry `index` of a table. @throws where the table has no such entry */
export function entry(table: ArrayLike<number>, index: number): number {
  const value = table[index];
  if (value === undefined) throw new Error(`no entry ${index} in a table of ${table.length}`);
  return value;
}

/**
 * @param owner name of the session that runs the template; shared chains are named after `source`
 * @returns the chain with static id `chain`
 */
export function chainOf(
  templates: TurnTemplates,
  chain: number,
  names: { readonly owner: string; readonly source: string },
): NaiveChain {
  const { parent, from, shared } = templates.chains;
  if (chain < 0) return { name: "no chain", parent: null, from: 0 };
  const above = entry(parent, chain);
  return {
    name: `${entry(shared, chain) === 1 ? names.source : names.owner}.${chain}`,
    parent: above < 0 ? null : chainOf(templates, above, names),
    from: entry(from, chain),
  };
}
