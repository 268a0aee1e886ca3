import { describe, expect, it } from "vitest";
import { REASONS, reason } from "../../src/core/reasons.ts";
import type { ReasonCode } from "../../src/core/reasons.ts";

const isCode = (text: string): text is ReasonCode => text in REASONS;
const CODES = Object.keys(REASONS).filter(isCode);

describe("a reason", () => {
  it("is the sentence of the table", () => {
    expect(reason("steady")).toEqual({
      code: "steady",
      text: "The racks held are the racks wanted.",
    });
  });

  it("is followed by the numbers that made it true", () => {
    expect(reason("minimum", "racks.min is 4.").text).toBe(
      "The fleet is below its minimum. racks.min is 4.",
    );
  });

  it.each(CODES)("%s has a label that metrics accept and one whole sentence", (code) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(reason(code).text).toMatch(/^[A-Z].*\.$/);
  });

  it("says something of its own for every code", () => {
    expect(new Set(Object.values(REASONS)).size).toBe(CODES.length);
  });
});
