import { describe, expect, it } from "vitest";
import { causalChanges } from "../../src/oracle/causal.ts";
import type { CausalInput } from "../../src/oracle/causal.ts";
import { millis } from "../../src/core/units.ts";
import { aModel, aWatch, someTerms } from "../support/builders/oracle.ts";

const MINUTE = 60_000;
const minutes = (count: number, turns: number): readonly number[] =>
  Array.from({ length: count }, () => turns);
/** 1,000 turns a minute need one rack, 14,400 two. */
const CALM = aWatch(minutes(60, 1_000));
const RISING = aWatch([...minutes(30, 1_000), ...minutes(30, 14_400)]);

const input = (changes: Partial<CausalInput>): CausalInput => ({
  knowledge: [{ fromMs: 0, offered: CALM }],
  surges: [],
  model: aModel(),
  terms: someTerms({ p95LeadMs: 5 * MINUTE }),
  missedShare: 0.05,
  ...changes,
});

const asMinutes = (changes: Partial<CausalInput>): string =>
  causalChanges(input(changes))
    .map(({ atMs, racks }) => `${atMs / MINUTE}: ${racks}`)
    .join(", ");

describe("the causal reference", () => {
  it.each<[string, Partial<CausalInput>, string]>([
    ["holds what calm demand needs", {}, ""],
    ["gives back what it has too much", { terms: someTerms({ startRacks: 3 }) }, "0: 1"],
    [
      "knows what is no surge a lead time ahead, and a step",
      { knowledge: [{ fromMs: 0, offered: RISING }] },
      "24: 2",
    ],
    [
      "learns of a surge at its onset, and then wants every rack until it is over",
      {
        knowledge: [
          { fromMs: 0, offered: CALM },
          { fromMs: 30 * MINUTE, offered: RISING },
        ],
        surges: [{ atMs: 30 * MINUTE, untilMs: 50 * MINUTE }],
      },
      "30: 3, 50: 2",
    ],
    [
      "never more than there are",
      {
        surges: [{ atMs: 30 * MINUTE, untilMs: 50 * MINUTE }],
        terms: someTerms({ racksAt: (atMs) => (atMs < 40 * MINUTE ? 3 : 2) }),
      },
      "30: 3, 40: 2, 50: 1",
    ],
  ])("%s", (_, changes, expected) => {
    expect(asMinutes(changes)).toBe(expected);
  });

  it("sizes for means of ten minutes, not for the worst one", () => {
    const spiked = { ...CALM, steps: aWatch(minutes(60, 1_000).with(5, 20_000)).steps };
    expect(asMinutes({ knowledge: [{ fromMs: 0, offered: spiked }] })).toBe("");
    expect(asMinutes({ model: aModel({ stepMs: millis(MINUTE) }) })).toBe("");
  });
});
