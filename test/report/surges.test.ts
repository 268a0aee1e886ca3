import { describe, expect, it } from "vitest";
import type { SurgeResult } from "../../src/api/results.ts";
import { headlines } from "../../src/report/headline.ts";
import { reportPage } from "../../src/report/report-page.ts";
import { surgesText } from "../../src/report/surges.ts";
import { aRun } from "../support/reports/a-run.ts";

const surge = (changes: Partial<SurgeResult>): SurgeResult => ({
  startSeconds: 7_200,
  cause: "traffic",
  factor: 3,
  timeToAbsorbSeconds: 840,
  outsideSeconds: 345,
  violations: 1_305,
  extraGpuHours: 74,
  ...changes,
});

const textOf = (...surges: readonly SurgeResult[]): string =>
  surgesText(aRun({ days: 1, result: { surges } }).result);

describe("what surges and faults did", () => {
  it.each([
    [
      "traffic that left the objectives and came back",
      {},
      "Traffic x 3 at 02:00 h: first inside the objectives again after 14 min, outside for 6 min " +
        "in all; 1,305 turns missed until the end.",
    ],
    [
      "a fault that nobody felt",
      { cause: "rack-loss", factor: 1, timeToAbsorbSeconds: 0, outsideSeconds: 0, violations: 3 },
      "Rack-loss at 02:00 h: never outside the objectives; 3 turns missed until the end.",
    ],
    [
      "one that was never absorbed",
      { timeToAbsorbSeconds: null, outsideSeconds: 9_000 },
      "Traffic x 3 at 02:00 h: not inside the objectives again, outside for 2.5 h; 1,305 turns " +
        "missed until the end.",
    ],
  ])("%s", (_name, changes, expected) => {
    expect(textOf(surge(changes))).toBe(expected);
  });

  it("are charged until the next one begins", () => {
    const text = textOf(surge({}), surge({ startSeconds: 10_800, cause: "rack-loss" }));
    expect(text).toMatch(/Traffic x 3 .* until the next\. Rack-loss at 03:00 h.* until the end\./);
  });

  it("are no first lines where there are many: the worst three are, in their order", () => {
    const hours = [1, 2, 3, 4, 5];
    const text = textOf(
      ...hours.map((hour) => surge({ startSeconds: hour * 3_600, violations: hour })),
    );
    expect(text.match(/at 0\d:00 h/g)).toEqual(["at 03:00 h", "at 04:00 h", "at 05:00 h"]);
    expect(text).toContain("2 more are in the tables.");
  });
});

describe("a report of a run with a surge", () => {
  const input = {
    title: "",
    about: "",
    command: "",
    version: "",
    runs: [aRun({ days: 1, result: { surges: [surge({})] } })],
  };

  it("tells it first, marks it in every timeline, and has its figures", () => {
    expect(headlines(input, [])).toHaveLength(2);
    const page = reportPage(input);
    expect(page.match(/<text class="event"[^>]*>traffic x 3</g)).toHaveLength(5);
    expect(page).toContain("Surges and faults");
    expect(page).toContain("<td>traffic x 3</td><td>02:00 h</td><td>6 min</td>");
  });
});
