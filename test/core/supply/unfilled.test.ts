import { describe, expect, it } from "vitest";
import type { AwaitedRack } from "../../../src/core/decision.ts";
import type { OutOfStock } from "../../../src/core/memory.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { noticeStock } from "../../../src/core/supply/backoff.ts";
import { poolSupply, racksHandedOut } from "../../../src/core/supply/unfilled.ts";
import type { SupplyInput } from "../../../src/core/supply/unfilled.ts";
import { HOUR_MS, after, rackCount } from "../../../src/core/units.ts";
import { NOW, aPoolObservation, aRack, someRacks } from "../../support/builders/observed.ts";

const waiting = (count: number, phase: AwaitedRack["phase"] = "Requested"): AwaitedRack[] =>
  Array.from({ length: count }, () => ({ phase, waitedMs: 0 }));
const stockout = (): OutOfStock | undefined =>
  noticeStock(undefined, { problem: "stockout", delivered: false, now: NOW });

const supplyOf = (changes: Partial<SupplyInput> = {}) =>
  poolSupply({
    awaited: waiting(4),
    count: aPoolObservation(8).count,
    onCalendar: Number.POSITIVE_INFINITY,
    outOfStock: undefined,
    withinMs: HOUR_MS,
    now: NOW,
    ...changes,
  });

describe("racks asked for that are not there", () => {
  it("are counted on while nothing is wrong", () => {
    expect(supplyOf()).toMatchObject({ unfilled: 4, uncounted: 0, shortage: null, askable: true });
  });

  it("are counted on by chance, in whole racks, while the pool is out of stock", () => {
    // One hour out of three and one: a quarter of four racks.
    expect(supplyOf({ outOfStock: stockout() })).toMatchObject({ uncounted: 3, askable: false });
    const later = { outOfStock: stockout(), now: after(NOW, HOUR_MS) };
    expect(supplyOf(later)).toMatchObject({ uncounted: 4, askable: true });
  });

  it("cannot be withdrawn once they are handed out", () => {
    expect(supplyOf({ awaited: waiting(4, "Provisioning") }).unfilled).toBe(0);
  });

  it("come in no case after their window", () => {
    expect(supplyOf({ onCalendar: 5 })).toMatchObject({ ended: 3, uncounted: 3, unfilled: 4 });
    expect(supplyOf({ onCalendar: 0, awaited: waiting(2, "Provisioning") })).toMatchObject({
      ended: 2,
      unfilled: 2,
    });
  });

  it("say nothing while the object cannot be read", () => {
    expect(supplyOf({ count: null })).toMatchObject({ unfilled: 0, uncounted: 0 });
  });
});

describe("racks below which no count is lowered", () => {
  it.each([
    ["those with nodes", someRacks(3), undefined, 3],
    ["those handed out, where that is said", someRacks(3), 5, 5],
    ["loose nodes too, as the racks they make at least", [aRack(UNLABELLED, { nodes: 19 })], 1, 2],
  ])("%s", (_, racks, granted, expected) => {
    const count = granted === undefined ? {} : { granted: rackCount(granted) };
    expect(racksHandedOut(racks, count, 18)).toBe(expected);
  });
});
