import { describe, expect, it } from "vitest";
import { isAbout } from "../../src/controller/overrides-of.ts";

describe("what an override is about", () => {
  it.each([
    ["agents/coder", "agents/coder", true],
    ["agents/coder", "agents/coder-2", false],
    ["agents/*", "agents/coder", true],
    ["agent/*", "agents/coder", false],
    ["*", "agents/coder", true],
  ] as const)("%s and %s: %s", (target, key, expected) => {
    expect(isAbout(target, key)).toBe(expected);
  });
});
