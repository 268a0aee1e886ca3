import { describe, expect, it } from "vitest";
import { ExactLatencies } from "../../../src/sim/mocker/exact-latencies.ts";

describe("exact latencies", () => {
  it("take the value of the nearest rank, whatever the order they came in", () => {
    const latencies = new ExactLatencies();
    for (let i = 101; i >= 1; i -= 1) latencies.observe(i);
    expect(latencies.summary()).toEqual({
      count: 101,
      mean: 51,
      p50: 51,
      p90: 91,
      p95: 96,
      p99: 100,
      max: 101,
    });
  });

  it("round half a rank up", () => {
    const latencies = new ExactLatencies();
    for (const seconds of [1, 2]) latencies.observe(seconds);
    expect(latencies.summary().p50).toBe(2);
  });

  it("have no quantiles when nothing was observed", () => {
    expect(new ExactLatencies().summary()).toMatchObject({ count: 0, mean: NaN, p99: NaN });
  });
});
