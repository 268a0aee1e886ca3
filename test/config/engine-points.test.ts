import { describe, expect, it } from "vitest";
import { compilePoints } from "../../src/config/engine-points.ts";

const DECODE = {
  kind: "decode",
  source: "our bench",
  sequencesPerGpu: 64,
  contextTokens: 90_000,
  tokensPerSecondPerGpu: 700,
};
const FILE = { name: "mine", prior: "dsr1-fp4-gb200", points: [DECODE] };

describe("a file of an engine's figures", () => {
  it("is fitted unless it says otherwise", () => {
    const compiled = compilePoints(FILE);
    expect(compiled).toMatchObject({
      ok: true,
      value: { points: [{ ...DECODE, heldOut: false }] },
    });
  });

  it.each([
    ["no figures", { ...FILE, points: [] }, "points", "at least one figure"],
    [
      "a kind that is not known",
      { ...FILE, points: [{ ...DECODE, kind: "decod" }] },
      "points[0].kind",
      "one of prefill, decode, mixed, first-token",
    ],
    [
      "a figure of another kind",
      { ...FILE, points: [{ ...DECODE, gpus: 8 }] },
      "points[0].gpus",
      "no such field, but one of",
    ],
    [
      "a negative rate",
      { ...FILE, points: [{ ...DECODE, tokensPerSecondPerGpu: -1 }] },
      "points[0].tokensPerSecondPerGpu",
      "a number above 0",
    ],
    [
      "NaN",
      { ...FILE, points: [{ ...DECODE, contextTokens: Number.NaN }] },
      "points[0].contextTokens",
      "a number above 0",
    ],
  ])("is refused with %s", (_what, raw, path, expected) => {
    const compiled = compilePoints(raw);
    if (compiled.ok) throw new Error("it was accepted");
    expect(compiled.errors).toContainEqual({
      path,
      found: expect.any(String),
      expected: expect.stringContaining(expected),
    });
  });
});
