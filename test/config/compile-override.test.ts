import { describe, expect, it } from "vitest";
import { compileOverride } from "../../src/config/compile-override.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { type Raw, rawOverride } from "../support/raw-objects.ts";

const errorOf = (spec: Raw): string => {
  const compiled = compileOverride(rawOverride(spec));
  return compiled.ok ? "no error" : describeErrors(compiled.errors);
};

describe("a FleetOverride", () => {
  it("compiles with the fleet of its own namespace", () => {
    expect(compileOverride(rawOverride({ ceilingRacks: 6 }))).toEqual({
      ok: true,
      value: {
        fleet: "agents/coder",
        namespace: "agents",
        override: {
          name: "inc-1",
          pauseOut: true,
          pauseIn: false,
          floorRacks: null,
          ceilingRacks: 6,
          until: Date.parse("2026-12-01T20:00:00Z"),
          reason: "INC-1",
          generation: 1,
        },
      },
    });
  });

  it("keeps who says so", () => {
    const compiled = compileOverride(rawOverride({ by: "maria" }));
    expect(compiled.ok && compiled.value.override.by).toBe("maria");
  });

  it.each([
    ["a fleet's floor above its limit", { floorRacks: 12, breakGlass: true }, "agents/coder", true],
    ["every fleet of its namespace", { fleet: "*" }, "agents/*", undefined],
  ])("compiles %s", (_, spec, fleet, breakGlass) => {
    const compiled = compileOverride(rawOverride(spec));
    expect(compiled.ok && [compiled.value.fleet, compiled.value.override.breakGlass]).toEqual([
      fleet,
      breakGlass,
    ]);
  });

  const cases: readonly (readonly [string, Raw, string])[] = [
    ["never ends", { until: undefined }, "spec.until: found nothing, expected an RFC 3339 time"],
    ["ends in words", { until: "tomorrow" }, 'spec.until: found "tomorrow", expected an RFC 3339'],
    ["gives no reason", { reason: "" }, 'spec.reason: found "", expected at least 1 characters'],
    ["overrides nothing", { pause: {} }, "expected nothing is overridden"],
    [
      "floor above ceiling",
      { floorRacks: 3, ceilingRacks: 2 },
      "spec.floorRacks: found 3, expected floorRacks must not exceed ceilingRacks",
    ],
    ["gives every fleet a floor", { fleet: "*", floorRacks: 1 }, "floorRacks needs one fleet"],
    ["breaks the glass for nothing", { breakGlass: true }, "give floorRacks"],
    ["names all of elsewhere", { fleet: "other/*" }, 'spec.fleet: found "other/*"'],
    ["names a fleet elsewhere", { fleet: "other/coder" }, 'spec.fleet: found "other/coder"'],
  ];
  it.each(cases)("is refused when it %s", (_name, spec, expected) => {
    expect(errorOf(spec)).toContain(expected);
  });
});
