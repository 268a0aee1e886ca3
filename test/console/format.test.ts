import { describe, expect, it } from "vitest";
import {
  clock,
  duration,
  instant,
  latency,
  percent,
  significant,
} from "../../src/console/format.ts";
import { START } from "../support/reports/observed.ts";

describe("numbers as the page writes them", () => {
  it.each([
    { found: duration(45), text: "45 s" },
    { found: duration(720), text: "12 min" },
    { found: duration(11_100), text: "3 h 5 min" },
    { found: duration(7_200), text: "2 h" },
    { found: duration(187_200), text: "2 d 4 h" },
    { found: percent(0.9), text: "90 %" },
    { found: percent(0.9951), text: "99.51 %" },
    { found: percent(1), text: "100 %" },
    { found: percent(null), text: "–" },
    { found: latency(0.0345), text: "34.5 ms" },
    { found: latency(2.5), text: "2.5 s" },
    { found: significant(1_234.5), text: "1,235" },
    { found: significant(123.4), text: "123" },
    { found: clock(START / 1_000), text: "18:00:00" },
    { found: instant(START / 1_000), text: "2026-12-01 18:00:00 UTC" },
  ])("$text", ({ found, text }) => {
    expect(found).toBe(text);
  });
});
