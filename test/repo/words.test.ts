import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commentOffences, textOffences, unfinishedOffences } from "./support/banned-words.ts";
import { commentedCode } from "./support/commented-code.ts";
import { nameOffences } from "./support/file-names.ts";
import { expectNoOffences, type Offence } from "./support/offence.ts";
import { codeUnder, filesUnder, readText, ROOT } from "./support/repository.ts";
import { parseSource, type SourceFile } from "./support/source-file.ts";
import { testSwitchOffences } from "./support/test-switches.ts";

const CODE_FOLDERS = ["src", "test", "tools", "bench"] as const;
const CODE = /\.(ts|mts|mjs|js)$/;
/** Written by a package manager, not by a person. */
const LOCKS: readonly string[] = ["package-lock.json", "tools/control-plane/go.sum"];
const PICTURES = /\.(png|jpg|webp|gif|ico|woff2)$/;

const found = (offences: readonly Offence[]): readonly string[] =>
  offences.map((offence) => offence.found);

describe("unfinished work and silenced checks", () => {
  it.each([
    ["// TODO: later", "TODO"],
    ["f();\n/* FIXME */", "FIXME"],
    ["/** XXX */", "XXX"],
    ["// @ts-ignore", "@ts-ignore"],
    ["// oxlint-disable-next-line no-console", "oxlint-disable-next-line"],
    ["// see issue #12", "issue #12"],
  ])("are refused: %s", (text, word) => {
    expect(found(commentOffences(parseSource("src/core/a.ts", text)))).toEqual([word]);
  });

  it("say the line inside a long comment", () => {
    const file = parseSource("src/core/a.ts", "f();\n/**\n * One.\n * TODO two.\n */\n");
    expect(commentOffences(file)).toMatchObject([{ line: 4 }]);
  });

  it.each([
    'const word = "TODO";',
    "// oxlint-disable-next-line no-console -- the console is what is tested",
    "// the page is finished in todo-list.ts",
  ])("are not: %s", (text) => {
    expect(commentOffences(parseSource("src/core/a.ts", text))).toEqual([]);
  });

  it("are nowhere in code", () => {
    expectNoOffences(codeUnder(...CODE_FOLDERS).flatMap(commentOffences));
  });

  it("are nowhere in docs, charts and settings", () => {
    expectNoOffences(texts().flatMap(({ path, text }) => unfinishedOffences(path, text)));
  });
});

describe("tests that are switched off", () => {
  const switches = (path: string, text: string): readonly string[] =>
    found(testSwitchOffences(parseSource(path, text)));

  it.each([
    ['it.skip("x", f);', "it.skip"],
    ['describe.only("x", f);', "describe.only"],
    ['test.todo("x");', "test.todo"],
    ['it.concurrent.skip("x", f);', "it.concurrent.skip"],
    ['it("x", (ctx) => ctx.skip());', "ctx.skip"],
    ['it("x", { skip: true }, f);', "skip"],
    ['it.skipIf(absent)("x", f);', "it.skipIf"],
  ])("are refused: %s", (text, name) => {
    expect(switches("test/core/a.test.ts", text)).toEqual([name]);
  });

  it.each([
    ["test/cluster/a.test.ts", 'describe.skipIf(absent)("x", f);'],
    ["test/core/a.test.ts", 'it("x", { timeout: 5 }, () => list.skip(1));'],
  ])("are not, in %s: %s", (path, text) => {
    expect(switches(path, text)).toEqual([]);
  });

  it("are nowhere", () => {
    expectNoOffences(codeUnder("test").flatMap(testSwitchOffences));
  });
});

describe("commented-out code", () => {
  const commented = (text: string): readonly string[] =>
    found(commentedCode(parseSource("src/core/a.ts", text)));

  it.each([
    "const x = 1;",
    "return f(x);",
    "if (x) {",
    "} else {",
    "f(x);",
    'import { a } from "./a.ts";',
    "export function f(): void {",
  ])("is refused: %s", (line) => {
    expect(commented(`// ${line}\n`)).toHaveLength(1);
    expect(commented(`/*\n * ${line}\n */\n`)).toHaveLength(1);
  });

  it.each([
    "The lease is renewed here; a standby waits.",
    "wait;",
    "return to the caller",
    "break the tie by name",
    "note: see below;",
    "`a = b;` is what the formula says",
    "one of {Ready, Gone}",
  ])("is not: %s", (line) => {
    expect(commented(`// ${line}\n`)).toEqual([]);
  });

  it("is nowhere", () => {
    expectNoOffences(codeUnder(...CODE_FOLDERS).flatMap(commentedCode));
  });
});

describe("names of files and folders", () => {
  it.each([
    "src/core/leadTime.ts",
    "src/core/Lead.ts",
    "src/utils/x.ts",
    "src/core/http-helpers.ts",
    "src/core/data.ts",
    "test/common/x.test.ts",
    "src/core/pool-manager.ts",
  ])("refuse %s", (path) => {
    expect(nameOffences(path)).toHaveLength(1);
  });

  it.each([
    "src/core/lead-time.ts",
    "test/core/lead-time.test.ts",
    "src/core/README.md",
    "docs/runbooks/BreakwaterDown.md",
  ])("allow %s", (path) => {
    expect(nameOffences(path)).toEqual([]);
  });

  it("hold in src, test, tools, docs and simulations", () => {
    const folders = [...CODE_FOLDERS, "docs", "simulations"];
    expectNoOffences(folders.flatMap((folder) => filesUnder(folder)).flatMap(nameOffences));
  });
});

describe("what belongs to one machine", () => {
  const machine = ["work", "root", "home"].map((folder) => `/${folder}/x`);
  const hosts = [
    ["registry", "example", "org"],
    ["ghcr", "io"],
    ["quay", "io"],
  ];

  it.each([...machine, `file://${machine[0]}`, ...hosts.map((parts) => parts.join("."))])(
    "is refused: %s",
    (word) => {
      expect(textOffences("docs/a.md", `see "${word}" there`)).toHaveLength(1);
    },
  );

  it.each(["src/work/x", "https://example.org/home/", "the registry of reasons", "k8s.io/api"])(
    "is not: %s",
    (text) => {
      expect(textOffences("docs/a.md", text)).toEqual([]);
    },
  );

  it("is nowhere", () => {
    const files = [...texts(), ...codeFiles()];
    expectNoOffences(files.flatMap(({ path, text }) => textOffences(path, text)));
  });

  it("is not copied in: recordings stay in the folder beside the project", () => {
    const outside = join(ROOT, "../shared");
    const known = new Set(existsSync(outside) ? digestsUnder(outside) : []);
    const copies = filesUnder("").filter((path) => known.has(digestOf(join(ROOT, path))));
    expect(copies).toEqual([]);
  });
});

interface Text {
  readonly path: string;
  readonly text: string;
}

function texts(): readonly Text[] {
  const paths = filesUnder("").filter(
    (path) => !CODE.test(path) && !PICTURES.test(path) && !LOCKS.includes(path),
  );
  return paths.map((path) => ({ path, text: readText(path) }));
}

const codeFiles = (): readonly SourceFile[] => codeUnder(...CODE_FOLDERS);

function digestsUnder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => digestOf(join(entry.parentPath, entry.name)));
}

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
