import type { ImportEdge } from "./import-edges.ts";
import type { Offence } from "./offence.ts";

const REMEDY = "No import cycles, of types neither: move what both need into a third file.";

/** @returns one offence for every group of files that import each other. */
export function importCycles(edges: readonly ImportEdge[]): readonly Offence[] {
  const groups = new StronglyConnected(targetsByFile(edges)).groups();
  return groups.map((group) => {
    const [first = ""] = group;
    const others = group.slice(1).join(", ");
    return { path: first, line: 0, found: `imports itself through ${others}`, remedy: REMEDY };
  });
}

function targetsByFile(edges: readonly ImportEdge[]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const { from, target } of edges) {
    if (target !== null) targets.set(from, [...(targets.get(from) ?? []), target]);
  }
  return targets;
}

/** Strongly connected components in one depth-first pass: Tarjan, SIAM J. Comput. 1(2), 1972. */
class StronglyConnected {
  readonly #targets: ReadonlyMap<string, readonly string[]>;
  /** Order of discovery. */
  readonly #index = new Map<string, number>();
  /** The earliest file on the stack that can be reached. */
  readonly #low = new Map<string, number>();
  readonly #stack: string[] = [];
  readonly #groups: string[][] = [];

  constructor(targets: ReadonlyMap<string, readonly string[]>) {
    this.#targets = targets;
  }

  /** @returns the components of two files or more, each sorted. */
  groups(): readonly (readonly string[])[] {
    for (const file of this.#targets.keys()) if (!this.#index.has(file)) this.#visit(file);
    return this.#groups;
  }

  #visit(file: string): void {
    const index = this.#index.size;
    this.#index.set(file, index);
    this.#low.set(file, index);
    this.#stack.push(file);
    for (const target of this.#targets.get(file) ?? []) this.#follow(file, target);
    if (this.#low.get(file) === index) this.#close(file);
  }

  #follow(file: string, target: string): void {
    if (!this.#index.has(target)) {
      this.#visit(target);
      this.#lower(file, this.#low.get(target));
    } else if (this.#stack.includes(target)) {
      this.#lower(file, this.#index.get(target));
    }
  }

  #lower(file: string, reached = Number.POSITIVE_INFINITY): void {
    this.#low.set(file, Math.min(this.#low.get(file) ?? reached, reached));
  }

  #close(file: string): void {
    const group = this.#stack.splice(this.#stack.indexOf(file));
    if (group.length > 1) this.#groups.push(group.toSorted());
  }
}
