import { describe, expect, it } from "vitest";
import { STALE } from "../../../src/sim/metrics/sample-log.ts";
import { ScrapedTarget } from "../../../src/sim/metrics/scraped-target.ts";
import { TimeAxis } from "../../../src/sim/metrics/time-axis.ts";

const column = (name: string) => ({ name, labels: {}, family: name, type: "gauge" }) as const;

describe("a target", () => {
  const target = new ScrapedTarget({
    axis: new TimeAxis(),
    labels: { target: { pod: "p" }, exported: {} },
    kept: [column("a"), column("b")],
    recent: [column("c")],
    keptMs: 100,
    recentMs: 10,
  });

  it("has a series a column, in the log that keeps it as long as it should be", () => {
    expect(
      target.series.map(({ labels, log, column: place, keptMs }) => [
        labels["__name__"],
        log === target.kept ? "kept" : "recent",
        place,
        keptMs,
      ]),
    ).toEqual([
      ["a", "kept", 0, 100],
      ["b", "kept", 1, 100],
      ["c", "recent", 0, 10],
    ]);
  });

  it("ends all of them at once", () => {
    target.end(7);
    expect(target.series.map(({ log, column: place }) => log.value(7, place))).toEqual([
      STALE,
      STALE,
      STALE,
    ]);
  });
});
