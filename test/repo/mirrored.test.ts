import { describe, expect, it } from "vitest";
import { readmeOffences } from "./support/folder-readmes.ts";
import { hasBehaviour, MIRRORED, mirrorOffences } from "./support/mirrored-tests.ts";
import { expectNoOffences } from "./support/offence.ts";
import { codeUnder, exists, filesUnder } from "./support/repository.ts";
import { parseSource } from "./support/source-file.ts";

const source = parseSource("src/core/gate/step.ts", "export const step = (n) => n + 1;");

describe("the mirrored test", () => {
  it("is missed where there is none", () => {
    expect(mirrorOffences([source], [])).toMatchObject([
      { path: "src/core/gate/step.ts", found: "no test/core/gate/step.test.ts" },
    ]);
  });

  it("is refused when it does not import what it tests", () => {
    const test = parseSource("test/core/gate/step.test.ts", 'import { a } from "./a.ts";');
    expect(mirrorOffences([source], [test])).toMatchObject([
      { path: "test/core/gate/step.test.ts", found: "does not import src/core/gate/step.ts" },
    ]);
  });

  it("suffices when it imports it", () => {
    const text = 'import { step } from "../../../src/core/gate/step.ts";';
    expect(mirrorOffences([source], [parseSource("test/core/gate/step.test.ts", text)])).toEqual(
      [],
    );
  });

  it.each([
    ["export function f() {}", true],
    ["export class A {}", true],
    ["export const f = () => 1;", true],
    ["function f() {} export { f };", true],
    ["export const guard: Guard = { name: 'a', check() {} };", true],
    ["export interface A { readonly a: string }", false],
    ["export const TABLE = { a: 1 } as const;", false],
    ["const f = () => 1; export const TABLE = [f];", false],
    ['export { f } from "./f.ts";', false],
  ])("is asked for %s: %s", (text, expected) => {
    expect(hasBehaviour(parseSource("src/core/a.ts", text))).toBe(expected);
  });

  it("is there for all of core, controller and sim", () => {
    expectNoOffences(mirrorOffences(codeUnder(...MIRRORED), codeUnder("test")));
  });
});

describe("a README.md", () => {
  const files = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `src/core/f${index}.ts`);

  it("is missed in a folder of seven files, not of six", () => {
    expect(readmeOffences(files(6))).toEqual([]);
    expect(readmeOffences(files(7))).toMatchObject([
      { path: "src/core", found: "7 files, no README.md" },
    ]);
    expect(readmeOffences([...files(7), "src/core/README.md"])).toEqual([]);
  });

  it("opens every folder with more than a handful of files, unless it mirrors one of src", () => {
    const folders = ["src", "test", "tools", "docs", "bench", "simulations"];
    const found = folders.flatMap((folder) => readmeOffences(filesUnder(folder)));
    const mirrors = (path: string): boolean =>
      path.startsWith("test/") && exists(path.replace(/^test\//, "src/"));
    expectNoOffences(found.filter(({ path }) => !mirrors(path)));
  });
});
