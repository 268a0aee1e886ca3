/**
 * A picture of a report's first screen: `node tools/report-picture.mjs report.html picture.png`.
 * docs/report.md says of which report its own is.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { locateTools } from "./install-tools.mjs";

/** As wide as a page of docs shows it, as high as to have the first timelines. */
const SIZE = { width: 880, height: 860 };

const [report, picture] = process.argv.slice(2);
if (report === undefined || picture === undefined) {
  throw new Error("expected the report's file and the picture's");
}
const found = locateTools(["chromium"]).chromium;
if (found.missing) throw new Error(`no Chromium: ${found.reason}`);
const browser = await chromium.launch({
  executablePath: found.path,
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: SIZE });
await page.goto(pathToFileURL(resolve(report)).href);
await page.screenshot({ path: picture });
await browser.close();
