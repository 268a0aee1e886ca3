import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { makeRecord } from "../../src/core/record.ts";
import type { TickReport } from "../../src/ports/telemetry.ts";
import { accessibilityFaults } from "../support/browser/accessibility.ts";
import { aResult } from "../support/builders/results.ts";
import { consoles, noChromium, picture, textOf } from "../support/browser/console-page.ts";
import { surgeTick } from "../support/reports/surge.ts";
import { tourTick } from "../support/reports/tour.ts";
import { eightGroups } from "../support/reports/week.ts";

/** Ticks of the story, 4 a minute: racks warm while the latency is still outside; all is over. */
const PAIN = 4 * 71;
/** Before that: the racks' engines still start. */
const COMING = 4 * 67;
const OVER = 4 * 152;
/** Pixels of a small phone. */
const PHONE = 390;

const { serve, open, folder } = consoles();

async function openTour(upTo: number, options: { width?: number; dark?: boolean } = {}) {
  const { view, url } = await serve();
  for (let tick = 0; tick <= upTo; tick += 1) view.tick(tourTick(tick));
  const { page, complaints } = await open(url, options);
  await page.locator("#summary[data-tone]").waitFor();
  await page.locator(".charts").first().scrollIntoViewIfNeeded();
  await page.locator(".plot canvas").first().waitFor();
  return { view, page, complaints };
}

/** A week of ticks of 15 s, of which one an hour is told: `npm run bench:console` tells all. */
const WEEK_TICKS = 7 * 24 * 240;
const AN_HOUR = 240;

/** @returns when the browser painted something first */
const paintedAfter = (page: Page): Promise<string> =>
  page.evaluate<string>(
    "`${Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)} ms`",
  );

const has = (page: Page, selector: string, hasText: string) =>
  page.locator(selector, { hasText }).first().waitFor();

const recordsOf = (reports: readonly TickReport[]): string =>
  reports
    .map(({ candidate: _none, ...seen }, index) => {
      const position = { index, previousHash: "", keyframe: false };
      return makeRecord({ codeVersion: "0.1.0", ...seen }, position, () => "digest").line;
    })
    .join("\n");

const fileOf = (name: string, text: string) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(text),
});

