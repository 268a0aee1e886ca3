import { describe, expect, it } from "vitest";
import { HISTORY_TIERS, HistoryRing } from "../../../src/adapters/http/history-ring.ts";

describe("the history ring", () => {
  const point = (minute: number, value: number) => ({
    atSeconds: minute * 60,
    values: { ttftP95: value },
  });

  it("holds the last 720 minutes, peaks kept", () => {
    const ring = new HistoryRing(HISTORY_TIERS.day);
    for (let minute = 0; minute < 1_000; minute += 1) {
      ring.add(point(minute, 9));
      ring.add(point(minute, 1));
    }
    const points = ring.points();
    expect(points).toHaveLength(720);
    expect(points[0]).toEqual(point(280, 9));
    expect(points.at(-1)).toEqual(point(999, 9));
  });

  it("ignores a tick older than its newest minute", () => {
    const ring = new HistoryRing(HISTORY_TIERS.day);
    ring.add(point(5, 1));
    expect(ring.add(point(4, 9))).toEqual(point(5, 1));
    expect(ring.points()).toEqual([point(5, 1)]);
  });

  it("holds a week by ten minutes, the worst of each kept", () => {
    const ring = new HistoryRing(HISTORY_TIERS.week);
    for (let minute = 0; minute < 20_160; minute += 1) ring.add(point(minute, minute % 10));
    expect(ring.points()).toHaveLength(1_008);
    expect(ring.points()[0]).toEqual(point(10_080, 9));
    expect(ring.points().at(-1)).toEqual(point(20_150, 9));
  });

  it("shows a series that appeared late as unknown before", () => {
    const ring = new HistoryRing(HISTORY_TIERS.day);
    ring.add(point(1, 2));
    ring.add({ atSeconds: 120, values: { ttftP95: 3, "share/new": 0.9 } });
    expect(ring.points().map(({ values }) => values["share/new"])).toEqual([null, 0.9]);
  });

  it("does not carry a value over into the minute that reuses its slot", () => {
    const ring = new HistoryRing(HISTORY_TIERS.day);
    ring.add({ atSeconds: 0, values: { "share/old": 0.5 } });
    for (let minute = 1; minute <= 720; minute += 1) ring.add(point(minute, 1));
    expect(ring.points().map(({ values }) => values["share/old"])).not.toContain(0.5);
  });
});
