import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ReportInput } from "../../src/report/report-input.ts";
import { findingsMarkdown } from "../../src/report/report-markdown.ts";
import { reportPage } from "../../src/report/report-page.ts";
import { STYLE } from "../../src/report/page/style.ts";
import { aRun, between } from "../support/reports/a-run.ts";

const surge = aRun({
  name: "ours",
  change: ({ met, racksServing }) => {
    between(met, [50, 51], 450);
    between(racksServing, [49.9, 51], 3);
  },
});
const input: ReportInput = {
  title: "launch-day: <ours> & theirs",
  about: "Two runs.",
  command: "breakwater simulate 'a b.yaml' --report r.html",
  version: "0.1.0",
  runs: [surge, aRun({ name: "theirs" })],
};
const page = reportPage(input);
const all = (pattern: RegExp): readonly string[] =>
  [...page.matchAll(pattern)].map(([, found = ""]) => found);

describe("a report", () => {
  it("asks for nothing and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
    expect(page).not.toMatch(/ style="| on[a-z]+="/);
    const hash = createHash("sha256").update(STYLE).digest("base64");
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).toContain(`<style>${STYLE}</style>`);
  });

  it("leads every link to a place that it has, and names each place once", () => {
    const ids = all(/ id="([^"]+)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    for (const target of all(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("has the finding before all plots, and its plot", () => {
    const first = page.indexOf('id="finding-1"');
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(page.indexOf("<svg"));
    expect(page).toContain('id="plot-1"');
  });

  it("escapes what it is told", () => {
    expect(page).toContain("launch-day: &lt;ours&gt; &amp; theirs");
    expect(page).toContain("breakwater simulate &#39;a b.yaml&#39; --report r.html");
  });

  it("draws the deepest minute of the run", () => {
    expect(page).toContain("the peak at");
    expect(
      all(/aria-label="Turns that met every objective\. share of turns: ([\d.]+ %)/g),
    ).toContain("74.3 %");
  });

  it("is the same for the same input", () => {
    expect(reportPage(input)).toBe(page);
  });

  it("says so where nothing was found", () => {
    const calm = reportPage({ ...input, runs: [aRun()] });
    expect(calm).toContain("Nothing out of the ordinary");
  });

  it("shows tables of others, and their rows", () => {
    const table = { title: "Weeks", note: "", header: ["week", "saved"], rows: [["1", "<2>"]] };
    expect(reportPage({ ...input, tables: [table] })).toContain("<td>&lt;2&gt;</td>");
  });
});

describe("the colours of a report", () => {
  const css = readFileSync("src/console/console.css", "utf8");
  const valuesOf = (text: string, name: string): readonly string[] =>
    [...text.matchAll(new RegExp(`${name}: (#[0-9a-f]+);`, "g"))].map(([, value = ""]) => value);
  const named = (text: string): readonly string[] => [
    ...new Set([...text.matchAll(/(--[a-z0-9-]+): #/g)].map(([, name = ""]) => name)),
  ];
  const shared = named(STYLE).filter((name) => named(css).includes(name));

  it("are those of the console, but for the one that it has not", () => {
    expect(named(STYLE).filter((name) => !shared.includes(name))).toEqual(["--found"]);
  });

  it.each(shared)("%s is the console's, light and dark", (name) => {
    expect(valuesOf(STYLE, name)).toHaveLength(2);
    expect(valuesOf(STYLE, name)).toEqual(valuesOf(css, name));
  });
});

describe("findings as Markdown", () => {
  it("have the headline, then a list with the confidence of each", () => {
    const text = findingsMarkdown(input);
    expect(text).toContain("ours: ");
    expect(text).toMatch(/What began it: lost racks\./);
    expect(text).toMatch(/\n1\. \*\*\w+, violations\*\*: ours: .* \(confidence > 99\.9 %\)/);
  });

  it("say so where there are none", () => {
    expect(findingsMarkdown({ ...input, runs: [aRun()] })).toContain("Nothing out of the ordinary");
  });
});
