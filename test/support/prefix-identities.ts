/** Prefixes of templates spelled out block by block, to be compared with what they were made of. */
import type { TurnTemplates } from "../../src/traces/turn-templates.ts";

/** @returns the identity of each block of a prefix, first to last */
export function blocksOf(
  { chains }: TurnTemplates,
  chain: number,
  blocks: number,
): readonly string[] {
  const identities: string[] = [];
  let end = blocks;
  for (let at = chain; at >= 0; at = chains.parent[at] ?? -1) {
    const from = chains.from[at] ?? 0;
    for (let depth = end - 1; depth >= from; depth -= 1) identities[depth] = `${at}:${depth}`;
    end = Math.min(end, from);
  }
  return identities;
}

/** @returns how many leading elements two lists have in common */
export function commonPrefix<T>(a: readonly T[], b: readonly T[]): number {
  const different = a.findIndex((each, i) => each !== b[i]);
  return different < 0 ? Math.min(a.length, b.length) : different;
}

/** @throws when a table breaks a rule of the contract: ranges, order, parents before children */
export function checkTemplates({ chains, rows, sessions }: TurnTemplates): void {
  const expectThat = (fact: boolean, what: string): void => {
    if (!fact) throw new Error(what);
  };
  chains.parent.forEach((parent, chain) => {
    expectThat(parent < chain, `chain ${chain} comes before its parent`);
    expectThat((chains.from[chain] ?? 0) <= (chains.to[chain] ?? 0), `chain ${chain} is backwards`);
    expectThat(
      parent < 0 ? chains.from[chain] === 0 : (chains.from[chain] ?? 0) <= (chains.to[parent] ?? 0),
      `chain ${chain} leaves its parent where that is not`,
    );
    expectThat(chains.shared[chain] === 0 || parent < 0 || chains.shared[parent] === 1, "shared");
  });
  sessions.firstRow.forEach((first, session) => {
    const count = sessions.rowCount[session] ?? 0;
    const roots = sessions.rootRows[session] ?? 0;
    const delays = rows.delayNs.subarray(first, first + roots);
    expectThat(String(delays) === String(delays.toSorted()), "roots are ordered by delay");
    const seen = new Int32Array(count);
    for (let row = 0; row < count; row += 1) {
      const at = first + row;
      expectThat((rows.joins[at] === 0) === row < roots, `row ${row} is at the wrong place`);
      expectThat((rows.outputTokens[at] ?? 0) >= 1, "at least one output token");
      expectThat((rows.promptBlocks[at] ?? 0) <= (rows.fullBlocks[at] ?? 0), "prompt <= full");
      const from = rows.successorStart[at];
      for (const next of rows.successors.subarray(from, rows.successorStart[at + 1])) {
        seen[next - first] = (seen[next - first] ?? 0) + 1;
      }
    }
    expectThat(String(seen) === String(rows.joins.subarray(first, first + count)), "joins");
  });
}
