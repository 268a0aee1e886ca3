import { describe, expect, it } from "vitest";
import { BACKEND_TRAITS, backendTraits } from "../../../src/core/racks/backends.ts";

describe("what is known of a backend", () => {
  it.each([
    ["scale", null, BACKEND_TRAITS.scale],
    ["field", "kcc", BACKEND_TRAITS.field],
    ["object-set", "ack", BACKEND_TRAITS["object-set"]],
  ] as const)("%s with preset %s is as its kind", (kind, preset, traits) => {
    expect(backendTraits(kind, preset)).toEqual(traits);
  });

  it.each(["openshift", "gardener"] as const)("%s marks victims, as scale does not", (preset) => {
    expect(backendTraits("scale", preset).marksVictims).toBe(true);
    expect(backendTraits("scale", null).marksVictims).toBe(false);
  });

  it.each([
    ["openshift", "Documentation"],
    ["gardener", "RealController"],
    [null, "VendorCrd"],
  ] as const)("scale with preset %s was proven against %s", (preset, proof) => {
    expect(backendTraits("scale", preset).proof).toBe(proof);
  });
});
