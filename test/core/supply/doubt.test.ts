import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RackPhase, RackSummary } from "../../../src/core/decision.ts";
import { poolTimes } from "../../../src/core/racks/lead-time.ts";
import { doubtOf } from "../../../src/core/supply/doubt.ts";
import type { DoubtView } from "../../../src/core/supply/doubt.ts";
import { HOUR_MS, MINUTE_MS, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const minutes = (p50: number, p95: number) => ({
  p50Ms: millis(p50 * MINUTE_MS),
  p95Ms: millis(p95 * MINUTE_MS),
});
/** Every step takes ten minutes, but for a repair: half take half an hour, one in 20 a day. */
const steady = minutes(10, 10);
const POOL = aPool("gb200-east", {
  leadTimePrior: { grant: steady, boot: steady, join: steady, repair: minutes(30, 24 * 60) },
});
const FLEET = aSmallFleet({
  pools: [{ name: POOL.name, preference: 1, engineStartPrior: minutes(0, 0) }],
});
const times = poolTimes(POOL, [FLEET], undefined);
const start = times.starts[FLEET.key];
if (start === undefined) throw new Error("no start");

const racks = (count: number, phase: RackPhase, changes: Partial<RackSummary> = {}) =>
  Array.from({ length: count }, (_, n) => rackOf(`${phase}-${n}`, phase, changes));
const repairing = (...waited: readonly number[]) =>
  waited.map((age) => ({ phase: "Repairing" as const, waitedMs: age * MINUTE_MS }));

const VIEW: DoubtView = {
  summaries: racks(4, "Serving"),
  coming: [],
  known: { times, start },
  withinMs: millis(30 * MINUTE_MS),
  takenPerRackHour: 0,
  room: 8,
  short: false,
};
const going = racks(1, "Draining", { leavesBy: NOW });
const doubted = (changes: Partial<DoubtView>) => {
  const { expectedMissing: _mean, ...whole } = doubtOf({ ...VIEW, ...changes });
  return whole;
};

describe("the racks of a count that nobody should count on", () => {
  const none = { announced: 0, replacedHere: 0, missing: 0 };

  it.each([
    ["none where all is well", {}, none],
    [
      "one that is announced, while there is room to ask for another",
      { summaries: going },
      { announced: 1, replacedHere: 1, missing: 0 },
    ],
    [
      "one announced with the pool full: the provider replaces it, nobody asks elsewhere",
      { summaries: going, room: 0 },
      { announced: 1, replacedHere: 0, missing: 0 },
    ],
    [
      "one announced by a provider that is out of stock",
      { summaries: going, short: true },
      { announced: 1, replacedHere: 0, missing: 1 },
    ],
    ["not one whose repair has only begun", { coming: repairing(0) }, none],
    ["one under repair for hours", { coming: repairing(300) }, { ...none, replacedHere: 1 }],
    [
      "one under repair for hours, with the pool full",
      { coming: repairing(300), room: 0 },
      { ...none, missing: 1 },
    ],
    ["no rack that is on its way for the first time", { coming: arriving(500) }, none],
  ] as const)("are %s", (_, changes, expected) => {
    expect(doubted(changes)).toEqual(expected);
  });

  // F(30) of a repair is Φ(0) = 0.5, of a rack asked for now 1 (30 min, no spread): (1 − 0.5) each.
  it("are as many as are missing in the mean, rounded", () => {
    const two = doubtOf({ ...VIEW, coming: repairing(0, 0) });
    expect(two.expectedMissing).toBeCloseTo(1, 3);
    expect(two.replacedHere).toBe(1);
  });

  // Taken once in ten hours, four racks lose 4 (1 − e^(−0.05)) = 0.195 in half an hour, 12 lose
  // 0.585.
  it.each([
    [4, 0.195, 0],
    [12, 0.585, 1],
  ])("of %d Spot racks in service are %d, which is %d", (count, mean, whole) => {
    const spot = { summaries: racks(count, "Serving"), takenPerRackHour: 0.1 };
    const found = doubtOf({ ...VIEW, ...spot });
    expect(found.expectedMissing).toBeCloseTo(mean, 3);
    expect(found.replacedHere).toBe(whole);
  });

  it("are never more than there are, nor more here than there is room for", () => {
    const some = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(
        fc.record({ serving: some, going: some, ages: fc.array(fc.integer({ max: 900, min: 0 })) }),
        fc.record({ room: some, rate: fc.double({ min: 0, max: 9, noNaN: true }) }),
        fc.boolean(),
        (pool, { room, rate }, short) => {
          const leaving = racks(pool.going, "Draining", { leavesBy: NOW });
          const summaries = [...racks(pool.serving, "Serving"), ...leaving];
          const coming = repairing(...pool.ages);
          const found = doubtOf({
            ...VIEW,
            summaries,
            coming,
            room,
            short,
            takenPerRackHour: rate / HOUR_MS,
          });
          expect(found.replacedHere).toBeLessThanOrEqual(room);
          expect(found.replacedHere + found.missing).toBeLessThanOrEqual(
            summaries.length + coming.length,
          );
          expect(Math.min(found.replacedHere, found.missing)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

function arriving(age: number) {
  const waitedMs = age * MINUTE_MS;
  return (["Provisioning", "Joining", "Starting"] as const).map((phase) => ({ phase, waitedMs }));
}