describe.skipIf(noChromium)("a tour of the console", () => {
  it("says in a sentence how it is, then why, what else there is, and what it costs", async () => {
    const { page, complaints } = await openTour(PAIN);
    await has(page, "#summary[data-tone=bad]", "Cache of agents/coder: too little cache");
    await has(page, "#glance", "agents/coder");
    await has(page, ".cache h4", "too little cache for the work, 92 % sure");
    expect(await textOf(page, ".split")).toContain("22 % racks are still warming");
    expect(await textOf(page, ".cache")).toContain("A rack would help. What helps: Three racks");
    expect(await textOf(page, ".budget")).toContain("48,384 USD of 60,000 USD a day planned");
    expect(await textOf(page, ".loan")).toContain("0 of at most 2 racks lent");
    await page.locator("summary", { hasText: "Alternatives" }).click();
    expect(await textOf(page, "table:has(caption:text-is('Alternatives'))")).toContain(
      "7 racks✓ 100 %−288 USD an hour",
    );
    await picture(page, "tour-light");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "tour-dark");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("tells falls of the hit rate along the axis, and when racks are expected", async () => {
    const { page, complaints } = await openTour(COMING);
    expect(await textOf(page, ".arrivals")).toBe(
      "3 racks on the way: expected to serve 19:17, in 10 min; late after 19:27 UTC.",
    );
    const fall = page.locator(".episodes li");
    expect(await fall.count()).toBe(1);
    expect(await textOf(page, ".episodes")).toContain("too little cache for the work, 78 % of");
    await page.locator(".episodes-of").scrollIntoViewIfNeeded();
    await picture(page, "tour-falls");
    expect(await accessibilityFaults(page)).toEqual([]);
    await fall.getByRole("button").click();
    await has(page, "#glance-title", "At 2026-12-01 19:0");
    expect(await textOf(page, ".cache h4")).toContain("too little cache for the work");
    expect(complaints).toEqual([]);
  });

  it("asks the controller what if, why not, and what would change it", async () => {
    const { page, complaints } = await openTour(PAIN);
    await page.locator("summary", { hasText: "What if" }).click();
    await page.getByRole("button", { name: "Decide again" }).click();
    await has(page, ".answer", "If demand=x1.5:");
    await page.getByLabel("Why not").fill("9");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await has(page, ".answer p", "8 racks are wanted: The controller has not yet observed");
    await page.getByRole("button", { name: "What would change the decision?" }).click();
    await has(page, ".answer p", "wanted");
    await page.getByLabel("were").fill("much");
    await page.getByRole("button", { name: "Decide again" }).click();
    await has(page, ".answer", 'demand: found "much", expected a factor above 0, as x1.5');
    expect(await accessibilityFaults(page)).toEqual([]);
    const ours = complaints.filter((text) => !text.includes("400 (Bad Request)"));
    expect(ours).toEqual([]);
  });

  it("shows any earlier instant, by keyboard, chart or decision, and comes back", async () => {
    const { view, page, complaints } = await openTour(OVER);
    await has(page, "#shown-instant", "Live");
    await page.locator("#instant").focus();
    await page.keyboard.press("Home");
    await has(page, "#glance-title", "At 2026-12-01 18:00:00 UTC");
    await has(page, "#summary", "agents/coder is inside its objectives. 5 racks serve.");
    expect(await page.locator(".rack").count()).toBe(5);
    expect(await page.locator(".questions button").first().isDisabled()).toBe(true);
    expect(await textOf(page, "#decisions")).toContain("Nothing was decided yet.");
    view.tick(tourTick(OVER + 1));
    await has(page, "#clock", "20:32:15");
    await has(page, "#glance-title", "At 2026-12-01 18:00:00 UTC");
    await page.getByRole("button", { name: "Back to live" }).click();
    await has(page, "#glance-title", "Now");
    const out = page.locator(".decisions > li", { hasText: "Out 5 → 8" });
    await out.locator("summary").click();
    await out.getByRole("button", { name: "Show the page as it was then" }).click();
    await has(page, "#glance-title", "At 2026-12-01 19:01:00 UTC");
    await has(page, ".rack", "Requested");
    await picture(page, "tour-earlier");
    await page
      .locator(".plot")
      .nth(1)
      .click({ position: { x: 200, y: 50 } });
    await has(page, "#glance-title", "At 2026-12-01 18:");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("can be read on a phone, in the dark too, and has its landmarks", async () => {
    const { page, complaints } = await openTour(PAIN, { width: PHONE });
    await has(page, "#summary", "Outside");
    await picture(page, "tour-phone");
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(PHONE);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "tour-phone-dark");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.getByRole("main").count()).toBe(1);
    expect(await page.getByRole("region", { name: "Decisions" }).count()).toBe(1);
    expect(await page.getByRole("table", { name: "Objectives" }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});

const RESULT = aResult(80, 1_976, {
  surges: [
    {
      startSeconds: 1_800,
      cause: "traffic",
      factor: 4,
      timeToAbsorbSeconds: 540,
      outsideSeconds: 420,
      violations: 80,
      extraGpuHours: 96,
    },
  ],
});

describe.skipIf(noChromium)("a file opened in the console", () => {
  const pick = (page: Page, name: string, text: string) =>
    page.locator("#file").setInputFiles(fileOf(name, text));

  it("shows a result, and goes back to the controller", async () => {
    const { page, complaints } = await openTour(10);
    await pick(page, "surge.json", `${JSON.stringify(RESULT)}\n`);
    await has(page, "#results h2", "surge, policy breakwater, seed 1");
    await has(page, "#results .verdict", "99.2 % of 10,000 turns met every objective; 80 did not.");
    await has(page, "#results table", "traffic x4");
    await picture(page, "tour-result");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Back to the controller" }).click();
    await page.locator("#page").waitFor();
    expect(await page.locator("#results").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("shows a decision log as the live page showed it, and scrubs it", async () => {
    const { page, complaints } = await openTour(10);
    const ticks = Array.from({ length: PAIN }, (_, tick) => tourTick(tick));
    await pick(page, "decisions.jsonl", recordsOf(ticks));
    await has(page, "#connection", "From the file decisions.jsonl, not live");
    await has(page, "#summary", "Outside its objectives");
    await has(page, "#shown-instant", "End of the log");
    await page.locator("#instant").focus();
    await page.keyboard.press("Home");
    await has(page, "#summary", "agents/coder is inside its objectives. 5 racks serve.");
    await picture(page, "tour-log");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("is refused in words, and the page goes on", async () => {
    const { page } = await openTour(2);
    const refused: readonly (readonly [string, string])[] = [
      ["hello", "line 1 is not JSON, expected a result of"],
      ['{"rows":[]}', "expected a result of 'breakwater simulate --format json'"],
      ["", "the file is empty"],
      ['{"scenario":"a","turns":{},"schemaVersion":7}', "schemaVersion is 7"],
      [`${recordsOf([tourTick(0)])}\n{"obs`, "line 2: not JSON"],
    ];
    for (const [text, words] of refused) {
      await pick(page, "a.json", text);
      await has(page, "#file-text", words);
      expect(await page.locator("#page").isVisible()).toBe(true);
    }
  });
});

describe.skipIf(noChromium)("the page's size and start", () => {
  it("is below 300 kB in all", () => {
    const files = readdirSync(folder(), { recursive: true, encoding: "utf8" });
    const bytes = files.map((name) => statSync(join(folder(), name)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
  });

  it("shows a week of eight fleets, and says how soon it was painted", async () => {
    const { view, url } = await serve();
    for (let tick = 0; tick <= WEEK_TICKS; tick += AN_HOUR) {
      for (const report of eightGroups(surgeTick(tick))) view.tick(report);
    }
    const { page, complaints } = await open(url);
    await has(page, "#summary", "All 8 fleets are inside their objectives.");
    await page.getByLabel("7 d").check();
    await page.locator(".charts").first().scrollIntoViewIfNeeded();
    await has(page, ".chart", "Time to first token");
    await page.locator(".plot canvas").first().waitFor();
    expect(await page.locator("#fleets > article").count()).toBe(8);
    await page.locator("#instant").press("Home");
    await has(page, "#glance-title", "At 2026-12-01 18:00:00 UTC");
    console.log(`first paint with a week of eight fleets: ${await paintedAfter(page)}`);
    await picture(page, "tour-week");
    expect(complaints).toEqual([]);
  });
});
