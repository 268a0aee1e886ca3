/**
 * Worked out by hand for a unit of 8 test-small GPUs: chunks of 1,024 tokens, 160 sequences,
 * 800,000 tokens of KV; an iteration takes 10 ms + 0.25 ms a prefilled token + 0.0625 ms
 * a sequence.
 */
import { describe, expect, it } from "vitest";
import { aggregatedRate, decodeRate, prefillRate } from "../../src/baselines/dynamo-capacity.ts";
import { unitModel } from "../../src/baselines/unit-model.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";

const UNIT = unitModel(aSmallFleet(), "Aggregated");

describe("a unit that only prefills", () => {
  it.each([
    // 2,048 uncached: two passes of 10 + 256 ms = 0.532 s.
    ["two full chunks", 4_096, 0.5, 1 / 0.532],
    // 1,500: 266 ms, then 10 + 476 x 0.25 = 129 ms.
    ["a chunk and a half", 1_500, 0, 1 / 0.395],
    // The queue has no term: one prompt after the other is all it knows.
    ["a short one", 400, 0.5, 1 / (0.01 + 200 * 0.000_25)],
  ])("%s", (_, inputTokens, hitRate, turnsPerSecond) => {
    const turn = { inputTokens, outputTokens: 100, hitRate };
    expect(prefillRate(UNIT, turn)).toBeCloseTo(turnsPerSecond, 9);
  });
});

describe("a unit that only decodes", () => {
  const turn = { inputTokens: 1_000, outputTokens: 200, hitRate: 0.9 };

  it("takes the largest batch inside the target", () => {
    // 10 + 80 x 0.0625 = 15 ms: 80 turns of 200 tokens each in 3 s.
    expect(decodeRate(UNIT, turn, 0.015)).toBeCloseTo(80 / 3, 6);
  });

  it("ends at max_num_seqs", () => {
    // 160 turns: 10 + 10 = 20 ms an iteration, 4 s a turn.
    expect(decodeRate(UNIT, turn, 1)).toBeCloseTo(40, 9);
  });

  it("ends where KV does, of whole prompts: hits make no turn smaller", () => {
    // 800,000 / (99,900 + 100) = 8 turns: 10.5 ms, 2.1 s a turn.
    const long = { inputTokens: 99_900, outputTokens: 200, hitRate: 0.99 };
    expect(decodeRate(UNIT, long, 1)).toBeCloseTo(8 / 2.1, 9);
  });

  it("serves one turn at a time where not even that meets the target", () => {
    expect(decodeRate(UNIT, turn, 0.001)).toBeCloseTo(1 / (200 * 0.010_062_5), 9);
  });
});

describe("a unit that does both", () => {
  /** 1,000 uncached of 4,000: five prefilled tokens an iteration for every turn that decodes. */
  const turn = { inputTokens: 4_000, outputTokens: 200, hitRate: 0.75 };
  const rate = (ttftS: number, itlS: number): number => aggregatedRate(UNIT, turn, { ttftS, itlS });

  it("takes the largest batch inside the target between tokens", () => {
    // 10 + n x (5 x 0.25 + 0.0625) ms <= 50 ms: n = 30, 49.375 ms.
    expect(rate(2.5, 0.05)).toBeCloseTo(30 / (200 * 0.049_375), 9);
  });

  it("takes the largest batch inside the target of the first", () => {
    // Two passes of 1,000 + 5n tokens beside n turns: 20 + 0.25 x (1,000 + 5n) + 2n x 0.0625
    // = 270 + 1.375n ms <= 300 ms: n = 21; 10 + 21 x 1.3125 = 37.5625 ms an iteration.
    expect(rate(0.3, 1)).toBeCloseTo(21 / (200 * 0.037_562_5), 9);
  });

  it("counts one turn at a time where not even that meets the targets", () => {
    expect(rate(2.5, 0.001)).toBeCloseTo(1 / (200 * 0.011_312_5), 9);
  });

  it("balances whole prompts with outputs, cached or not", () => {
    // 1,024 - 20,000 / 20 = 24 turns, though 99 % of the prompt is cached: ten tokens an iteration
    // and turn, 10 + 24 x (2.5 + 0.0625) = 71.5 ms.
    const cached = { inputTokens: 20_000, outputTokens: 20, hitRate: 0.99 };
    const found = aggregatedRate(UNIT, cached, { ttftS: 60, itlS: 1 });
    expect(found).toBeCloseTo(24 / (20 * 0.071_5), 9);
  });
});
