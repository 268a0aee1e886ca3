import { describe, expect, it } from "vitest";
import { ambientOffences } from "./support/ambient-rules.ts";
import { arithmeticOffences } from "./support/arithmetic.ts";
import { syntaxOffences } from "./support/forbidden-syntax.ts";
import { moduleStateOffences } from "./support/module-state.ts";
import { expectNoOffences, type Offence } from "./support/offence.ts";
import { codeUnder } from "./support/repository.ts";
import { parseSource, type SourceFile } from "./support/source-file.ts";

type Rule = (file: SourceFile) => readonly Offence[];

const foundBy = (rule: Rule, path: string, text: string): readonly string[] =>
  rule(parseSource(path, text)).map((offence) => offence.found);

describe("clocks, chance and I/O", () => {
  it.each([
    ["core", "const now = Date.now();", "uses Date"],
    ["core", "const at = new Date(0);", "uses Date"],
    ["core", "export type At = Date;", "uses Date"],
    ["core", "const x = Math.random();", "uses Math.random"],
    ["core", "console.log(1);", "uses console"],
    ["core", "setTimeout(f, 1);", "uses setTimeout"],
    ["core", "export type Later = Promise<void>;", "uses Promise"],
    ["core", "export async function f() {}", "is async"],
    ["core", "export const f = async () => 1;", "is async"],
    ["core", "const o = { async f() {} };", "is async"],
    ["core", "names.sort((a, b) => a.localeCompare(b));", "uses .localeCompare"],
    ["controller", "const now = Date.now();", "uses Date"],
    ["controller", "setTimeout(f, 1);", "uses setTimeout"],
    ["controller", "await Promise.race([a, b]);", "uses Promise.race"],
    ["sim", "const x = Math.random();", "uses Math.random"],
    ["adapters", "const home = process.env.HOME;", "uses process"],
    ["adapters", "console.error(1);", "uses console"],
    ["studies", "globalThis.process.exit(1);", "uses globalThis.process"],
  ])("are refused in %s: %s", (layer, text, found) => {
    expect(foundBy(ambientOffences, `src/${layer}/a.ts`, text)).toContain(found);
  });

  it.each([
    ["src/core/a.ts", "const row = { Date: 1, process: 2 }; export const x = row.process;"],
    ["src/core/a.ts", "export interface Row { readonly console: string }"],
    ["src/ports/clock.ts", "export interface Store { load(): Promise<void> }"],
    ["src/controller/loop.ts", "setTimeout(f, 1);"],
    ["src/adapters/clock/a.ts", "export const now = () => Date.now();"],
    ["src/cli/main.ts", "process.exitCode = 1; console.log(1);"],
  ])("are allowed in %s: %s", (path, text) => {
    expect(foundBy(ambientOffences, path, text)).toEqual([]);
  });

  it("stay out of src where they do not belong", () => {
    expectNoOffences(codeUnder("src").flatMap(ambientOffences));
  });
});

describe("arithmetic that differs between engines", () => {
  it.each([
    ["src/core/a.ts", "export const x = 2 ** n;", "uses **"],
    ["src/core/a.ts", "x **= 2;", "uses **="],
    ["src/core/a.ts", "export const x = Math.pow(2, n);", "uses Math.pow"],
    ["src/sim/kernel/a.ts", "export const x = Math.sin(n);", "uses Math.sin"],
    ["src/core/numeric.ts", "export const x = Math.tanh(n);", "uses Math.tanh"],
    ["src/core/a.ts", "const { pow } = Math;", "passes Math on as a whole"],
    ["src/core/a.ts", 'export const x = Math["pow"](2, 3);', "passes Math on as a whole"],
  ])("is refused in %s: %s", (path, text, found) => {
    expect(foundBy(arithmeticOffences, path, text)).toEqual([found]);
  });

  it.each([
    ["src/core/a.ts", "export const x = Math.sqrt(Math.exp(Math.log(Math.max(a, b))));"],
    ["src/sim/a.ts", "export const x = Math.imul(a, b) + Math.trunc(c) * Math.LN2;"],
    ["src/report/a.ts", "export const x = Math.pow(2, 3);"],
  ])("is not: %s %s", (path, text) => {
    expect(foundBy(arithmeticOffences, path, text)).toEqual([]);
  });

  it("is nowhere in what decides and what simulates", () => {
    expectNoOffences(codeUnder("src").flatMap(arithmeticOffences));
  });
});

