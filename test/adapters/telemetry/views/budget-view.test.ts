import { describe, expect, it } from "vitest";
import { budgetView } from "../../../../src/adapters/telemetry/views/budget-view.ts";
import type { CompiledFleet, CompiledPrice } from "../../../../src/core/compiled.ts";
import { rackCount, usd, usdPerHour } from "../../../../src/core/units.ts";
import { aGroup } from "../../../support/reports/compiled.ts";
import { aReport } from "../../../support/reports/report.ts";

type Budget = NonNullable<CompiledFleet["budget"]>;

/** The five racks of the calm tick at `price`, of which `committed` are. */
function plannedUsdPerDay(
  appliesTo: Budget["appliesTo"],
  price: CompiledPrice | null,
  committed = 2,
) {
  const group = aGroup();
  const [fleet] = group.fleets;
  if (fleet === undefined) throw new Error("the group has a fleet");
  const supply = { kind: "Reserved", committedRacks: rackCount(committed), windows: [] } as const;
  const pools = group.pools.map((pool) => ({ ...pool, supply, price }));
  const budget = { usdPerDay: usd(20_000), appliesTo, replaceLostRack: true };
  const report = aReport({ group: { ...group, pools } });
  return budgetView({ ...fleet, budget }, report).budget?.plannedUsdPerDay;
}

const PRICE: CompiledPrice = { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" };

describe("the view of a budget", () => {
  it("counts racks above the commitment, or all", () => {
    expect(plannedUsdPerDay("AboveCommitment", PRICE)).toBe(3 * 100 * 24);
    expect(plannedUsdPerDay("Everything", PRICE)).toBe(5 * 100 * 24);
  });

  it("is not known without a price, where one is needed", () => {
    expect(plannedUsdPerDay("Everything", null)).toBeNull();
    expect(plannedUsdPerDay("AboveCommitment", null, 5)).toBe(0);
  });

  it("is absent where the fleet has none", () => {
    const report = aReport();
    const [fleet] = report.group.fleets;
    expect(fleet && budgetView({ ...fleet, budget: null }, report)).toEqual({});
  });
});
