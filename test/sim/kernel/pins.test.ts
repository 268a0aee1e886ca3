import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { FROM, Holdings, PIN_END } from "../../../src/sim/kernel/holdings.ts";
import { Pins } from "../../../src/sim/kernel/pins.ts";

function pinned() {
  const chains = createChainRegistry();
  const holdings = new Holdings(chains, false);
  const holding = holdings.add(chains.fork(-1, 0), 0);
  return { pins: new Pins(), words: holdings.pool.words, holding };
}

describe("pins of a holding", () => {
  it("always end where the deepest of them ends, in whatever order they come and go", () => {
    const depths = fc.array(fc.record({ depth: fc.integer({ min: 1, max: 5 }), at: fc.nat() }));
    fc.assert(
      fc.property(depths, (drawn) => {
        const { pins, words, holding } = pinned();
        const held: number[] = [];
        for (const { depth, at } of drawn) {
          const [removed] = at % 2 === 0 ? held.splice(at % (held.length + 1), 1) : [];
          if (removed !== undefined) pins.remove(words, holding, removed);
          else {
            held.push(depth);
            pins.add(words, holding, depth);
          }
          const deepest = Math.max(0, ...held);
          expect(pins.count(words, holding)).toEqual({ turns: held.length, deepest });
        }
      }),
    );
  });

  it.each([[3], [9]])("are not removed at %i where no turn pins", (depth) => {
    const { pins, words, holding } = pinned();
    for (const each of [8, 5, 2]) pins.add(words, holding, each);
    expect(() => pins.remove(words, holding, depth)).toThrow(`no turn pins up to ${depth}`);
  });

  it("are forgotten at once", () => {
    const { pins, words, holding } = pinned();
    for (const each of [8, 5, 5, 2]) pins.add(words, holding, each);
    pins.clear(words, holding);
    expect(pins.count(words, holding).turns).toBe(0);
    expect(words[holding + PIN_END]).toBe(words[holding + FROM]);
  });
});
