import { describe, expect, it } from "vitest";
import { decodeNs, prefillNs } from "../../../src/sim/mocker/pass-time.ts";

describe("the time of a pass", () => {
  it("of one prefill is the polynomial of its chunk", () => {
    // 4.209989e-7 x 8192^2 + 1.518344e-2 x 8192 + 16.50142 = 28.252758… + 124.382740… + 16.50142
    expect(prefillNs([{ prefixTokens: 0, chunkTokens: 8_192 }])).toBe(169_136_918);
  });

  it("of several takes whole mean lengths: tokens may be lost to rounding", () => {
    const work = [
      { prefixTokens: 0, chunkTokens: 3 },
      { prefixTokens: 1, chunkTokens: 3 },
    ];
    // floor(7 / 2) - floor(1 / 2) = 3, so 6 tokens as asked; one token less before loses two
    expect(prefillNs(work)).toBe(prefillNs([{ prefixTokens: 0, chunkTokens: 6 }]));
    expect(
      prefillNs([
        { prefixTokens: 1, chunkTokens: 2 },
        work[1] ?? { prefixTokens: 1, chunkTokens: 3 },
      ]),
    ).toBe(prefillNs([{ prefixTokens: 0, chunkTokens: 4 }]));
  });

  it("without prefill is 0", () => {
    expect(prefillNs([])).toBe(0);
  });

  it.each([
    [0, 5.74],
    [50, -25.74 * 0.25 + 54.01 * 0.5 + 5.74],
    [100, 34.01],
    [1_000, 34.01],
  ])("of decoding %d of 100 tokens of context is %d ms", (context, ms) => {
    expect(decodeNs(context, 100)).toBe(Math.round(ms * 1e6));
  });
});
