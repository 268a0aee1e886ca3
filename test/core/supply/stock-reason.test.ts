import { describe, expect, it } from "vitest";
import type { ShortageKind } from "../../../src/core/memory.ts";
import { noticeStock } from "../../../src/core/supply/backoff.ts";
import { stockReason } from "../../../src/core/supply/stock-reason.ts";
import { NOW } from "../../support/builders/observed.ts";

const told = (problem: ShortageKind, unfilled = 2) => {
  const shortage = noticeStock(undefined, { problem, delivered: false, now: NOW }) ?? null;
  const rest = { unfilled, uncounted: 1, ended: 0, askable: false };
  return stockReason("gb200-east", { ...rest, shortage });
};

describe("what is told of a pool that is short of racks", () => {
  it.each([
    ["stockout", "the request stays open"],
    ["late", "99 % of racks"],
    ["partial", "too few nodes"],
    ["quota", "raise the account's quota"],
    ["reservation", "check that the reservation is active"],
    ["permission", "give the provider's controller its missing permission"],
    ["other", "conditions and events"],
  ] as const)("%s: since when, and what helps", (kind, remedy) => {
    const why = told(kind);
    expect(why?.code).toBe("stockout");
    expect(why?.text).toContain(`gb200-east: ${kind} since 2027-01-15T08:00Z; `);
    expect(why?.text).toContain(remedy);
    expect(why?.text).toContain("2 racks asked for have not come, 1 of them");
  });

  it("is nothing while it is not", () => {
    const rest = { unfilled: 0, uncounted: 0, ended: 0, askable: true };
    expect(stockReason("gb200-east", { ...rest, shortage: null })).toBeNull();
  });

  it.each([
    [1, " 1 rack asked for has not come, 1 of them is not counted on."],
    [2, " 2 racks asked for have not come, 1 of them is not counted on."],
  ])("counts what is waited for: %i", (unfilled, text) => {
    expect(told("quota", unfilled)?.text).toContain(text);
  });

  it("names no racks where none is waited for", () => {
    expect(told("quota", 0)?.text).not.toContain("racks asked for");
  });
});
