import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recommend, refusal } from "../../../src/studies/evaluate/recommend.ts";
import type { Differences } from "../../../src/studies/evaluate/recommend.ts";

const range = (low: number, high: number) => ({ mean: (low + high) / 2, low, high });
const aMatch = (recorded: number, replayed: number) => ({
  fleet: "agents/coder",
  objective: "ttft",
  recorded,
  replayed,
});
const found = (
  attainment: readonly [number, number],
  cost: readonly [number, number],
  blocks = 14,
): Differences => ({
  blocks,
  attainment: range(...attainment),
  cost: range(...cost),
  costBefore: 10_000,
  unit: "USD",
});

describe("a simulation of the recorded past", () => {
  it.each([
    ["meets it", [aMatch(0.98, 0.975), aMatch(0.99, 0.99)], null],
    ["is a point off at most", [aMatch(0.98, 0.9701)], null],
    ["is further off", [aMatch(0.99, 0.99), aMatch(0.98, 0.9699)], "refused"],
    ["is better than the past", [aMatch(0.9, 0.95)], "refused"],
    ["has nothing to be held against", [], "refused"],
  ])("%s", (_, matches, verdict) => {
    expect(refusal(matches)?.verdict ?? null).toBe(verdict);
  });

  it("that is off says where and by how much", () => {
    expect(refusal([aMatch(0.95, 0.9)])?.text).toBe(
      "objective ttft of agents/coder was 95.00 % as recorded and is 90.00 % when the same " +
        "policy is simulated: more than 1.00 points apart, so the simulation is no judge of " +
        "another policy",
    );
  });
});

describe("a candidate", () => {
  it.each([
    ["better, at the same cost", [0.01, 0.02], [-40, 40], "adopt"],
    ["better and cheaper", [0.01, 0.02], [-900, -100], "adopt"],
    ["as good, and cheaper", [-0.0005, 0.0005], [-900, -100], "adopt"],
    ["better and dearer", [0.01, 0.02], [100, 900], "trade-off"],
    ["worse and cheaper", [-0.02, -0.01], [-900, -100], "trade-off"],
    ["worse, at the same cost", [-0.02, -0.01], [-40, 40], "keep"],
    ["as good, and dearer", [-0.0005, 0.0005], [100, 900], "keep"],
    ["perhaps better, perhaps worse", [-0.02, 0.02], [-40, 40], "not-sure"],
    ["perhaps worse, and cheaper", [-0.02, 0.01], [-900, -100], "not-sure"],
    ["perhaps cheaper", [-0.0005, 0.0005], [-900, 100], "not-sure"],
  ] as const)("%s", (_, attainment, cost, verdict) => {
    expect(recommend(found(attainment, cost)).verdict).toBe(verdict);
  });

  it("is not judged by a single block", () => {
    expect(recommend(found([0.01, 0.02], [-9, -1], 1)).verdict).toBe("not-sure");
  });

  it("of which nothing is sure comes with how much more there has to be", () => {
    const { text } = recommend(found([-0.01, 0.03], [-1_000, 1_200]));
    expect(text).toContain("over 14 blocks");
    expect(text).toMatch(/about 5[67] blocks would show them/);
  });

  it("that is surely dearer needs more blocks for what it attains, not for what it costs", () => {
    const { text } = recommend(found([-0.001, 0.003], [400, 440], 6));
    expect(text).toMatch(/about 24 blocks would show them/);
  });

  it("is never adopted when it may be worse by more than a tenth of a point", () => {
    const share = fc.double({ min: -0.1, max: 0.1, noNaN: true });
    const usd = fc.double({ min: -2_000, max: 2_000, noNaN: true });
    fc.assert(
      fc.property(share, share, usd, usd, (a, b, c, d) => {
        const attainment = [Math.min(a, b), Math.max(a, b)] as const;
        const cost = [Math.min(c, d), Math.max(c, d)] as const;
        const { verdict } = recommend(found(attainment, cost));
        if (verdict === "adopt") expect(attainment[0]).toBeGreaterThanOrEqual(-0.001);
        if (verdict === "keep") expect(attainment[0] > 0 && cost[1] < 0).toBe(false);
      }),
    );
  });
});
