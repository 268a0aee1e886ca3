import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe answers, as text: rule, sentence, and the elements it is about. */
const RUN =
  "axe.run().then(({ violations }) => violations.map(({ id, help, nodes }) => " +
  "`${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`))";

/** @returns what axe finds wrong with the page as it is now; run past the page's own policy */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<readonly string[]>(RUN);
}
