import { describe, expect, it } from "vitest";
import { describeDocument, readDocument } from "../../src/config/written-document.ts";

const errorsOf = (text: string): readonly string[] => {
  const read = readDocument(text, (raw) => ({ ok: true, value: raw }));
  return read.ok ? [] : describeDocument("x.yaml", read.errors).split("\n");
};

/** Ten lists, each of nine times the one before: 9^10 entries from 400 characters. */
const BOMB = Array.from({ length: 10 }, (_, n) => {
  const before = n === 0 ? "x" : `*a${n - 1}`;
  return `a${n}: &a${n} [${Array.from({ length: 9 }, () => before).join(", ")}]`;
}).join("\n");

describe("a YAML file that cannot be meant is refused with its place", () => {
  it.each([
    ["cut in the middle", "a: {b: 1", "x.yaml:1:9: found text that is not YAML"],
    [
      "a key twice",
      "a: 1\na: 2",
      "x.yaml:2:1: found text that is not YAML, expected YAML (Map keys",
    ],
    ["aliases of aliases of aliases", BOMB, "x.yaml:1:1: found aliases that stand for more than"],
    [
      "a key of the language",
      "a:\n  __proto__: 1",
      "x.yaml:2:3: found __proto__, expected another",
    ],
    ["two documents", "a: 1\n---\nb: 2", "x.yaml:2:1: found text that is not YAML"],
  ])("%s", (_, text, message) => {
    expect(errorsOf(text)[0]).toContain(message);
  });

  it("at the length of a screen", () => {
    const lines = errorsOf(`a: ${"[".repeat(2_000)}`);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatch(/^and \d+ more$/);
  });

  it("an alias that is used as it is meant is none of them", () => {
    expect(errorsOf("a: &a [1, 2]\nb: *a\nc: *a")).toEqual([]);
  });
});
