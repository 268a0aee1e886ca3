import { describe, expect, it } from "vitest";
import { TimeOrder } from "../../../src/traces/formats/time-order.ts";

const YEAR_S = 31_536_000;

describe("times of a recording", () => {
  it("may stand still, and begin anywhere", () => {
    const order = new TimeOrder(1e6);
    expect([1.7e12, 1.7e12, 1.7e12 + 5].map((time) => order.next(time, "ms"))).toHaveLength(3);
  });

  it("do not go back", () => {
    const order = new TimeOrder(1e6);
    order.next(5, "ms");
    expect(() => order.next(4, "ms", 7)).toThrow("found 4 ms after 5 ms");
    expect(order.next(5, "ms")).toBe(5);
  });

  it("of turns are within what nanoseconds can count; a row that is not moves no clock", () => {
    const order = new TimeOrder(1e9);
    order.next(YEAR_S, "s");
    expect(() => order.next(2 * YEAR_S, "s")).toThrow("expected at most 104 days after the first");
    expect(order.next(YEAR_S + 1, "s")).toBe(YEAR_S + 1);
  });

  it("of rates may span years", () => {
    const order = new TimeOrder();
    order.next(0, "s");
    expect(order.next(9 * YEAR_S, "s")).toBe(9 * YEAR_S);
  });
});
