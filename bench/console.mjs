/**
 * `npm run bench:console`: how soon the console is painted with a week of eight fleets behind it,
 * 40,320 ticks of 15 s for each of eight groups. A server as the controller's, told all ticks; a
 * headless Chromium that opens the page five times; then the week on screen, and an instant of it.
 * Ends with status 1 when the median first paint takes a second or more.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { createHttpServer } from "../src/adapters/http/server.ts";
import { createView } from "../src/adapters/http/view.ts";
import { createMetrics } from "../src/adapters/telemetry/metrics.ts";
import { surgeTick } from "../test/support/reports/surge.ts";
import { eightGroups } from "../test/support/reports/week.ts";

/** What the first paint must stay below. */
const LIMIT_MS = 1_000;
const WEEK_TICKS = 7 * 24 * 240;
const LOADS = 5;
const CONSOLE = join(process.cwd(), "dist", "console");

const ENCODED = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };

const { values } = parseArgs({
  options: {
    /** Tells one tick of so many, to be quick. */
    every: { type: "string", default: "1" },
    /** Keeps a picture of the week here. */
    picture: { type: "string" },
  },
});

const view = createView();
const telling = performance.now();
let told = 0;
for (let tick = 0; tick <= WEEK_TICKS; tick += Number(values.every)) {
  for (const report of eightGroups(surgeTick(tick))) view.tick(report);
  told += 1;
}
const perTickUs = ((performance.now() - telling) / told / 8) * 1_000;

const server = createHttpServer({
  address: { host: "127.0.0.1", port: 0 },
  metrics: createMetrics({ version: "bench" }),
  view,
  about: { mode: "live", version: "bench", speed: null, notes: [] },
  onError: (error) => {
    throw error;
  },
  consoleDir: CONSOLE,
});
const { url } = await server.listen();
const tools = ["tools/install-tools.mjs", "--only", "chromium", "--print"];
const { chromium: executablePath } = JSON.parse(execFileSync(process.execPath, tools, ENCODED));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function load() {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
  await page.goto(url);
  await page.locator(".charts").first().scrollIntoViewIfNeeded();
  await page.locator(".plot canvas").first().waitFor();
  const marks = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    charts: performance.now(),
  }));
  return { page, ...marks };
}

const loads = [];
for (let index = 0; index < LOADS; index += 1) {
  const { page, ...marks } = await load();
  loads.push(marks);
  await page.close();
}
const { page } = await load();
const weekFrom = performance.now();
const fetched = page.waitForResponse((response) => response.url().includes("span=week"));
await page.getByLabel("7 d").check();
const weekBytes = (await (await fetched).body()).length;
await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null))));
const weekMs = performance.now() - weekFrom;
if (values.picture !== undefined) await page.screenshot({ path: values.picture, fullPage: true });
const momentFrom = performance.now();
await page.locator("#instant").press("Home");
await page.locator("#timeline[data-past=true]").waitFor();
const momentMs = performance.now() - momentFrom;
await browser.close();
await server.close();

const files = readdirSync(CONSOLE, { recursive: true, encoding: "utf8" });
const bytes = files.reduce((sum, name) => sum + statSync(join(CONSOLE, name)).size, 0);
const paint = median(loads.map((one) => one.paint));
console.log(`${told} ticks of 8 groups told, ${perTickUs.toFixed(0)} us each; ${cpus()[0]?.model}`);
console.log(`first paint ${paint.toFixed(0)} ms (median of ${LOADS}), must be below ${LIMIT_MS}`);
console.log(`charts drawn after ${median(loads.map((one) => one.charts)).toFixed(0)} ms`);
console.log(`a week on screen after ${weekMs.toFixed(0)} ms (${(weekBytes / 1e6).toFixed(1)} MB)`);
console.log(`an instant a week ago after ${momentMs.toFixed(0)} ms`);
const memoryMb = (process.memoryUsage.rss() / 1e6).toFixed(0);
console.log(`page ${(bytes / 1_000).toFixed(0)} kB; memory ${memoryMb} MB`);
process.exitCode = paint < LIMIT_MS ? 0 : 1;
