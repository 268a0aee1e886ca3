import { describe, expect, it } from "vitest";
import { runsOf } from "../../../../src/sim/metrics/promql/series.ts";
import { SampleLog } from "../../../../src/sim/metrics/sample-log.ts";
import { TimeAxis } from "../../../../src/sim/metrics/time-axis.ts";

describe("runs", () => {
  it("join series in columns side by side, in their order", () => {
    const axis = new TimeAxis();
    const [a, b] = [new SampleLog(9, 4), new SampleLog(9, 4)];
    const one = (log: SampleLog, column: number) => ({ labels: {}, axis, log, column, keptMs: 1 });
    const runs = runsOf([one(a, 3), one(a, 4), one(a, 6), one(b, 7), one(a, 8)]);
    const shown = runs.map(({ log, firstColumn, length }) => [
      log === a ? "a" : "b",
      firstColumn,
      length,
    ]);
    expect(shown).toEqual([
      ["a", 3, 2],
      ["a", 6, 1],
      ["b", 7, 1],
      ["a", 8, 1],
    ]);
    expect(runsOf([])).toEqual([]);
  });
});
