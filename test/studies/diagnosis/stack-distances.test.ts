import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StackDistances } from "../../../src/studies/diagnosis/stack-distances.ts";
import { compileHashedTurns } from "../../../src/traces/templates/hash-templates.ts";
import { draws } from "../../support/draws.ts";

/** A prompt as the words it is made of: two that begin alike share the blocks of that. */
type Prompt = readonly number[];

const prefixesOf = (prompt: Prompt): readonly string[] =>
  prompt.map((_, at) => prompt.slice(0, at + 1).join("/"));

/** A cache of one size, as a list of prefixes, the last used first. */
function naiveHits(prompts: readonly Prompt[], size: number): number {
  let cache: readonly string[] = [];
  let hits = 0;
  for (const prompt of prompts) {
    const blocks = prefixesOf(prompt);
    const missing = blocks.findIndex((block) => !cache.includes(block));
    hits += missing < 0 ? blocks.length : missing;
    cache = [...blocks, ...cache.filter((block) => !blocks.includes(block))].slice(0, size);
  }
  return hits;
}

/** Every block a chain of its own. */
function blockByBlock(prompts: readonly Prompt[], maxBlocks: number): StackDistances {
  const ids = new Map<string, number>();
  const parent: number[] = [];
  const from: number[] = [];
  const ends = prompts.map((prompt) => {
    let last = -1;
    for (const [depth, prefix] of prefixesOf(prompt).entries()) {
      const known = ids.get(prefix) ?? parent.length;
      if (known === parent.length) {
        ids.set(prefix, known);
        parent.push(last);
        from.push(depth);
      }
      last = known;
    }
    return { chain: last, blocks: prompt.length };
  });
  const chains = { parent: Int32Array.from(parent), from: Int32Array.from(from) };
  return passOver(new StackDistances(chains, maxBlocks), ends);
}

/** Prefixes in common are runs, as readers of recordings make them. */
function byExtents(prompts: readonly Prompt[], maxBlocks: number): StackDistances {
  const ids = new Map<string, number>();
  const idOf = (prefix: string): number => {
    const id = ids.get(prefix) ?? ids.size;
    ids.set(prefix, id);
    return id;
  };
  const turns = prompts.map((prompt, at) => ({
    atNs: at,
    inputTokens: 2 * prompt.length,
    outputTokens: 1,
    hashIds: prefixesOf(prompt).map(idOf),
  }));
  const { chains, rows } = compileHashedTurns(turns, { blockTokens: 2 });
  const ends = prompts.map((prompt, row) => ({
    chain: rows.promptChain[row] ?? -1,
    blocks: prompt.length,
  }));
  return passOver(new StackDistances(chains, maxBlocks), ends);
}

function passOver(
  pass: StackDistances,
  ends: readonly { readonly chain: number; readonly blocks: number }[],
): StackDistances {
  ends.forEach(({ chain, blocks }, at) =>
    pass.use({ chain, blocks, lookupBlocks: blocks, atMs: at, endMs: at }),
  );
  return pass;
}

const hitsAt = (pass: StackDistances, size: number): number => {
  const hits = pass.hitsBySize();
  return hits[Math.min(size, hits.length - 1)] ?? 0;
};

const prompts = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 30,
});
const WAYS = [
  ["block by block", blockByBlock],
  ["by extents", byExtents],
] as const;

describe.each(WAYS)("hits of every size in one pass, %s", (_name, pass) => {
  it("are those of a cache of that size", () => {
    fc.assert(
      fc.property(prompts, (of) => {
        const found = pass(of, 10_000);
        for (let size = 0; size <= 60; size += 1) {
          expect(hitsAt(found, size)).toBe(naiveHits(of, size));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("are exact up to the bound on memory", () => {
    fc.assert(
      fc.property(prompts, fc.integer({ min: 1, max: 12 }), (of, maxBlocks) => {
        const found = pass(of, maxBlocks);
        for (let size = 0; size <= maxBlocks; size += 1) {
          expect(hitsAt(found, size)).toBe(naiveHits(of, size));
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Long enough to number the turns anew several times. */
function longStream(turns: number, distinct: number): readonly Prompt[] {
  const { uniform } = draws(7);
  return Array.from({ length: turns }, () => [Math.floor(uniform() * distinct)]);
}

describe("a long stream", () => {
  it("is exact when its turns are numbered anew", () => {
    const of = longStream(20_000, 40);
    const found = blockByBlock(of, 1_000);
    for (const size of [1, 7, 20, 39, 40]) expect(hitsAt(found, size)).toBe(naiveHits(of, size));
  });

  it("holds no more than the bound", () => {
    const found = blockByBlock(longStream(50_000, 30_000), 500);
    expect(found.held.blocks).toBeLessThanOrEqual(500);
    // Chains are forgotten with the slots of their turns: 4,096 of these are held at once.
    expect(found.held.chains).toBeLessThanOrEqual(500 + 4_096);
    expect(found.held.forgotten).toBeGreaterThan(10_000);
  });

  it("has as many hits at the largest size as were found at all", () => {
    const found = blockByBlock(longStream(5_000, 300), 1_000);
    expect(found.hitsBySize().at(-1)).toBe(found.found.hits);
    expect(found.found.lookups).toBe(5_000);
  });
});

describe("times of reuse", () => {
  it("are from the end of the turn before to the arrival of the next", () => {
    const chains = { parent: Int32Array.of(-1), from: Int32Array.of(0) };
    const pass = new StackDistances(chains, 100);
    const turn = { chain: 0, blocks: 10, lookupBlocks: 10 };
    pass.use({ ...turn, atMs: 0, endMs: 1_000 });
    pass.use({ ...turn, atMs: 3_000, endMs: 4_000 });
    pass.use({ ...turn, atMs: 64_000, endMs: 65_000 });
    expect([1_900, 2_100, 59_000, 61_000].map((ms) => pass.reuse.within(ms))).toEqual([
      0, 10, 10, 20,
    ]);
    expect(pass.reuse.whereReused(10)).toBeCloseTo(2_000, -2);
    expect(pass.reuse.whereReused(21)).toBe(Number.POSITIVE_INFINITY);
  });
});
