import { describe, expect, it } from "vitest";
import { arrivalsInWords } from "../../src/console/arrivals.ts";

const AT = Date.UTC(2026, 11, 1, 18, 0) / 1_000;
const rack = (expected: number, late: number) => ({
  expectedAtSeconds: AT + expected * 60,
  lateAfterSeconds: AT + late * 60,
});

describe("racks on their way, in words", () => {
  it.each([
    [[], ""],
    [
      [rack(10, 25)],
      "1 rack on the way: expected to serve 18:10, in 10 min; late after 18:25 UTC.",
    ],
    [[rack(0, 4)], "1 rack on the way: expected to serve any moment; late after 18:04 UTC."],
    [
      [rack(10, 25), rack(10, 25)],
      "2 racks on the way: expected to serve 18:10, in 10 min; late after 18:25 UTC.",
    ],
    [
      [rack(0, 40), rack(12, 30), rack(33, 66)],
      "3 racks on the way: the next expected to serve any moment, the last 18:33, in 33 min; " +
        "late after 19:06 UTC.",
    ],
  ])("%j", (arrivals, text) => {
    expect(arrivalsInWords({ arrivals, atSeconds: AT })).toBe(text);
  });

  it("say nothing where a server does not tell of them", () => {
    expect(arrivalsInWords({ atSeconds: AT })).toBe("");
  });
});
