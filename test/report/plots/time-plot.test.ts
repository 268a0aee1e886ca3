import { describe, expect, it } from "vitest";
import type { PlotWindow } from "../../../src/report/plots/time-plot.ts";
import { timePlot } from "../../../src/report/plots/time-plot.ts";

const plot = {
  title: "Racks",
  summary: "Racks.",
  lines: [{ label: "serving", tone: "serving", column: [1, 2, 3, 4] }],
  format: String,
  low: 0,
};

const drawn = (changes: Partial<PlotWindow>): string =>
  timePlot(plot, {
    fromSeconds: 0,
    stepSeconds: 3_600,
    steps: 4,
    marks: [],
    events: [],
    ...changes,
  }).text;

describe("a plot over time", () => {
  it("stretches its lines to the page, and nothing else", () => {
    const [outer = "", inner = ""] = drawn({}).split("<svg viewBox");
    expect(inner).toContain('preserveAspectRatio="none"');
    expect(inner).not.toContain("<text");
    expect(outer).toContain('x="50%"');
  });

  it("names what the world did where it did it, and to the left near the end", () => {
    const text = drawn({
      events: [
        { at: 3_600, name: "traffic x 3" },
        { at: 14_000, name: "rack-loss" },
      ],
    });
    expect(text).toContain('x="25%" y="-15" dx="4">traffic x 3<');
    expect(text).toMatch(/text-anchor="end" dx="-4">rack-loss</);
  });

  it("has no event that is outside of what is shown", () => {
    const text = drawn({ fromSeconds: 7_200, events: [{ at: 3_600, name: "traffic x 3" }] });
    expect(text).not.toContain("traffic");
  });

  it("points at a minute as at something that can be seen", () => {
    expect(drawn({ marks: [{ from: 60, to: 61, name: "1" }] })).toContain('width="0.4%"');
  });
});
