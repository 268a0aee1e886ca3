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

  it("never shows anywhere else", () => {
    const written: string[] = [];
    const progress = progressOn({ write: (text: string) => written.push(text) }, "x", () => 1e6);
    progress.update(0.5);
    progress.end();
    expect(written).toEqual([]);
  });
});
