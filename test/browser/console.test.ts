import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createHttpServer, type HttpServer } from "../../src/adapters/http/server.ts";
import { createView, type View } from "../../src/adapters/http/view.ts";
import { createMetrics } from "../../src/adapters/telemetry/metrics.ts";
import { millis } from "../../src/core/units.ts";
import { locateTools } from "../../tools/install-tools.mjs";
import { launchChromium } from "../support/browser/chromium.ts";
import { buildConsole } from "../support/browser/console-build.ts";
import { surgeTick } from "../support/reports/surge.ts";

/** Set it to keep the pictures for looking at. */
const PICTURES = process.env["BREAKWATER_SCREENSHOTS"];

/** Ticks of the story, 4 a minute: calm, racks on the way, racks warm, one being drained. */
const CALM = 40;
const ARRIVING = 4 * 63;
const DRAINING = 4 * 152;

let browser: Browser;
let consoleDir: string;

const noChromium = locateTools(["chromium"]).chromium.missing === true;

beforeAll(async () => {
  if (noChromium) return;
  consoleDir = buildConsole();
  browser = await launchChromium();
});

afterAll(async () => {
  if (noChromium) return;
  await browser.close();
  rmSync(dirname(consoleDir), { recursive: true });
});

interface Served {
  readonly view: View;
  readonly server: HttpServer;
  readonly url: string;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(port = 0): Promise<Served> {
  const view = createView();
  const server = createHttpServer({
    address: { host: "127.0.0.1", port },
    metrics: createMetrics({ version: "0.1.0" }),
    view,
    about: {
      mode: "demo",
      version: "0.1.0",
      speed: 60,
      notes: [
        "Everything below is simulated at 60x: an hour passes in a minute.",
        "A rack arrives in 4-12 simulated minutes.",
        "Watch a surge: demand leaves its band, racks arrive, latency returns below its threshold.",
      ],
    },
    onError: (error) => {
      throw error;
    },
    consoleDir,
    heartbeatMs: millis(500),
  });
  const { url } = await server.listen();
  return { view, server, url };
}

const tell = (view: View, from: number, to: number): void => {
  for (let tick = from; tick <= to; tick += 1) view.tick(surgeTick(tick));
};

interface PageOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

/** Opens the page and fails the test on any error of the page or violation of its policy. */
async function open(url: string, { width = 1_280, dark = false }: PageOptions = {}) {
  const complaints: string[] = [];
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`left the server: ${request.url()}`);
  });
  await page.goto(url);
  cleanups.push(() => context.close());
  return { page, complaints };
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? "";

describe.skipIf(noChromium)("the console", () => {
  it("shows the fleet, its racks, its decisions and what is simulated", async () => {
    const { view, server, url } = await serve();
    cleanups.push(() => server.close());
    tell(view, 0, ARRIVING);
    const { page, complaints } = await open(url);
    await page.locator("#fleets h3", { hasText: "agents/coder" }).waitFor();
    await page.locator(".plot canvas").nth(5).waitFor();
    await page.locator("#notes", { hasText: "A rack arrives in 4-12 simulated minutes" }).waitFor();
    await page.locator("#clock", { hasText: "simulated time 2026-12-01 19:03:00 UTC" }).waitFor();
    expect(await textOf(page, "#decisions")).toContain("Out 5 → 8");
    expect(await textOf(page, "#holds")).toContain("gb200-east-out-1 is on its way.");
    expect(await page.locator(".rack").count()).toBe(8);
    expect(await page.locator(".rack[data-phase=Joining]").first().textContent()).toContain(
      "9 of 18 nodes ready",
    );
    await picture(page, "light");
    expect(complaints).toEqual([]);
  });

  it("follows ticks live and announces a decision, not every tick", async () => {
    const { view, server, url } = await serve();
    cleanups.push(() => server.close());
    tell(view, 0, CALM);
    const { page, complaints } = await open(url);
    await page.locator("#connection[data-state=live]").waitFor();
    await page.locator("#clock", { hasText: "18:10:00" }).waitFor();
    tell(view, CALM + 1, CALM + 4);
    await page.locator("#clock", { hasText: "18:11:00" }).waitFor();
    expect(await textOf(page, "#announcements")).toBe("");
    tell(view, CALM + 5, ARRIVING);
    await page.locator("#announcements", { hasText: "Decision: Out 5 → 8" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("says when the connection is lost and comes back by itself after a restart", async () => {
    const first = await serve();
    tell(first.view, 0, CALM);
    const { page, complaints } = await open(first.url);
    await page.locator("#connection[data-state=live]").waitFor();
    await first.server.close();
    await page.locator("#connection[data-state=lost]").waitFor();
    const second = await serve(Number(new URL(first.url).port));
    cleanups.push(() => second.server.close());
    tell(second.view, 0, ARRIVING);
    await page.locator("#connection[data-state=live]").waitFor();
    await page.locator("#clock", { hasText: "19:03:00" }).waitFor();
    const whileAway = complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"));
    expect(whileAway.filter((text) => !text.includes("ERR_INCOMPLETE_CHUNKED"))).toEqual([]);
  });

  it("keeps what a reader opened or focused while ticks arrive", async () => {
    const { view, server, url } = await serve();
    cleanups.push(() => server.close());
    tell(view, 0, CALM);
    const { page } = await open(url);
    const summary = page.locator("summary", { hasText: "Signals" });
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.locator("details[open] td", { hasText: "Fresh" }).first().waitFor();
    tell(view, CALM + 1, CALM + 8);
    await page.locator("#clock", { hasText: "18:12:00" }).waitFor();
    expect(await page.locator("details[open]").count()).toBe(1);
    expect(await page.locator("summary:focus", { hasText: "Signals" }).count()).toBe(1);
  });

  it.each([
    { name: "dark", width: 1_280, dark: true },
    { name: "phone", width: 390, dark: false },
  ])("fits and has landmarks: $name", async ({ name, width, dark }) => {
    const { view, server, url } = await serve();
    cleanups.push(() => server.close());
    tell(view, 0, DRAINING);
    const { page, complaints } = await open(url, { width, dark });
    await page.locator(".plot canvas").first().waitFor();
    await page.locator("#decisions", { hasText: "In 8 → 7" }).waitFor();
    await page.locator(".chart").nth(3).scrollIntoViewIfNeeded();
    await page.locator(".legend .value", { hasText: "89.6 %" }).waitFor();
    await picture(page, name);
    const contentWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect(contentWidth).toBeLessThanOrEqual(width);
    expect(await page.getByRole("main").count()).toBe(1);
    expect(await page.getByRole("region", { name: "Decisions" }).count()).toBe(1);
    expect(await page.getByRole("table", { name: "Objectives" }).count()).toBe(1);
    expect(complaints).toEqual([]);
  });
});
