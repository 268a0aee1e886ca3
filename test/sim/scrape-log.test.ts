import { describe, expect, it } from "vitest";
import type { Scrape } from "../../src/sim/scrape-log.ts";
import { ScrapeLog, rateOf, slopeOf } from "../../src/sim/scrape-log.ts";
import { MINUTE } from "../support/simulated-world.ts";

const scrape = (at: number, firstTokens = 0): Scrape => ({
  at,
  sent: 0,
  coverage: 1,
  firstTokens,
  promptTokens: 0,
  computedPromptTokens: 0,
  generatedTokens: 0,
  running: 0,
  waiting: 0,
  pinnedTokens: 0,
  kvTokens: 0,
  ttft: [],
  itl: [],
});

describe("the log of scrapes", () => {
  const log = new ScrapeLog();
  for (let at = 0; at <= 30 * MINUTE; at += 15_000) log.record(scrape(at));

  it("gives the scrapes of a window, open on the left", () => {
    const instants = log.window(30 * MINUTE, MINUTE).map(({ at }) => 30 * MINUTE - at);
    expect(instants).toEqual([45_000, 30_000, 15_000, 0]);
  });

  it("keeps full scrapes for minutes, demand for days", () => {
    expect(log.window(30 * MINUTE, 30 * MINUTE)).toHaveLength(40);
    expect(log.demandWindow(30 * MINUTE, 30 * MINUTE)).toHaveLength(120);
  });

  it("forgets demand after two weeks", () => {
    const long = new ScrapeLog();
    const day = 24 * 60 * MINUTE;
    for (let at = 0; at <= 30 * day; at += 15 * MINUTE) long.record(scrape(at));
    const oldest = long.demandWindow(30 * day, 30 * day)[0]?.at ?? 0;
    expect(oldest).toBeGreaterThan(0);
    expect(oldest).toBeLessThanOrEqual(16 * day);
  });
});

describe("a rate", () => {
  it.each([
    ["increase over time", [scrape(0, 10), scrape(15_000, 40)], 2],
    ["no answer from one sample", [scrape(0, 10)], null],
    ["no answer from none", [], null],
  ])("is %s", (_what, samples, expected) => {
    expect(rateOf(samples, ({ firstTokens }) => firstTokens)).toBe(expected);
  });
});

describe("a slope", () => {
  it("is that of the least-squares line, per second", () => {
    const samples = [0, 1, 2, 3].map((index) => scrape(index * 15_000, 7 + 30 * index));
    expect(slopeOf(samples, ({ firstTokens }) => firstTokens)).toBeCloseTo(2, 9);
    expect(slopeOf(samples.slice(0, 1), ({ firstTokens }) => firstTokens)).toBeNull();
  });
});
