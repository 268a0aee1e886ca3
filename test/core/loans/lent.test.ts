import { describe, expect, it } from "vitest";
import { isLent, tenureEnd, unfenced } from "../../../src/core/loans/lent.ts";
import { HOUR_MS, after, millis } from "../../../src/core/units.ts";
import { LONG_AGO, aFencedRack, aLentRack, someTerms } from "../../support/builders/loans.ts";
import { NOW, aNode } from "../../support/builders/observed.ts";

describe("a rack", () => {
  it("is lent while any of its nodes is", () => {
    expect(isLent(aLentRack("rack-2"))).toBe(true);
    expect(isLent({ nodes: [aNode("a", { fenced: true }), aNode("b", { lentAt: NOW })] })).toBe(
      true,
    );
    expect(isLent(aFencedRack("rack-2"))).toBe(false);
  });

  it("is left to the loan from when its last node was lent", () => {
    const nodes = [aNode("a", { lentAt: LONG_AGO }), aNode("b", { lentAt: NOW })];
    expect(tenureEnd({ nodes }, someTerms())).toBe(after(NOW, millis(2 * HOUR_MS)));
    expect(tenureEnd(aFencedRack("rack-2"), someTerms())).toBeNull();
  });
});

it("nodes without the fence are those that are still open", () => {
  const nodes = [aNode("a", { fenced: true }), aNode("b")];
  expect(unfenced(nodes).map(({ name }) => name)).toEqual(["b"]);
});
