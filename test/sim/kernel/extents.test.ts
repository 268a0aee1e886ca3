import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { Extents, NEWER } from "../../../src/sim/kernel/extents.ts";
import { END, Holdings, PIN_END } from "../../../src/sim/kernel/holdings.ts";

/** A holding of 12 blocks, released in three turns: 5 blocks last, then up to 9, then all. */
function threeReleases() {
  const chains = createChainRegistry();
  const holdings = new Holdings(chains, false);
  const holding = holdings.add(chains.fork(-1, 0), 0);
  const { words } = holdings.pool;
  const extents = new Extents();
  const anchor = extents.anchor();
  words[holding + END] = 12;
  for (const depth of [12, 9, 5]) {
    extents.cover(words, holding, depth);
    extents.push(words, holding, depth, anchor);
  }
  const oldest = (): number => extents.pool.words[anchor + NEWER] ?? -1;
  return { words, holding, extents, anchor, oldest };
}

/** Blocks taken by trims of up to `blocks`, until nothing is left. */
function trims(of: ReturnType<typeof threeReleases>, blocks: number): readonly number[] {
  const taken: number[] = [];
  while (of.oldest() !== of.anchor) taken.push(of.extents.trim(of.words, of.oldest(), blocks));
  return taken;
}

describe("extents of a holding", () => {
  it.each([
    [100, [3, 4, 5]],
    [4, [3, 4, 4, 1]],
    [1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ])("are trimmed from the deep end, %i blocks at most from the oldest", (blocks, expected) => {
    const of = threeReleases();
    expect(trims(of, blocks)).toEqual(expected);
    expect(of.words[of.holding + END]).toBe(0);
  });

  it("end where they were covered: what is before it is in use, or released again", () => {
    const of = threeReleases();
    of.extents.cover(of.words, of.holding, 7);
    of.words[of.holding + PIN_END] = 7;
    expect(trims(of, 100)).toEqual([3, 2]);
    expect(of.words[of.holding + END]).toBe(7);
  });

  it("are one again after a release of everything", () => {
    const of = threeReleases();
    of.extents.cover(of.words, of.holding, 12);
    of.extents.push(of.words, of.holding, 12, of.anchor);
    expect(trims(of, 100)).toEqual([12]);
  });
});
