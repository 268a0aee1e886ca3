import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetKey, isKeyOf } from "../../src/core/compiled.ts";

/** A DNS label, as Kubernetes accepts it. */
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);

describe("the key of a fleet", () => {
  it("is namespace/name", () => {
    expect(fleetKey({ namespace: "agents", name: "coder" })).toBe("agents/coder");
  });

  it.each([
    ["agents", "coder", true],
    ["agents", "codes", false],
    ["agentx", "coder", false],
    ["agent", "scoder", false],
    ["agents", "oder", false],
  ])("is or is not that of %s/%s", (namespace, name, is) => {
    expect(isKeyOf("agents/coder", { namespace, name })).toBe(is);
  });

  it("tells any two fleets apart", () => {
    fc.assert(
      fc.property(label, label, label, label, (namespace, name, otherNamespace, otherName) => {
        const same = namespace === otherNamespace && name === otherName;
        const other = fleetKey({ namespace: otherNamespace, name: otherName });
        expect(fleetKey({ namespace, name }) === other).toBe(same);
        expect(isKeyOf(other, { namespace, name })).toBe(same);
      }),
    );
  });
});
