import { describe, expect, it } from "vitest";
import { commandOffences, helpOptions } from "./support/doc-commands.ts";
import { dependencyOffences } from "./support/doc-dependencies.ts";
import { linkOffences, type LinkTargets, pathOffences } from "./support/doc-links.ts";
import { cataloguedMetrics, metricOffences } from "./support/doc-metrics.ts";
import { executable, runSnippet } from "./support/doc-snippets.ts";
import { type Markdown, parseMarkdown } from "./support/markdown.ts";
import { expectNoOffences, type Offence } from "./support/offence.ts";
import { codeUnder, exists, filesUnder, readText } from "./support/repository.ts";
import { parseSource } from "./support/source-file.ts";

const CATALOGUE = "src/adapters/telemetry/catalogue";
const pages = filesUnder("")
  .filter((path) => path.endsWith(".md"))
  .map((path) => parseMarkdown(path, readText(path)));

const found = (offences: readonly Offence[]): readonly string[] =>
  offences.map((offence) => offence.found);
const page = (...lines: readonly string[]): Markdown =>
  parseMarkdown("docs/a.md", lines.join("\n"));

describe("links in docs", () => {
  const targets: LinkTargets = {
    exists: (path) => ["docs/a.md", "docs/b.md", "README.md"].includes(path),
    anchorsOf: (path) => (path.endsWith(".md") ? new Set(["first-part"]) : null),
  };

  it.each([
    "[gone](gone.md)",
    "[outside](../gone.md)",
    "[part](b.md#no-part)",
    "![picture](gone.png)",
    "[ref]: gone.md",
  ])("are refused: %s", (line) => {
    expect(linkOffences(page(line), targets)).toHaveLength(1);
  });

  it.each([
    "[b](b.md)",
    "[up](../README.md)",
    "[part](b.md#first-part)",
    "[page](https://example.org/gone)",
    "`[code](gone.md)`",
    "```md\n[code](gone.md)\n```",
  ])("are allowed: %s", (line) => {
    expect(linkOffences(page(line), targets)).toEqual([]);
  });

  const anchors = new Map(pages.map((each) => [each.path, each.anchors]));
  const project: LinkTargets = { exists, anchorsOf: (path) => anchors.get(path) ?? null };

  it("lead somewhere", () => {
    expectNoOffences(pages.flatMap((each) => linkOffences(each, project)));
  });

  it("have paths beside them that lead somewhere too", () => {
    expectNoOffences(pages.flatMap((each) => pathOffences(each, project)));
  });

  it.each(["`src/core/gone.ts`", "read `gone.ts` first", "`test/gone`"])(
    "are refused as paths: %s",
    (line) => {
      expect(pathOffences(page(line), targets)).toHaveLength(1);
    },
  );

  it.each(["`docs/b.md`", "`src/adapters/<name>/backend.ts`", "`decode*.ts`", "`npm test`"])(
    "are allowed as paths: %s",
    (line) => {
      expect(pathOffences(page(line), targets)).toEqual([]);
    },
  );

  it.each([
    ["# Scale-in, step by step", "scale-in-step-by-step"],
    ["## `RackPool` and [links](a.md)", "rackpool-and-links"],
    ["## A_b: c & d", "a_b-c--d"],
  ])("name heading %s as #%s", (heading, anchor) => {
    expect([...page(heading).anchors]).toEqual([anchor]);
  });

  it("number headings of one name", () => {
    expect([...page("# A", "# A", "# A").anchors]).toEqual(["a", "a-1", "a-2"]);
  });
});

