import { describe, expect, it } from "vitest";
import { progressOn, progressText } from "../../../src/cli/simulation/progress.ts";

describe("progress", () => {
  it.each([
    [0, 2_000, "0 %"],
    [0.5, 10_000, "50 %, 10 s left"],
    [0.25, 60_000, "25 %, 3 min 0 s left"],
  ])("at %d after %d ms is %s", (share, passed, text) => {
    expect(progressText(share, passed)).toBe(text);
  });

  it("shows on a terminal, after a second, four times a second, and leaves nothing behind", () => {
    const written: string[] = [];
    let now = 0;
    const terminal = { isTTY: true, write: (text: string) => written.push(text) };
    const progress = progressOn(terminal, "launch-day", () => now);
    for (now = 0; now < 2_000; now += 50) progress.update(now / 4_000);
    progress.end();
    expect(written).toHaveLength(5);
    expect(written[0]).toContain("launch-day: 25 %, 3 s left");
    expect(written.at(-1)).toBe("\r\u001b[2K");
  });

  it("is a line every half minute where lines stay", () => {
    const written: string[] = [];
    let now = 0;
    const log = { write: (text: string) => written.push(text) };
    const progress = progressOn(log, "12 runs", () => now);
    for (now = 0; now <= 90_000; now += 1_000) progress.update(now / 120_000);
    progress.end();
    expect(written).toEqual([
      "12 runs: 25 %, 1 min 30 s left\n",
      "12 runs: 50 %, 1 min 0 s left\n",
      "12 runs: 75 %, 30 s left\n",
    ]);
  });

  it("is silent where a command ends before anybody wonders", () => {
    const written: string[] = [];
    let now = 0;
    const progress = progressOn({ write: (text: string) => written.push(text) }, "x", () => now);
    for (now = 0; now < 30_000; now += 1_000) progress.update(now / 30_000);
    progress.end();
    expect(written).toEqual([]);
  });
});
