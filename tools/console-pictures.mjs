/**
 * Takes the pictures of the docs: `node tools/console-pictures.mjs [folder]` after `npm run build`,
 * into docs/pictures by default. They show the demo, seed 1, at 240x until racks meet its first
 * surge: light, on a phone in the dark, and the instant of the first decision.
 */
import { spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { locateTools } from "./install-tools.mjs";

const ROOT = join(import.meta.dirname, "..");
const FOLDER = process.argv[2] ?? join(ROOT, "docs", "pictures");
/** Above it a picture is too heavy for a page that is read on the way. */
const MAX_BYTES = 200_000;
/** A surge of the demo is met within a simulated hour or so. */
const WAIT_MS = 60_000;

const main = join(ROOT, "dist", "cli", "main.js");
const demo = spawn(process.execPath, [main, "demo", "--speed", "240", "--seed", "1"]);

/** @returns the address that the demo prints */
const url = await new Promise((found, failed) => {
  let text = "";
  demo.stdout.on("data", (chunk) => {
    text += chunk;
    const [address] = /http:\/\/\S+\//.exec(text) ?? [];
    if (address !== undefined) found(address);
  });
  demo.once("exit", (code) => failed(new Error(`the demo ended with ${code}`)));
});

const { chromium: tool } = locateTools(["chromium"]);
const browser = await chromium.launch({ executablePath: tool.path, args: ["--no-sandbox"] });
mkdirSync(FOLDER, { recursive: true });

async function open(options) {
  const page = await browser.newPage({ ...options, reducedMotion: "reduce" });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(url);
  return page;
}

async function take(page, name) {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path });
  const bytes = statSync(path).size;
  console.log(`${path}: ${Math.round(bytes / 1_000)} kB`);
  if (bytes > MAX_BYTES) throw new Error(`${name} takes ${bytes} bytes, at most ${MAX_BYTES}`);
}

/** The notes say how the demo works, which the page around a picture says better. */
const withoutNotes = (page) => page.evaluate(() => document.getElementById("notes")?.remove());

try {
  const light = await open({ viewport: { width: 1_200, height: 960 }, colorScheme: "light" });
  await light.getByLabel("1 h").check();
  await light.locator(".rack[data-phase=Warming]").first().waitFor();
  await withoutNotes(light);
  await light.evaluate(() => scrollTo(0, 0));
  await take(light, "console");
  const phone = await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  await phone.locator(".rack").first().waitFor();
  await withoutNotes(phone);
  await take(phone, "console-phone");
  const decision = light.locator(".decisions > li").last();
  await decision.locator("summary").click();
  await decision.getByRole("button", { name: "Show the page as it was then" }).click();
  await light.locator("#timeline[data-past=true]").waitFor();
  await take(light, "console-earlier");
} finally {
  await browser.close();
  demo.kill("SIGTERM");
}
