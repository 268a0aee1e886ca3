import { describe, expect, it } from "vitest";
import { supplyGauges } from "../../../src/adapters/telemetry/supply-samples.ts";
import { poolViews } from "../../../src/adapters/telemetry/views/pool-views.ts";
import { EMPTY_MEMORY, EMPTY_POOL_MEMORY, type OutOfStock } from "../../../src/core/memory.ts";
import { START } from "../../support/reports/observed.ts";
import { aReport, poolDecided } from "../../support/reports/report.ts";

const SHORTAGE: OutOfStock = {
  kind: "late",
  since: START,
  tries: 2,
  failedAt: START,
  until: START,
  current: true,
};

function outOfStock(shortage: OutOfStock | undefined, waitedMs: readonly number[] = []) {
  const awaited = waitedMs.map((waited) => ({ phase: "Requested" as const, waitedMs: waited }));
  const report = aReport({ pools: [poolDecided([], { awaited })] });
  const pool = { ...EMPTY_POOL_MEMORY, ...(shortage && { outOfStock: shortage }) };
  const memory = { ...EMPTY_MEMORY, pools: { "gb200-east": pool } };
  return poolViews(report).flatMap((view) => supplyGauges(view, { memory }));
}

describe("supply", () => {
  it.each([
    ["none", undefined, []],
    ["one that lasts", SHORTAGE, ["late"]],
    ["one that is over", { ...SHORTAGE, current: false }, []],
  ])("names the shortage: %s", (_name, shortage, kinds) => {
    const named = outOfStock(shortage)
      .filter(({ metric, value }) => metric === "breakwater_pool_out_of_stock" && value === 1)
      .map(({ labels }) => labels.shortage);
    expect(named).toEqual(kinds);
  });

  it.each([
    [[], 0],
    [[90_000, 30_000], 90],
  ])("says how long the oldest of %o ms is waited for", (waited, seconds) => {
    expect(outOfStock(undefined, waited)).toContainEqual({
      metric: "breakwater_oldest_awaited_rack_seconds",
      labels: { pool: "gb200-east" },
      value: seconds,
    });
  });
});
