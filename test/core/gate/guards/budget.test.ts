import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledPool } from "../../../../src/core/compiled.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { budgetGuard, overBudget } from "../../../../src/core/gate/guards/budget.ts";
import { rackCount, usd, usdPerHour } from "../../../../src/core/units.ts";
import { aSmallFleet } from "../../../support/builders/compiled.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aPool } from "../../../support/reports/compiled.ts";

/** 100 USD an hour are 2,400 a day; five racks are committed. */
const pool = (price: number | null): Partial<CompiledPool> => ({
  supply: { kind: "Reserved", committedRacks: rackCount(5), windows: [] },
  price: price === null ? null : { usdPerRackHour: usdPerHour(price), billedFrom: "Booted" },
});
const fleet = (usdPerDay: number, appliesTo: "AboveCommitment" | "Everything") =>
  ({
    budget: { usdPerDay: usd(usdPerDay), appliesTo, replaceLostRack: true },
  }) satisfies Partial<CompiledFleet>;
const above = (usdPerDay: number) => fleet(usdPerDay, "AboveCommitment");
const everything = (usdPerDay: number) => fleet(usdPerDay, "Everything");

describe("the budget guard", () => {
  it.each([
    ["without a budget", {}, pool(null), 9],
    ["within the commitment, price unknown", above(0), pool(null), 5],
    ["a rack above the commitment that is paid for", above(2_400), pool(100), 6],
    ["everything within the budget", everything(14_400), pool(100), 6],
  ])("passes growth %s", (_, changes, supply, to) => {
    const context = aGateContext({ fleet: changes, pool: supply });
    expect(budgetGuard.check(growthTo(to), context)).toEqual(PASS);
  });

  it.each([
    ["two racks above, one paid for", above(2_400), 7, 6],
    ["nothing above is paid for", above(0), 7, 5],
    ["everything counts", everything(12_000), 7, 5],
  ])("limits growth: %s", (_, changes, to, limit) => {
    const context = aGateContext({ fleet: changes, pool: pool(100) });
    expect(budgetGuard.check(growthTo(to), context)).toMatchObject({
      kind: "Limit",
      to: limit,
      reason: { code: "budget" },
    });
  });

  it.each([
    ["the budget is spent", everything(9_600), pool(100), "budget"],
    ["INV-14: the price is unknown", above(1e9), pool(null), "price-unknown"],
    ["INV-14: even for part of it", everything(1e9), pool(null), "price-unknown"],
  ])("holds growth: %s", (_, changes, supply, code) => {
    const context = aGateContext({ fleet: changes, pool: supply });
    expect(budgetGuard.check(growthTo(7), context)).toMatchObject({
      kind: "Hold",
      reason: { code },
    });
  });

  it.each([
    ["is beyond it", true, 100, { kind: "Pass" }],
    ["counts where the fleet says so", false, 100, { kind: "Hold" }],
    ["INV-14: counts while its price is unknown", true, null, { kind: "Hold" }],
  ])("a rack in place of a lost one %s", (_, replaceLostRack, price, expected) => {
    const budget = { usdPerDay: usd(9_600), appliesTo: "Everything", replaceLostRack } as const;
    const scene = { fleet: { budget }, pool: pool(price) };
    const context = aGateContext(scene, { replacedRacks: 1 });
    expect(budgetGuard.check(growthTo(5), context)).toMatchObject(expected);
  });

  it("never holds scale-in", () => {
    const context = aGateContext({ fleet: everything(0), pool: pool(null) });
    expect(budgetGuard.check(A_SHRINK, context)).toEqual(PASS);
  });
});

describe("the budget of a fleet with several pools, or with others in its pool", () => {
  it.each([
    ["what goes to its other pools is spent", above(4_800), { elsewhereUsdPerDay: 2_400 }, 6],
    ["more than all of it is spent elsewhere", above(2_400), { elsewhereUsdPerDay: 9_600 }, 5],
    ["racks of others within the commitment take it up", above(2_400), { othersInPool: 3 }, 6],
    ["racks of others are theirs to pay for", above(0), { othersInPool: 6 }, 6],
    ["theirs do not count where all counts", everything(2_400), { othersInPool: 4 }, 5],
  ])("limits growth: %s", (_, changes, spent, limit) => {
    const spending = { othersInPool: 0, elsewhereUsdPerDay: 0, ...spent };
    const context = aGateContext({ fleet: changes, pool: pool(100) }, { spending });
    expect(budgetGuard.check(growthTo(8), context)).toMatchObject({ kind: "Limit", to: limit });
  });

  it("INV-14: holds where nobody knows what its other pools cost", () => {
    const spending = { othersInPool: 0, elsewhereUsdPerDay: null };
    const context = aGateContext({ fleet: above(1e9), pool: pool(100) }, { spending });
    expect(budgetGuard.check(growthTo(7), context)).toMatchObject({
      kind: "Hold",
      reason: { code: "price-unknown" },
    });
  });
});

describe("overBudget", () => {
  it("says how many racks a day's money pays for", () => {
    const why = overBudget(aSmallFleet(above(5_000)), {
      pool: aPool("gb200-east", pool(100)),
      to: 8,
    });
    expect(why?.text).toContain("5000 USD a day pay for 7 racks");
  });
});
