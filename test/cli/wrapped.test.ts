import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wrapped } from "../../src/cli/wrapped.ts";

describe("a wrapped text", () => {
  it.each([
    ["a bc def", 6, "- a bc\n  def"],
    ["abcdefghij k", 6, "- abcdefghij\n  k"],
    ["", 6, "- "],
    ["a\n  b", 80, "- a b"],
  ])("%j in %d columns is %j", (text, columns, expected) => {
    expect(wrapped(text, { columns, first: "- ", rest: "  " })).toBe(expected);
  });

  it("keeps every word in order, and no line with two words is too long", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/)),
        fc.integer({ min: 4, max: 40 }),
        (words, columns) => {
          const lines = wrapped(words.join(" "), { columns, first: "  ", rest: "  " }).split("\n");
          const split = lines.map((line) => line.split(" ").filter((word) => word !== ""));
          expect(split.flat()).toEqual(words);
          for (const [at, line] of lines.entries()) {
            if ((split[at]?.length ?? 0) > 1) expect(line.length).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
