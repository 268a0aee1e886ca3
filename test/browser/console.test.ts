import { describe, expect, it } from "vitest";
import type { View } from "../../src/adapters/http/view.ts";
import { consoles, noChromium, picture, textOf } from "../support/browser/console-page.ts";
import { surgeTick } from "../support/reports/surge.ts";

/** Ticks of the story, 4 a minute: calm, racks on the way. */
const CALM = 40;
const ARRIVING = 4 * 63;

const { serve, open } = consoles();

const tell = (view: View, from: number, to: number): void => {
  for (let tick = from; tick <= to; tick += 1) view.tick(surgeTick(tick));
};

describe.skipIf(noChromium)("the console", () => {
  it("shows the fleet, its racks, its decisions and what is simulated", async () => {
    const { view, url } = await serve();
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
    const { view, url } = await serve();
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
    tell(second.view, 0, ARRIVING);
    await page.locator("#connection[data-state=live]").waitFor();
    await page.locator("#clock", { hasText: "19:03:00" }).waitFor();
    await page.locator("#connection", { hasText: "Live again" }).waitFor();
    const whileAway = complaints.filter((text) => !text.includes("ERR_CONNECTION_REFUSED"));
    expect(whileAway.filter((text) => !text.includes("ERR_INCOMPLETE_CHUNKED"))).toEqual([]);
  });

  it("keeps what a reader opened or focused while ticks arrive", async () => {
    const { view, url } = await serve();
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
});
