import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantText } from "../../../src/core/supply/instant.ts";
import { epochMs } from "../../../src/core/units.ts";

describe("an instant in words", () => {
  it.each(["1970-01-01T00:00Z", "2024-02-29T23:59Z", "2026-11-30T04:00Z", "2100-03-01T00:00Z"])(
    "writes %s",
    (text) => {
      expect(instantText(epochMs(Date.parse(text)))).toBe(text);
    },
  );

  it("agrees with the platform's calendar", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (at) => {
        expect(instantText(epochMs(at))).toBe(`${new Date(at).toISOString().slice(0, 16)}Z`);
      }),
    );
  });
});
