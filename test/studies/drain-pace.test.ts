import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../support/bundled.ts";
import type { DrainKind, DrainReport } from "../support/runs/drain-run.ts";

/** What the fleet of the runs allows, prompt tokens per second. */
const PACE = 8_000;
const THRESHOLD_SECONDS = 20;
const SHARE = 0.95;
const SEEDS = [1, 2, 3, 4];

const reports = new Map<DrainKind, readonly DrainReport[]>();

/** A session is 100,000 tokens and more: over one rack's sessions a minute's figure is luck. */
function meanByMinute(kind: DrainKind): readonly number[] {
  const runs = reports.get(kind) ?? [];
  const [first] = runs;
  return (first?.movedTokensPerSecond ?? []).map(
    (_, n) => runs.reduce((sum, run) => sum + (run.movedTokensPerSecond[n] ?? 0), 0) / runs.length,
  );
}

function row(kind: DrainKind): string {
  const runs = reports.get(kind) ?? [];
  const mean = (of: (run: DrainReport) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const cells = [
    Math.round(Math.max(...meanByMinute(kind))),
    mean(({ minutes }) => minutes ?? Number.NaN).toFixed(1),
    mean(({ ttftP95 }) => ttftP95).toFixed(1),
    mean(({ hitRate }) => 100 * hitRate).toFixed(1),
    runs.reduce((sum, { sentAgain }) => sum + sentAgain, 0),
    runs.reduce((sum, { lost }) => sum + lost, 0),
  ];
  return [kind.padEnd(9), ...cells.map((cell) => String(cell).padStart(11))].join("");
}

const HEAD = ["", "cold peak", "minutes", "ttft p95", "hit rate %", "sent again", "lost"]
  .map((cell, n) => (n === 0 ? cell.padEnd(9) : cell.padStart(11)))
  .join("");

describe("the drain of a busy rack, one of six", () => {
  beforeAll(async () => {
    const run = join(import.meta.dirname, "..", "support", "runs", "drain-run.ts");
    const { drainOf }: { drainOf: (kind: DrainKind, seed: number) => Promise<DrainReport> } =
      await import(await bundled(run));
    for (const kind of ["paced", "unpaced"] as const) {
      const found: DrainReport[] = [];
      for (const seed of SEEDS) found.push(await drainOf(kind, seed));
      reports.set(kind, found);
    }
    console.log([HEAD, row("paced"), row("unpaced")].join("\n"));
  }, 180_000);

  const each = (kind: DrainKind) => reports.get(kind) ?? [];

  it("comes to its end, and no tick fails", () => {
    for (const { failures, phase } of [...each("paced"), ...each("unpaced")]) {
      expect({ failures, phase }).toEqual({ failures: [], phase: "Done" });
    }
  });

  it("takes units out one by one, waits for their turns, and only then evicts", () => {
    for (const { story } of each("paced")) {
      const steps = story.filter((code) => code !== "eject-pace" && code !== "eject-hold");
      expect(steps.filter((code, n) => code !== steps[n - 1])).toEqual([
        "cordoning",
        "ejecting",
        "turns-running",
        "evicting",
        "surplus",
        "releasing",
        "released",
      ]);
    }
  });

  it("keeps the cold work of sessions that move under the stated pace; unpaced does not", () => {
    expect(Math.max(...meanByMinute("paced"))).toBeLessThanOrEqual(PACE);
    expect(Math.max(...meanByMinute("unpaced"))).toBeGreaterThan(PACE);
  });

  it("loses no turn", () => {
    for (const { lost, ended } of each("paced")) {
      expect(lost).toBe(0);
      expect(ended).toBeGreaterThan(2_000);
    }
  });

  it("keeps time to first token inside the objective, in every five minutes of it", () => {
    for (const { ttftP95, worstShare } of each("paced")) {
      expect(ttftP95).toBeLessThan(THRESHOLD_SECONDS);
      expect(worstShare).toBeGreaterThanOrEqual(SHARE);
    }
  });
});
