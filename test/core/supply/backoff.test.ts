import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, parseCanonical } from "../../../src/core/canonical.ts";
import type { OutOfStock, ShortageKind } from "../../../src/core/memory.ts";
import {
  backsOff,
  chanceOfStock,
  needsPerson,
  notePartial,
  noticeStock,
} from "../../../src/core/supply/backoff.ts";
import { HOUR_MS, MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const minutes = (count: number): EpochMs => after(NOW, millis(count * MINUTE_MS));

type Sight = readonly [minute: number, problem: ShortageKind | null, delivered?: boolean];

/** @returns what is remembered after each sight */
function remembered(sights: readonly Sight[]): readonly (OutOfStock | undefined)[] {
  let stock: OutOfStock | undefined;
  return sights.map(([minute, problem, delivered = false]) => {
    stock = noticeStock(stock, { problem, delivered, now: minutes(minute) });
    return stock;
  });
}

const waits = (sights: readonly Sight[]) =>
  remembered(sights).map((stock) =>
    stock === undefined ? null : Math.round((stock.until - NOW) / MINUTE_MS),
  );

describe("a pool that has no rack to give", () => {
  it("is asked for more after 5 min, 10, 20 and then every 30", () => {
    const sights = [0, 5, 15, 35, 65, 95].map((minute): Sight => [minute, "stockout"]);
    expect(waits(sights)).toEqual([5, 15, 35, 65, 95, 125]);
  });

  it.each(["quota", "reservation", "permission"] as const)(
    "waits the longest at once where only a person helps: %s",
    (kind) => {
      expect(waits([[0, kind]])).toEqual([30]);
      expect(needsPerson(kind)).toBe(true);
    },
  );

  it("counts one failure a wait, however often it is looked at", () => {
    const [first, ...later] = remembered([0, 1, 2, 4].map((at): Sight => [at, "stockout"]));
    for (const stock of later) expect(stock).toBe(first);
  });

  it("keeps since when it is so, and says anew when it was over in between", () => {
    const lasting = remembered([
      [0, "stockout"],
      [30, "stockout"],
    ]);
    expect(lasting.at(-1)?.since).toBe(minutes(0));
    const again = remembered([
      [0, "stockout"],
      [10, null],
      [30, "stockout"],
    ]);
    expect(again.at(-1)).toMatchObject({ since: minutes(30), tries: 2 });
  });

  it("keeps waiting when a part of what was asked for comes, and no longer when all has", () => {
    expect(
      remembered([
        [0, "stockout"],
        [1, null],
      ]).at(-1),
    ).toMatchObject({ current: false });
    expect(
      remembered([
        [0, "stockout"],
        [1, null, true],
      ]).at(-1),
    ).toBeUndefined();
  });

  it("forgets failures that are three hours old", () => {
    const old = remembered([
      [0, "stockout"],
      [5, "stockout"],
      [10, null],
      [186, "stockout"],
    ]);
    expect(old.at(-1)?.tries).toBe(1);
    expect(
      remembered([
        [0, "stockout"],
        [10, null],
        [181, null],
      ]).at(-1),
    ).toBeUndefined();
  });

  it("is not asked for another rack at once when one came in part", () => {
    const stock = notePartial(undefined, NOW);
    expect(stock).toMatchObject({ kind: "partial", current: false, tries: 1 });
    expect(backsOff(stock, minutes(4))).toBe(true);
    expect(backsOff(stock, minutes(5))).toBe(false);
    expect(notePartial(stock, minutes(6)).tries).toBe(2);
  });
});

const sightings = fc.array(
  fc.record({
    afterMin: fc.integer({ min: 1, max: 60 }),
    problem: fc.constantFrom<ShortageKind | null>(null, "stockout", "quota", "late", "other"),
    delivered: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe("always", () => {
  it("a restart changes nothing: what is written to memory and read back decides the same", () => {
    fc.assert(
      fc.property(sightings, (sights) => {
        let [kept, reread]: (OutOfStock | undefined)[] = [undefined, undefined];
        let now = NOW;
        for (const { afterMin, problem, delivered } of sights) {
          now = after(now, millis(afterMin * MINUTE_MS));
          kept = noticeStock(kept, { problem, delivered, now });
          const saved = parseCanonical(canonical({ outOfStock: reread ?? null }));
          const { outOfStock } = Object(saved);
          reread = noticeStock(outOfStock ?? undefined, { problem, delivered, now });
          expect(reread).toEqual(kept);
        }
      }),
    );
  });

  it("a wait is 5 to 30 min long, and never ends before the last failure", () => {
    fc.assert(
      fc.property(sightings, (sights) => {
        let minute = 0;
        const all = sights.map(({ afterMin, problem, delivered }): Sight => {
          minute += afterMin;
          return [minute, problem, delivered];
        });
        for (const stock of remembered(all)) {
          if (stock === undefined) continue;
          expect(stock.until - stock.failedAt).toBeLessThanOrEqual(30 * MINUTE_MS);
          expect(stock.until).toBeGreaterThan(stock.failedAt);
          expect(stock.since).toBeLessThanOrEqual(stock.failedAt);
        }
      }),
    );
  });
});

describe("the chance that racks come all the same", () => {
  const stock = (kind: ShortageKind): OutOfStock => ({
    ...notePartial(undefined, NOW),
    kind,
  });

  it("is an hour out of four at first, and falls with every hour", () => {
    const within = (hours: number) =>
      chanceOfStock(stock("stockout"), minutes(hours * 60), HOUR_MS);
    expect(within(0)).toBeCloseTo(1 / 4);
    expect(within(4)).toBeCloseTo(1 / 8);
  });

  it("is none where a person has to act", () => {
    expect(chanceOfStock(stock("quota"), NOW, HOUR_MS)).toBe(0);
  });
});
