import { describe, expect, it } from "vitest";
import type { SignalName } from "../../../src/core/signals/names.ts";
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

  const names = Object.keys(SIGNAL_UNITS).filter(
    (name): name is SignalName => name in SIGNAL_UNITS,
  );
  it.each(names)("of %s may always be the signal's own", (signal) => {
    expect(acceptedUnits(signal)).toContain(SIGNAL_UNITS[signal]);
    expect(unitFactor(signal, SIGNAL_UNITS[signal])).toBe(1);
  });
});
