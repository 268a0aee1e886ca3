import { expect, it } from "vitest";
import { inPercent } from "../../src/core/in-percent.ts";

it.each([
  [0.9312, undefined, "93.1 %"],
  [0.9999, undefined, "100.0 %"],
  [0.99995, 2, "100.00 %"],
  [0.9949, 2, "99.49 %"],
  [0, 0, "0 %"],
])("a share of %d with %j digits is %j", (share, digits, text) => {
  expect(inPercent(share, digits)).toBe(text);
});
