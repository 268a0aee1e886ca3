import { describe, expect, it } from "vitest";
import { importCycles } from "./support/import-cycles.ts";
import { importsOf } from "./support/import-edges.ts";
import { LAYERS, layerOffence } from "./support/layer-rules.ts";
import { expectNoOffences, type Offence } from "./support/offence.ts";
import { PACKAGE_HOMES, packageOffence, packageOf } from "./support/package-homes.ts";
import { codeUnder, filesUnder, readText } from "./support/repository.ts";
import { parseSource, type SourceFile } from "./support/source-file.ts";

const importOffences = (file: SourceFile): readonly Offence[] =>
  importsOf(file).flatMap((edge) => [layerOffence(edge) ?? packageOffence(edge) ?? []].flat());

const offencesOf = (path: string, text: string): readonly string[] =>
  importOffences(parseSource(path, text)).map((offence) => offence.found);

describe("who may import whom", () => {
  it.each([
    ["core a port", "src/core/a.ts", 'import { Clock } from "../ports/clock.ts";'],
    ["core a package", "src/core/a.ts", 'import { z } from "zod";'],
    ["core Node", "src/core/a.ts", 'import { createHash } from "node:crypto";'],
    ["core, re-exporting", "src/core/a.ts", 'export { x } from "../config/x.ts";'],
    ["core, everything", "src/core/a.ts", 'export * from "../config/x.ts";'],
    ["core, a type in passing", "src/core/a.ts", 'type A = import("../sim/world.ts").World;'],
    ["core, late", "src/core/a.ts", 'const f = () => import("../sim/world.ts");'],
    ["a port a value of core", "src/ports/a.ts", 'import { millis } from "../core/units.ts";'],
    ["api a value of core", "src/api/a.ts", 'import { millis } from "../core/units.ts";'],
    ["config the disk", "src/config/a.ts", 'import { readFileSync } from "node:fs";'],
    ["controller an adapter", "src/controller/a.ts", 'import { a } from "../adapters/b/a.ts";'],
    ["controller config", "src/controller/a.ts", 'import type { A } from "../config/a.ts";'],
    ["an adapter its sibling", "src/adapters/scale/a.ts", 'import { a } from "../http/a.ts";'],
    ["an adapter config's code", "src/adapters/x/a.ts", 'import { a } from "../../config/a.ts";'],
    ["an adapter controller", "src/adapters/x/a.ts", 'import { a } from "../../controller/a.ts";'],
    ["sim an adapter", "src/sim/a.ts", 'import { a } from "../adapters/kubernetes/a.ts";'],
    ["a baseline sim", "src/baselines/a.ts", 'import { a } from "../sim/a.ts";'],
    ["core the oracle", "src/core/a.ts", 'import { a } from "../oracle/a.ts";'],
    ["studies an adapter", "src/studies/a.ts", 'import { a } from "../adapters/http/a.ts";'],
    ["console core", "src/console/a.ts", 'import type { A } from "../core/units.ts";'],
    ["report studies", "src/report/a.ts", 'import { a } from "../studies/a.ts";'],
    ["cli a test", "src/cli/a.ts", 'import { a } from "../../test/support/a.ts";'],
    ["an unlisted folder", "src/elsewhere/a.ts", 'import { a } from "../core/units.ts";'],
    ["a package away from home", "src/adapters/x/a.ts", 'import { Command } from "commander";'],
    ["a package nobody listed", "src/cli/a.ts", 'import x from "left-pad";'],
  ])("refuses %s", (_what, path, text) => {
    expect(offencesOf(path, text)).toHaveLength(1);
  });

  it.each([
    ["core core", "src/core/gate/a.ts", 'import { millis } from "../units.ts";'],
    ["a port core's types", "src/ports/a.ts", 'import type { Millis } from "../core/units.ts";'],
    ["inline types", "src/ports/a.ts", 'import { type Millis } from "../core/units.ts";'],
    ["controller ports", "src/controller/a.ts", 'import { PortError } from "../ports/errors.ts";'],
    ["adapters kubernetes", "src/adapters/scale/a.ts", 'import { a } from "../kubernetes/a.ts";'],
    [
      "adapters config's types",
      "src/adapters/x/a.ts",
      'import type { A } from "../../config/a.ts";',
    ],
    ["studies sim", "src/studies/a.ts", 'import { world } from "../sim/world.ts";'],
    ["cli everything", "src/cli/a.ts", 'import { a } from "../adapters/http/a.ts";'],
    ["cli its package", "src/cli/a.ts", 'import { Command } from "commander";'],
    ["config its packages", "src/config/a.ts", 'import { z } from "zod";'],
  ])("allows %s", (_what, path, text) => {
    expect(offencesOf(path, text)).toEqual([]);
  });

  it("names the place and what to do", () => {
    const file = parseSource("src/core/a.ts", '\nimport { z } from "zod";\n');
    expect(importOffences(file)).toEqual([
      {
        path: "src/core/a.ts",
        line: 2,
        found: "imports zod, whose home is config or traces",
        remedy: expect.stringContaining("CONTRIBUTING.md"),
      },
    ]);
  });

  it("says it in a message that groups the places by what to do", () => {
    const offences = [3, 1].map((line) => ({ path: "a.ts", line, found: "x", remedy: "Do y." }));
    const whole = { path: "b.ts", line: 0, found: "z", remedy: "Do y." };
    expect(() => expectNoOffences([...offences, whole])).toThrow(
      "3 offences\nDo y.\n    a.ts:1  x\n    a.ts:3  x\n    b.ts  z",
    );
  });

  it("holds in src", () => {
    expectNoOffences(codeUnder("src").flatMap(importOffences));
  });

  it("has a row for every folder of src", () => {
    const folders = filesUnder("src").map((path) => path.split("/")[1] ?? "");
    expect(folders.filter((folder) => LAYERS[folder] === undefined)).toEqual([]);
  });

  it("lists the home of every run-time dependency, and of nothing else", () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readText("package.json"),
    );
    expect(Object.keys(PACKAGE_HOMES).toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  it.each([
    ["zod", "zod"],
    ["zod/mini", "zod"],
    ["@fastify/helmet", "@fastify/helmet"],
    ["@kubernetes/client-node/dist/x.js", "@kubernetes/client-node"],
  ])("reads %s as package %s", (specifier, name) => {
    expect(packageOf(specifier)).toBe(name);
  });
});

describe("import cycles", () => {
  const cyclesAmong = (texts: Readonly<Record<string, string>>): readonly Offence[] => {
    const files = Object.entries(texts).map(([path, text]) => parseSource(path, text));
    return importCycles(files.flatMap(importsOf));
  };

  it("finds two files that import each other", () => {
    const found = cyclesAmong({
      "src/core/a.ts": 'import { b } from "./b.ts";',
      "src/core/b.ts": 'import { a } from "./a.ts";',
    });
    expect(found).toMatchObject([{ found: "imports itself through src/core/b.ts" }]);
  });

  it("finds a cycle of types through three folders, and only its members", () => {
    const found = cyclesAmong({
      "src/a/a.ts": 'import type { B } from "../b/b.ts"; import "./leaf.ts";',
      "src/b/b.ts": 'export * from "../c/c.ts";',
      "src/c/c.ts": 'type A = import("../a/a.ts").A;',
      "src/a/leaf.ts": "export const leaf = 1;",
      "src/d/d.ts": 'import "../a/a.ts";',
    });
    expect(found).toMatchObject([
      { path: "src/a/a.ts", found: "imports itself through src/b/b.ts, src/c/c.ts" },
    ]);
  });

  it("lets two paths to one file pass", () => {
    const diamond = {
      "src/a.ts": 'import "./b.ts"; import "./c.ts";',
      "src/b.ts": 'import "./d.ts";',
      "src/c.ts": 'import "./d.ts";',
      "src/d.ts": "export const d = 1;",
    };
    expect(cyclesAmong(diamond)).toEqual([]);
  });

  it("are nowhere in src, test and tools", () => {
    expectNoOffences(importCycles(codeUnder("src", "test", "tools").flatMap(importsOf)));
  });
});