describe("state at module level", () => {
  it.each([
    ["let count = 0;", "top-level let"],
    ["export var count = 0;", "top-level var"],
    ["const cache = new Map<string, number>();", "top-level collection cache"],
    ["const seen: Set<string> = new Set();", "top-level collection seen"],
    ["const list = []; export const f = (x) => { list.push(x); };", "changes top-level list"],
    ["const o = { n: 0 }; export const f = () => { o.n += 1; };", "changes top-level o"],
    ["const o = { n: { m: 0 } }; export const f = () => { o.n.m++; };", "changes top-level o"],
    ["const o = {}; export const f = (k) => { delete o[k]; };", "changes top-level o"],
    ["export class A { static count = 0; }", "static field that is not readonly"],
  ])("is refused: %s", (text, found) => {
    expect(foundBy(moduleStateOffences, "src/core/a.ts", text)).toEqual([found]);
  });

  it.each([
    "const TABLE: ReadonlyMap<string, number> = new Map([['a', 1]]);",
    "const NAMES: ReadonlySet<string> = new Set(['a']);",
    "export function f() { let n = 0; const seen = new Map(); seen.set(1, 2); return ++n; }",
    "export const f = (list: number[]) => { list.push(1); };",
    "export class A { static readonly none = new A(); #count = 0; }",
    "declare let x: number;",
  ])("is not: %s", (text) => {
    expect(foundBy(moduleStateOffences, "src/core/a.ts", text)).toEqual([]);
  });

  it("is nowhere in src", () => {
    expectNoOffences(codeUnder("src").flatMap(moduleStateOffences));
  });
});

describe("constructs that the project does without", () => {
  it.each([
    ["src/core/a.ts", "export default 1;", "default export"],
    ["test/core/a.test.ts", "export const x: any = 1;", "any"],
    ["src/core/a.ts", "export const x = y!;", "non-null !"],
    ["src/core/a.ts", "export class A { x!: number; }", "definite assignment !"],
    ["src/core/a.ts", "export const x = y as string;", "as"],
    ["src/core/a.ts", "export const x = <string>y;", "type assertion <…>"],
    ["src/controller/a.ts", "if (simulated) f();", "branches on simulated"],
    ["src/adapters/x/a.ts", "const x = world.isSimulated ? 1 : 2;", "branches on isSimulated"],
    ["src/core/a.ts", 'if (kind === "simulated") f();', 'compares "simulated"'],
    ["src/core/a.ts", 'switch (k) { case "simulated": f(); }', 'compares "simulated"'],
  ])("are refused in %s: %s", (path, text, found) => {
    expect(foundBy(syntaxOffences, path, text)).toEqual([found]);
  });

  it.each([
    ["vitest.config.ts", "export default {};"],
    ["src/core/a.ts", "export const x = { a: 1 } as const satisfies Row;"],
    ["src/core/a.ts", 'import { x as y } from "./x.ts"; export const z = !y;'],
    ["src/core/units.ts", "export const millis = (x: number): Millis => x as Millis;"],
    ["src/adapters/kubernetes/decode-node.ts", "export const x = y as string;"],
    ["src/adapters/prometheus/answer-decoder.ts", "export const x = y as string;"],
    ["src/sim/kernel/heap.ts", "export const x = heap[0]!;"],
    ["src/core/compiled.ts", 'export type Kind = "coreweave" | "simulated";'],
    ["src/cli/wire.ts", 'if (kind === "simulated") f();'],
  ])("are allowed in %s: %s", (path, text) => {
    expect(foundBy(syntaxOffences, path, text)).toEqual([]);
  });

  it("are nowhere in src, test and tools", () => {
    expectNoOffences(codeUnder("src", "test", "tools", "bench").flatMap(syntaxOffences));
  });
});
