import { describe, expect, it } from "vitest";
import type { AwaitedRack } from "../../../src/core/decision.ts";
import type { PoolCount } from "../../../src/core/observation.ts";
import { poolTimes } from "../../../src/core/racks/lead-time.ts";
import { noticeSupply } from "../../../src/core/supply/notice.ts";
import type { SupplySight } from "../../../src/core/supply/notice.ts";
import { DAY_MS, after, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aPoolObservation } from "../../support/builders/observed.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

const waiting: AwaitedRack = { phase: "Requested", waitedMs: 0 };
const late: AwaitedRack = {
  ...waiting,
  stuck: { step: "grant", waitedMs: 9_000, p99Ms: 1_000, nodes: [], text: "" },
};

function noticed(stock: PoolCount["stock"], changes: Partial<SupplySight> = {}) {
  const { count } = aPoolObservation(4);
  const [pool, fleets] = [aPool("gb200-east"), [aSmallFleet()]];
  return noticeSupply({
    pool,
    fleets,
    times: poolTimes(pool, fleets, undefined),
    count: count && { ...count, stock },
    awaited: [waiting],
    came: false,
    memory: aPoolMemory(4),
    now: NOW,
    ...changes,
  });
}

describe("a shortage", () => {
  it.each(["stockout", "quota", "reservation", "permission", "other"] as const)(
    "is what the object says: %s",
    (stock) => {
      expect(noticed(stock).memory.outOfStock).toMatchObject({ kind: stock, since: NOW });
    },
  );

  it.each(["unknown", "available"] as const)("is none where the object says %s", (stock) => {
    expect(noticed(stock).memory.outOfStock).toBeUndefined();
  });

  it("is it too when racks are late and the object says nothing", () => {
    expect(noticed("unknown", { awaited: [late] }).memory.outOfStock?.kind).toBe("late");
  });

  it("stands while the object cannot be read", () => {
    const { memory } = noticed("stockout");
    expect(noticed("unknown", { memory, count: null }).memory.outOfStock).toBe(memory.outOfStock);
  });

  it("is over when what was asked for has come", () => {
    const { memory } = noticed("stockout");
    expect(noticed("unknown", { memory, awaited: [], came: true }).memory).not.toHaveProperty(
      "outOfStock",
    );
  });

  it("is none that a block has ended", () => {
    const pool = aPool("gb200-east", {
      supply: { kind: "Calendar", committedRacks: rackCount(0), windows: [] },
    });
    const { supply, memory } = noticed("stockout", { pool });
    expect(memory.outOfStock).toBeUndefined();
    expect(supply).toMatchObject({ ended: 1, unfilled: 1, uncounted: 1 });
  });
});

it("racks that were given back for arriving in part are forgotten after a day", () => {
  const memory = aPoolMemory(4, { givenBack: { half: NOW } });
  expect(noticed("unknown", { memory, now: after(NOW, DAY_MS) }).memory).not.toHaveProperty(
    "givenBack",
  );
  expect(noticed("unknown", { memory }).memory.givenBack).toEqual({ half: NOW });
});
