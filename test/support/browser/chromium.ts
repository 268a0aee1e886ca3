import { chromium, type Browser } from "playwright-core";
import { locateTools } from "../../../tools/install-tools.mjs";

/** Nothing of the browser's own may reach the network, nor ask for a sandbox that CI lacks. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws Error when there is no Chromium, with how to get one. */
export async function launchChromium(): Promise<Browser> {
  const { chromium: found } = locateTools(["chromium"]);
  if (found.missing) throw new Error(`no Chromium: ${found.reason}`);
  return chromium.launch({ executablePath: found.path, args: FLAGS });
}
