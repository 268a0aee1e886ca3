import { describe, expect, it } from "vitest";
import {
  missPoints,
  objectiveKey,
  observeMisses,
} from "../../../src/core/capacity/observed-misses.ts";
import type { CapacityMemory, MissSighting } from "../../../src/core/capacity/observed-misses.ts";
import { DAY_MS, MINUTE_MS, after, millis, rackCount, ratio } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const KEY = "ttft 20000";

interface Shown {
  readonly minute: number;
  readonly load?: number;
  readonly observed?: number;
  readonly predicted?: number;
}

function sighting(
  { minute, load = 0.35, observed = 0.9, predicted = 1 }: Shown,
  changes: Partial<MissSighting> = {},
): MissSighting {
  return {
    at: after(NOW, millis(minute * MINUTE_MS)),
    engines: "test-small prefix-affinity",
    racks: rackCount(4),
    rollout: false,
    turnsPerSecond: 10,
    objectives: [{ key: KEY, load, predicted: ratio(predicted), observed: ratio(observed) }],
    ...changes,
  };
}

/** Minutes 0 to `to` at such a load, the first ten of which are for settling. */
const watched = (to: number, shown: Omit<Shown, "minute"> = {}): CapacityMemory =>
  Array.from({ length: to + 1 }, (_, minute) => minute).reduce<CapacityMemory | null>(
    (memory, minute) => observeMisses(memory, sighting({ minute, ...shown })),
    null,
  ) ?? observeMisses(null, sighting({ minute: 0 }));

const pointsAt = (memory: CapacityMemory, minute: number) =>
  missPoints(memory, KEY, after(NOW, millis(minute * MINUTE_MS)));

describe("what objectives were seen to miss", () => {
  it("is kept by load, with the hours that it stands for", () => {
    const [point, ...others] = pointsAt(watched(40), 40);
    expect(others).toEqual([]);
    expect(point).toEqual({
      load: expect.closeTo(0.35),
      missed: expect.closeTo(0.1),
      hours: expect.closeTo(31 / 60, 2),
    });
  });

  it("is what was predicted and did not come", () => {
    const [point] = pointsAt(watched(20, { observed: 0.9, predicted: 0.95 }), 20);
    expect(point?.missed).toBeCloseTo(0.05);
    const [better] = pointsAt(watched(20, { observed: 0.9, predicted: 0.5 }), 20);
    expect(better?.missed).toBe(0);
  });

  it("keeps calm and busy racks apart, and all above nine tenths together", () => {
    const calm = watched(20, { load: 0.12, observed: 0.99 });
    const busy = [21, 22].reduce(
      (memory, minute) => observeMisses(memory, sighting({ minute, load: 1.7, observed: 0.5 })),
      calm,
    );
    expect(pointsAt(busy, 22)).toMatchObject([
      { load: expect.closeTo(0.12), missed: expect.closeTo(0.01) },
      { load: expect.closeTo(1.7), missed: expect.closeTo(0.5) },
    ]);
  });

  it("is not learned until ten minutes after the racks changed", () => {
    const before = watched(20);
    const more = { racks: rackCount(5) };
    const changed = observeMisses(before, sighting({ minute: 21, observed: 0 }, more));
    const settling = observeMisses(changed, sighting({ minute: 30, observed: 0 }, more));
    expect(pointsAt(settling, 30)[0]?.missed).toBeCloseTo(0.1);
    const settled = observeMisses(settling, sighting({ minute: 31, observed: 0 }, more));
    expect(pointsAt(settled, 31)[0]?.missed).toBeGreaterThan(0.12);
  });

  it("fades: half of it counts after three days", () => {
    const memory = watched(20);
    const [now] = pointsAt(memory, 20);
    const [later] = missPoints(memory, KEY, after(NOW, millis(20 * MINUTE_MS + 3 * DAY_MS)));
    expect((later?.hours ?? 0) / (now?.hours ?? 1)).toBeCloseTo(0.5);
    expect(later?.missed).toBe(now?.missed);
  });

  it.each([
    ["a rollout", { rollout: true }],
    ["another engine", { engines: "dsr1-fp4-gb200 prefix-affinity" }],
  ])("is forgotten with %s", (_, changes) => {
    expect(watched(20).bands).not.toEqual({});
    expect(observeMisses(watched(20), sighting({ minute: 21 }, changes)).bands).toEqual({});
  });

  it("is forgotten where the clock was put back", () => {
    expect(observeMisses(watched(20), sighting({ minute: 5 })).bands).toEqual({});
  });

  it("is of one threshold", () => {
    const objective = { name: "ttft", metric: "TTFT" as const, matchers: {}, share: ratio(0.95) };
    expect(objectiveKey({ ...objective, thresholdMs: millis(20_000) })).toBe(KEY);
    expect(missPoints(watched(20), "ttft 2500", NOW)).toEqual([]);
  });
});
