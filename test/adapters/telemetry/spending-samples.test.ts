import { describe, expect, it } from "vitest";
import { spendingGauges } from "../../../src/adapters/telemetry/spending-samples.ts";
import { rackCount, usd, usdPerHour } from "../../../src/core/units.ts";
import { aFleet, aGroup, aPool } from "../../support/reports/compiled.ts";
import { aReport, poolDecided } from "../../support/reports/report.ts";

const PRICE = { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" } as const;
const COMMITTED = { kind: "Reserved", committedRacks: rackCount(3), windows: [] } as const;
const budget = (appliesTo: "AboveCommitment" | "Everything") => ({
  usdPerDay: usd(6_000),
  appliesTo,
  replaceLostRack: false,
});

function valuesFor(changes: {
  readonly priced?: boolean;
  readonly appliesTo?: "AboveCommitment" | "Everything";
  readonly racks?: number | null;
}) {
  const { priced = true, appliesTo, racks = 5 } = changes;
  const pool = aPool("gb200-east", { supply: COMMITTED, price: priced ? PRICE : null });
  const fleet = aFleet("coder", { budget: appliesTo === undefined ? null : budget(appliesTo) });
  const desiredRacks = racks === null ? null : rackCount(racks);
  const report = aReport({
    group: aGroup({ pools: [pool], fleets: [fleet] }),
    pools: [poolDecided([], { desiredRacks })],
  });
  const named = spendingGauges(report).map(({ metric, value }) => [
    metric.replace("breakwater_", ""),
    value,
  ]);
  return Object.fromEntries(named);
}

describe("money", () => {
  it.each([
    [
      "five racks, three of them committed",
      {},
      { pool_cost_usd_per_hour: 500, pool_marginal_cost_usd_per_hour: 200 },
    ],
    [
      "two racks of a commitment of three: all three are paid for",
      { racks: 2 },
      { pool_cost_usd_per_hour: 300, pool_marginal_cost_usd_per_hour: 0 },
    ],
    [
      "a budget above the commitment",
      { appliesTo: "AboveCommitment" },
      { budget_usd_per_day: 6_000, budget_used_usd_per_day: 4_800 },
    ],
    ["a budget of everything", { appliesTo: "Everything" }, { budget_used_usd_per_day: 12_000 }],
  ] as const)("%s", (_name, changes, expected) => {
    expect(valuesFor(changes)).toMatchObject(expected);
  });

  it.each([
    ["no price", { priced: false }],
    ["a count that nobody could read", { racks: null }],
  ])("with %s, costs are absent rather than 0", (_name, changes) => {
    expect(valuesFor({ ...changes, appliesTo: "Everything" })).toEqual({
      pool_committed_racks: 3,
      budget_usd_per_day: 6_000,
    });
  });
});
