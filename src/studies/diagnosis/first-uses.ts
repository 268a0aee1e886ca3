import type { ChainTable } from "../../traces/turn-templates.ts";

interface Path {
  readonly chain: number;
  readonly blocks: number;
}

/** Who used a block first: rows in order, each with its path. */
export class FirstUses {
  readonly #chains: Pick<ChainTable, "parent" | "from">;
  /** Per chain the depths at which rows first reached further, ascending, and these rows. */
  readonly #depths = new Map<number, { readonly to: number[]; readonly rows: number[] }>();

  constructor(chains: Pick<ChainTable, "parent" | "from">) {
    this.#chains = chains;
  }

  /** @returns the row that first used the deepest block that the path has from others; -1: none */
  add(row: number, { chain, blocks }: Path): { readonly row: number; readonly blocks: number } {
    const { parent, from } = this.#chains;
    let found = { row: -1, blocks: 0 };
    let depth = blocks;
    for (let at = chain; at >= 0; at = parent[at] ?? -1) {
      const begins = from[at] ?? 0;
      if (depth > begins) {
        if (found.row < 0) found = this.#deepest(at, depth);
        this.#reach(at, depth, row);
      }
      depth = Math.min(depth, begins);
    }
    return found;
  }

  #deepest(chain: number, depth: number): { readonly row: number; readonly blocks: number } {
    const { to, rows } = this.#depths.get(chain) ?? { to: [], rows: [] };
    const blocks = Math.min(depth, to.at(-1) ?? 0);
    const at = to.findIndex((reached) => reached >= blocks);
    return at < 0 ? { row: -1, blocks: 0 } : { row: rows[at] ?? -1, blocks };
  }

  #reach(chain: number, depth: number, row: number): void {
    const known = this.#depths.get(chain) ?? { to: [], rows: [] };
    if (depth <= (known.to.at(-1) ?? 0)) return;
    known.to.push(depth);
    known.rows.push(row);
    this.#depths.set(chain, known);
  }
}
