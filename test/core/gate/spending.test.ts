import { describe, expect, it } from "vitest";
import { spendingBeside, unpaidRacks, usdPerDayOf } from "../../../src/core/gate/spending.ts";
import { rackCount, usd, usdPerHour } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aPool } from "../../support/reports/compiled.ts";

const CODER = "agents/coder";
const OTHER = "agents/other";

const fleet = aSmallFleet({
  budget: { usdPerDay: usd(1_000), appliesTo: "AboveCommitment", replaceLostRack: true },
});
const pool = (name: string, committed: number, price: number | null) =>
  aPool(name, {
    supply: { kind: "Reserved", committedRacks: rackCount(committed), windows: [] },
    price: price === null ? null : { usdPerRackHour: usdPerHour(price), billedFrom: "Booted" },
  });
const held = (coder: number, other = 0) => ({
  [CODER]: rackCount(coder),
  [OTHER]: rackCount(other),
});

describe("what a fleet spends beside its share of a pool", () => {
  const here = pool("here", 2, 100);

  it.each([
    ["nothing without other pools", [], {}, 0],
    ["racks above the commitment", [pool("there", 2, 50)], { there: held(5) }, 3 * 50 * 24],
    ["nothing within it", [pool("there", 5, 50)], { there: held(5) }, 0],
    ["all but what others leave of it", [pool("there", 4, 50)], { there: held(3, 2) }, 50 * 24],
    ["all where others use it up", [pool("there", 2, 50)], { there: held(3, 4) }, 3 * 50 * 24],
    ["unknown without a price", [pool("there", 0, null)], { there: held(1) }, null],
    ["nothing of what it does not hold", [pool("there", 0, null)], { there: held(0, 3) }, 0],
    [
      "the sum of several",
      [pool("there", 0, 50), pool("far", 0, 10)],
      { there: held(1), far: held(2) },
      (50 + 20) * 24,
    ],
  ])("is %s", (_, others, asked, usdPerDay) => {
    const pools = [here, ...others];
    const all = { here: held(9, 3), ...asked };
    const found = spendingBeside(fleet, here, { pools, asked: all, count: 12 });
    expect(found).toEqual({ othersInPool: 3, elsewhereUsdPerDay: usdPerDay });
  });

  it.each([
    ["all that others hold", 12, 3],
    ["all of it where the count is not known", null, 3],
    ["no more of it than the count: the rest is on its way out", 1, 1],
  ])("leaves out %s", (_, count, others) => {
    const asked = { here: held(9, 3) };
    expect(spendingBeside(fleet, here, { pools: [here], asked, count }).othersInPool).toBe(others);
  });

  it("takes what is committed for the fleet's, but for what others hold", () => {
    expect([0, 1, 2, 5].map((others) => unpaidRacks(fleet, here, others))).toEqual([2, 2, 2, 5]);
  });

  it("needs no price for no racks", () => {
    expect([0, -2, 1].map((racks) => usdPerDayOf(racks, pool("p", 0, null)))).toEqual([0, 0, null]);
  });
});
