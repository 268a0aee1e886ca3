/** The console served from a folder of its own and opened in a Chromium. */
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { createHttpServer, type HttpServer } from "../../../src/adapters/http/server.ts";
import { createView, type View } from "../../../src/adapters/http/view.ts";
import { createMetrics } from "../../../src/adapters/telemetry/metrics.ts";
import { millis } from "../../../src/core/units.ts";
import { locateTools } from "../../../tools/install-tools.mjs";
import { launchChromium } from "./chromium.ts";
import { buildConsole } from "./console-build.ts";

/** Set it to keep the pictures for looking at. */
const PICTURES = process.env["BREAKWATER_SCREENSHOTS"];

export const noChromium = locateTools(["chromium"]).chromium.missing === true;

export interface Served {
  readonly view: View;
  readonly server: HttpServer;
  readonly url: string;
}

export interface PageOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors of the page, violations of its policy, requests that left the server. */
  readonly complaints: readonly string[];
}

export interface Consoles {
  /** Folder of the built page. */
  folder(): string;
  /** @param port 0 takes a free one */
  serve(port?: number): Promise<Served>;
  open(url: string, options?: PageOptions): Promise<OpenPage>;
}

/** A page that has not done it within this does not do it. */
const WAIT_MS = 10_000;

const NOTES = [
  "Everything below is simulated at 60x: an hour passes in a minute.",
  "A rack arrives in 4-12 simulated minutes.",
  "Watch a surge: demand leaves its band, racks arrive, latency returns below its threshold.",
];

/** Registers the hooks that build the page, start the browser and clean up after each test. */
export function consoles(): Consoles {
  let browser: Browser | null = null;
  let folder = "";
  const cleanups: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    if (noChromium) return;
    folder = buildConsole();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== "") rmSync(dirname(folder), { recursive: true });
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  return {
    folder: () => folder,
    serve: async (port = 0) => {
      const served = await serveConsole(folder, port);
      cleanups.push(() => served.server.close());
      return served;
    },
    open: async (url, options = {}) => {
      if (browser === null) throw new Error("no browser was started");
      const { page, complaints, close } = await openPage(browser, url, options);
      cleanups.push(close);
      return { page, complaints };
    },
  };
}

async function serveConsole(consoleDir: string, port: number): Promise<Served> {
  const view = createView();
  const server = createHttpServer({
    address: { host: "127.0.0.1", port },
    metrics: createMetrics({ version: "0.1.0" }),
    view,
    about: { mode: "demo", version: "0.1.0", speed: 60, notes: NOTES },
    onError: (error) => {
      throw error;
    },
    consoleDir,
    heartbeatMs: millis(500),
  });
  const { url } = await server.listen();
  return { view, server, url };
}

async function openPage(
  browser: Browser,
  url: string,
  { width = 1_280, dark = false }: PageOptions,
) {
  const complaints: string[] = [];
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`left the server: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.evaluate("scrollTo(0, 0)");
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

export const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? "";
