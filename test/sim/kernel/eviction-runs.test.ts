import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockNs, type Evicting, EvictionRuns } from "../../../src/sim/kernel/eviction-runs.ts";
import { endNs } from "../../../src/sim/kernel/iteration-stretch.ts";
import {
  CARRY_SUBS,
  DECODERS,
  FIRST_SUBS,
  STARTED_NS,
  STEP_SUBS,
} from "../../../src/sim/kernel/replicas.ts";

const BLOCKS = 12;

const stretches: fc.Arbitrary<Evicting> = fc
  .record({
    startedNs: fc.nat(1e9),
    firstSubs: fc.integer({ min: 1_024, max: 1e6 }),
    stepSubs: fc.nat(1e4),
    carrySubs: fc.nat(1_023),
    sequences: fc.integer({ min: 1, max: 40 }),
    free: fc.nat(60),
    blockTokens: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ startedNs, firstSubs, stepSubs, carrySubs, sequences, free, blockTokens }) => {
    const words = new Float64Array(32);
    words[STARTED_NS] = startedNs;
    words[FIRST_SUBS] = firstSubs;
    words[STEP_SUBS] = stepSubs;
    words[CARRY_SUBS] = carrySubs;
    words[DECODERS] = sequences;
    return { words, at: 0, free, blockTokens };
  });

/** Iteration by iteration: when each of the first blocks goes, counted from block 1. */
function evictions({ words, at, free, blockTokens }: Evicting): readonly number[] {
  const times: number[] = [];
  let left = free;
  for (let begun = 1; times.length < BLOCKS; begun++) {
    left -= words[at + DECODERS] ?? 0;
    for (; left < 0; left += blockTokens) times.push(endNs(words, at, begun));
  }
  return times.slice(0, BLOCKS);
}

describe("a run of evictions", () => {
  it("always takes each block when the tokens of an iteration need its room", () => {
    fc.assert(
      fc.property(stretches, (evicting) => {
        const times = evictions(evicting).map((_, index) => blockNs(evicting, index + 1));
        expect(times).toEqual(evictions(evicting));
      }),
    );
  });

  it("always shows at an instant the blocks that went up to it, and no other", () => {
    fc.assert(
      fc.property(stretches, fc.nat(BLOCKS - 2), fc.nat(2), (evicting, before, offset) => {
        const times = evictions(evicting);
        const runs = new EvictionRuns();
        const run = runs.add(evicting, BLOCKS, 100);
        for (const time of times.slice(before)) {
          const untilNs = time + offset - 1;
          if (untilNs < (times[before] ?? 0)) continue;
          const gone = times.filter((at) => at <= untilNs).length;
          expect(runs.isOver(run, untilNs)).toBe(gone === BLOCKS);
          if (gone < BLOCKS) expect(runs.endAt(run, untilNs)).toBe(100 + BLOCKS - gone);
        }
        expect(runs.lastEnd(run)).toBe(100);
      }),
    );
  });

  it("keeps what it was told however many there are, and its place is used again", () => {
    const evicting = { words: new Float64Array(32).fill(1), at: 0, free: 0, blockTokens: 1 };
    const runs = new EvictionRuns();
    const added = Array.from({ length: 1_000 }, (_, end) => runs.add(evicting, 2, end));
    expect(added.map((run) => runs.lastEnd(run))).toEqual(added.map((_, end) => end));
    for (const run of added.slice(0, 10)) runs.give(run);
    const again = Array.from({ length: 10 }, () => runs.add(evicting, 2, 7));
    expect(new Set([...added, ...again]).size).toBe(1_000);
  });
});
