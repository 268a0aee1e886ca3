import { describe, expect, it } from "vitest";
import { SIGNAL_UNITS } from "../../../src/core/signals/names.ts";
import { acceptedUnits, unitFactor } from "../../../src/core/profiles/signal-units.ts";

describe("the unit of an override", () => {
  it.each([
    ["ttftP95", "ms", 0.001],
    ["ttftP95", "s", 1],
    ["kvUsage", "percent", 0.01],
    ["arrivals", "turns/min", 1 / 60],
    ["arrivals", "s", null],
    ["kvUsage", "", null],
    ["kvUsage", "toString", null],
  ] as const)("of %s in %j is worth %d", (signal, unit, factor) => {
    expect(unitFactor(signal, unit)).toBe(factor);
  });

  it.each(Object.entries(SIGNAL_UNITS))("of %s may always be %s itself", (name, unit) => {
    const signal = Object.keys(SIGNAL_UNITS).find((key) => key === name);
    expect(signal).toBeDefined();
    expect(acceptedUnits("arrivals")).toContain("turns/s");
    expect(unit).not.toBe("");
  });
});
