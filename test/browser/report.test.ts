import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportPage } from "../../src/report/report-page.ts";
import { locateTools } from "../../tools/install-tools.mjs";
import { launchChromium } from "../support/browser/chromium.ts";
import { anOrder, aRun, between } from "../support/reports/a-run.ts";

/** Set it to keep the pictures for looking at. */
const PICTURES = process.env["BREAKWATER_SCREENSHOTS"];

const noChromium = locateTools(["chromium"]).chromium.missing === true;

let browser: Browser;
let folder: string;
let url: string;

beforeAll(async () => {
  if (noChromium) return;
  browser = await launchChromium();
  folder = mkdtempSync(join(tmpdir(), "breakwater-report-"));
  const file = join(folder, "report.html");
  writeFileSync(file, story());
  url = pathToFileURL(file).href;
});

afterAll(async () => {
  if (noChromium) return;
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Two policies of fourteen days, one of which lost racks, waited for others and kept too many. */
function story(): string {
  const troubled = aRun({
    name: "theirs",
    days: 14,
    orders: [anOrder(120, 124, 2)],
    change: ({ hitRate, met, racksHeld, racksServing, racksWanted }) => {
      between(met, [50, 51.5], 120);
      between(racksServing, [49.9, 51.5], 3);
      between(hitRate, [200, 206], (before) => before - 0.15);
      for (const column of [racksHeld, racksServing, racksWanted]) between(column, [240, 270], 8);
    },
  });
  return reportPage({
    title: "calm: ours against theirs",
    about: "Two policies, 14 simulated days.",
    command: "breakwater compare calm.yaml --policies theirs --report report.html",
    version: "0.1.0",
    runs: [aRun({ name: "ours", days: 14 }), troubled],
  });
}

async function open({ width = 1_280, dark = false } = {}) {
  const complaints: string[] = [];
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    offline: true,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `report-${name}.png`), fullPage: true });
}

/** What axe has against the page as it is shown, one line each. */
async function offences(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => " +
      "`${id}: ${nodes[0].html.slice(0, 120)}`))",
  );
}

describe.skipIf(noChromium)("a report in a browser", () => {
  it.each([
    ["light", {}],
    ["dark", { dark: true }],
    ["phone", { width: 390 }],
  ])("says nothing to the console and has no barriers: %s", async (name, options) => {
    const { close, complaints, page } = await open(options);
    expect(await offences(page)).toEqual([]);
    await picture(page, name);
    expect(complaints).toEqual([]);
    await close();
  });

  it("has the findings on the first screen, the costliest first", async () => {
    const { close, page } = await open();
    const first = page.locator("#finding-1");
    expect(await first.textContent()).toContain("serving racks fell from 5 to 3");
    const box = await first.boundingBox();
    expect((box?.y ?? 9_999) + (box?.height ?? 0)).toBeLessThan(900);
    await close();
  });

  it("leads from a finding to its plot by keyboard, and back", async () => {
    const { close, page } = await open();
    await page.locator("#finding-1 a").focus();
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#plot-1");
    expect(await page.locator("#plot-1 svg").first().isVisible()).toBe(true);
    await page.locator("#plot-1 figcaption a").click();
    expect(new URL(page.url()).hash).toBe("#finding-1");
    await close();
  });

  it("draws the whole run on a phone, with words that can be read", async () => {
    const { close, page } = await open({ width: 390 });
    const plots = await page
      .locator(".plot > svg")
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().width));
    expect(plots.length).toBeGreaterThan(5);
    for (const width of plots) expect(width).toBeLessThan(390);
    const heights = await page
      .locator(".plot .tick")
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
    expect(Math.min(...heights.filter((height) => height > 0))).toBeGreaterThan(9);
    await close();
  });

  it("never makes a phone scroll the page sideways", async () => {
    const { close, page } = await open({ width: 360 });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBe(360);
    await close();
  });
});