describe("commands in docs", () => {
  const known = {
    scripts: new Set(["start", "test", "check"]),
    options: helpOptions(
      "\n## breakwater status\nOptions:\n  --watch  again\n  -h, --help  this\nExamples:\n  --no" +
        "\n## breakwater explain\nOptions:\n  --format <f>",
    ),
  };
  const unknownIn = (info: string, ...lines: readonly string[]): readonly string[] =>
    found(commandOffences(page(`\`\`\`${info}`, ...lines.flatMap(split), "```"), known));
  const split = (line: string): readonly string[] => line.split("\n");

  it.each([
    ["bash", "breakwater fly"],
    ["bash", "npx breakwater not-one"],
    ["console", "$ kubectl breakwater fly --now"],
    ["bash", "npm run fly"],
    ["bash exec", "node dist/cli/main.js fly"],
    ["bash", "npm ci && npm run fly"],
    ["console", "breakwater fly where no line has a prompt"],
    ["bash", "breakwater status --fly"],
    ["bash", "breakwater status coder -f"],
    ["bash", "breakwater status \\\n  --no"],
  ])("are refused: %s %s", (info, line) => {
    expect(unknownIn(info, line)).toHaveLength(1);
  });

  it.each([
    ["bash", "breakwater status coder"],
    ["bash", "npx breakwater explain --format json | less"],
    ["bash", "breakwater --help"],
    ["bash", "npm ci && npm start"],
    ["bash", "npm run check"],
    ["console", "$ breakwater status\nbreakwater fly is what it prints"],
    ["bash", "breakwater status coder --watch -h"],
    ["text", "breakwater fly"],
  ])("are allowed: %s %s", (info, line) => {
    expect(unknownIn(info, line)).toEqual([]);
  });

  it("are refused in a sentence too", () => {
    const told = page("Ask `npx breakwater status --fly` or `breakwater status --watch`.");
    expect(found(commandOffences(told, known))).toEqual(["npx breakwater status --fly"]);
  });

  it("exist", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readText("package.json"));
    const options = helpOptions(readText("docs/reference/command-line.md"));
    expect(options.get("trace record")).toContain("--surge");
    const real = { scripts: new Set(Object.keys(scripts)), options };
    expectNoOffences(pages.flatMap((each) => commandOffences(each, real)));
  });
});

describe("snippets marked `bash exec`", () => {
  const block = (...lines: readonly string[]): Markdown =>
    page("```bash exec", ...lines, "```", "```bash", "false", "```");
  const outcomeOf = (...lines: readonly string[]) =>
    executable(block(...lines)).map((each) => runSnippet(each, "no-such-program"));

  it("are run, and others are not", () => {
    expect(outcomeOf("echo here")).toEqual([{ status: 0, output: "here\n" }]);
  });

  it("fail with their first command", () => {
    expect(outcomeOf("echo one", "false", "echo two")).toEqual([{ status: 1, output: "one\n" }]);
  });

  it("fail with the program", () => {
    expect(outcomeOf("breakwater status")).toMatchObject([{ status: 1 }]);
  });

  const all = pages.flatMap((each) => executable(each).map((code) => ({ ...code, of: each.path })));
  it.each(all)("work: $of:$line", (code) => {
    expect(runSnippet(code)).toMatchObject({ status: 0 });
  });
});

describe("metrics in docs and charts", () => {
  const known = cataloguedMetrics(
    parseSource("c.ts", 'export const M = { racks: { name: "breakwater_racks" } } as const;'),
  );

  it.each(["breakwater_rack", "`breakwater_gone_total`", "rate(breakwater_gone_bucket[5m])"])(
    "are refused when unknown: %s",
    (text) => {
      expect(metricOffences("docs/a.md", text, known)).toHaveLength(1);
    },
  );

  it.each(["breakwater_racks", "breakwater_racks_bucket", "all `breakwater_*` series"])(
    "are allowed: %s",
    (text) => {
      expect(metricOffences("docs/a.md", text, known)).toEqual([]);
    },
  );

  it("are in the catalogue", () => {
    const files = [parseSource(`${CATALOGUE}.ts`, readText(`${CATALOGUE}.ts`))];
    const tables = [...files, ...codeUnder(CATALOGUE)];
    const catalogue = new Set(tables.flatMap((file) => [...cataloguedMetrics(file)]));
    const charts = ["charts", "manifests"].flatMap((folder) => filesUnder(folder));
    const paths = [...pages.map((each) => each.path), ...charts];
    expectNoOffences(paths.flatMap((path) => metricOffences(path, readText(path), catalogue)));
  });
});

describe("docs/dependencies.md", () => {
  const row = "| `zod` | Schemas. | By hand. | 200 KB. |";

  it.each([
    ["misses a dependency", row, ["zod", "yaml"], "yaml"],
    ["has one that is gone", row, [], "zod"],
    ["leaves a cell empty", "| `zod` | Schemas. | | 200 KB. |", ["zod"], "zod"],
  ])("is refused when it %s", (_what, text, dependencies, name) => {
    expect(found(dependencyOffences(text, dependencies))).toEqual([name]);
  });

  it("is right when it has a full row for each", () => {
    expect(dependencyOffences(row, ["zod"])).toEqual([]);
  });

  it("has a row for every dependency of package.json and no other", () => {
    interface Manifest {
      readonly dependencies: Record<string, string>;
      readonly devDependencies: Record<string, string>;
    }
    const manifest: Manifest = JSON.parse(readText("package.json"));
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expectNoOffences(dependencyOffences(readText("docs/dependencies.md"), names));
  });
});
