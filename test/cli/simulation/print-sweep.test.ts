import { describe, expect, it } from "vitest";
import { printedSweep } from "../../../src/cli/simulation/print-sweep.ts";

const exactly = (mean: number) => ({ mean, low: mean, high: mean });
const POINT = {
  scenario: "surge",
  policy: "static",
  knob: { name: "share-of-max", value: 0.7 },
  attainment: 0.99,
  gpuHours: 120,
  violations: 4,
  interval: { attainment: exactly(0.99), gpuHours: exactly(120), violations: exactly(4) },
};
const RESULT = {
  schemaVersion: 1,
  points: [
    { ...POINT, onFront: true },
    { ...POINT, knob: { name: "share-of-max", value: 0.8 }, onFront: false },
  ],
} as const;

describe("a sweep printed", () => {
  it("marks the settings on the front", () => {
    const lines = printedSweep(RESULT, "text").split("\n").slice(-2);
    expect(lines[0]).toMatch(/share-of-max 0.7 +99.00 % +120 +4.0 +\*$/);
    expect(lines[1]).toMatch(/share-of-max 0.8 +99.00 % +120 +4.0$/);
  });

  it("is the result itself in JSON", () => {
    expect(JSON.parse(printedSweep(RESULT, "json"))).toEqual(RESULT);
  });
});
