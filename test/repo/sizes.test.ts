import { describe, expect, it } from "vitest";
import { functionsOf } from "./support/function-sizes.ts";
import { expectNoOffences } from "./support/offence.ts";
import { percentile } from "./support/percentile.ts";
import { codeUnder } from "./support/repository.ts";
import { distributionOffences, sizeOffences } from "./support/size-rules.ts";
import { parseSource, type SourceFile } from "./support/source-file.ts";

const PATH = "src/core/a.ts";
const linesOf = (count: number, line = "f();"): string => Array(count).fill(line).join("\n");
const functionOf = (lines: number, name = "f"): string =>
  `function ${name}() {\n${linesOf(lines - 2)}\n}\n`;
const foundIn = (text: string, path = PATH): readonly string[] =>
  sizeOffences([parseSource(path, text)]).map((offence) => offence.found);

describe("what is too large by itself", () => {
  it.each([
    ["a function of 71 lines", functionOf(71), "f: 71 lines > 70"],
    ["a method of 71 lines", `class A {\n${functionOf(71).slice(9)}}`, "f: 71 lines > 70"],
    ["five parameters", "const f = (a, b, c, d, e) => 1;", "f: 5 parameters > 4"],
    [
      "four levels",
      "function f() { for (const a of b) if (a) try { while (c) d(); } catch { e(); } }",
      "f: 4 levels of nesting > 3",
    ],
    ["a file of 401 lines", linesOf(401), "401 lines > 400"],
    ["101 columns", `f("${"x".repeat(48)} ${"x".repeat(46)}");`, "101 columns > 100"],
  ])("is refused: %s", (_what, text, found) => {
    expect(foundIn(text)).toEqual([found]);
  });

  it.each([
    ["a function of 70 lines", functionOf(70)],
    ["four parameters and a this", "function f(this: A, a, b, c, d) {}"],
    [
      "a chain of else if",
      "function f() { if (a) b(); else if (c) d(); else if (e) g(); else if (h) i(); }",
    ],
    [
      "levels of an inner function",
      "function f() { if (a) for (;;) g(() => { if (b) while (c) d(); }); }",
    ],
    ["a file of 400 lines", linesOf(400)],
    ["an address of 120 columns", `// ${"x".repeat(120)}\nf();`],
  ])("is not: %s", (_what, text) => {
    expect(foundIn(text)).toEqual([]);
  });

  it("allows test files 600 lines, and describe any number", () => {
    const describeOf = (lines: number): string =>
      `describe("x", () => {\n${linesOf(lines - 2)}\n});`;
    expect(foundIn(describeOf(600), "test/core/a.test.ts")).toEqual([]);
    expect(foundIn(describeOf(601), "test/core/a.test.ts")).toEqual(["601 lines > 600"]);
  });

  it("is nowhere in src, test and tools", () => {
    expectNoOffences(sizeOffences(codeUnder("src", "test", "tools", "bench")));
  });
});

describe("the distribution of sizes", () => {
  const foundAmong = (...files: readonly SourceFile[]): readonly string[] =>
    distributionOffences(files).map(
      ({ found, remedy }) => `${found}. ${remedy.split(". ").at(-1)}`,
    );

  it.each([
    [
      "half of the functions over 10 lines",
      [functionOf(11, "f")],
      "p50 of functions: 11 lines > 10.",
    ],
    [
      "a fifth of the functions over 35 lines",
      [...Array(4).fill("const g = () => 1;\n"), functionOf(36)],
      "p90 of functions: 36 lines > 35.",
    ],
  ])("is off with %s", (_what, functions, found) => {
    const [first = ""] = foundAmong(
      parseSource(PATH, functions.join("").replaceAll("const g", "var g")),
    );
    expect(first).toContain(found);
  });

  it("is off with a fifth of the files over 250 lines", () => {
    const small = Array.from({ length: 4 }, () => parseSource(PATH, "f();"));
    const found = foundAmong(...small, parseSource("src/core/long.ts", linesOf(251)));
    expect(found[0]).toBe("file: 251 lines. p90 of files: 251 lines > 250.");
  });

  it("counts callbacks to the function they stand in", () => {
    const file = parseSource(PATH, "const f = (xs) => xs.map((x) => x + 1);");
    expect(functionsOf(file).map(({ name, named }) => [name, named])).toEqual([
      ["f", true],
      ["callback", false],
    ]);
  });

  it("is right in src", () => {
    expectNoOffences(distributionOffences(codeUnder("src")));
  });

  it.each([
    [[], 0.5, 0],
    [[7], 0.9, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [[10, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0.9, 9],
  ])("takes from %j the percentile %d as %d", (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
