import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  demandQuantile,
  firstSighting,
  forecastBand,
  isBurst,
  isYoung,
  observeDemand,
  rememberForecast,
} from "../../../src/core/demand/forecast.ts";
import type { DemandMemory } from "../../../src/core/memory.ts";
import { NORMAL_QUANTILES } from "../../../src/core/numeric.ts";
import { MINUTE_MS, after, elapsed, millis } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";
import { afterTicks, ramp, sighting, steady, tickAt } from "../../support/demand-series.ts";
import { draws } from "../../support/draws.ts";

const HORIZON_MS = millis(14 * MINUTE_MS);
const band = (rates: readonly number[]) =>
  forecastBand(afterTicks(rates), HORIZON_MS, NORMAL_QUANTILES.p90);
const someRates = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

/** A level of 10 turns/s with 3 % of noise, for an hour. */
function calm(seed: number): readonly number[] {
  const { normal } = draws(seed);
  return steady(10, 60).map((rate) => rate * Math.exp(0.03 * normal()));
}

describe("the quantiles", () => {
  it("are ordered, positive and finite whatever was seen", () => {
    fc.assert(
      fc.property(someRates, fc.integer({ min: 1, max: 120 }), (rates, minutes) => {
        const { p10, p50, p90, p99, sizing } = forecastBand(
          afterTicks(rates),
          millis(minutes * MINUTE_MS),
          NORMAL_QUANTILES.p90,
        );
        expect([p10, p50, p90, p99].toSorted((a, b) => a - b)).toEqual([p10, p50, p90, p99]);
        expect(p10).toBeGreaterThan(0);
        expect(Number.isFinite(p99)).toBe(true);
        expect(sizing).toBe(p90);
      }),
    );
  });

  it("are apart by the square root of 1 + 0.09 per minute of horizon", () => {
    const memory = { ...firstSighting(sighting(10, NOW)), sigma: 0.1 };
    // ln(p90 / p50) = 1.2816 x 0.1 x sqrt(1 + 0.09 x 100) = 0.4053.
    const spread = Math.log(demandQuantile(memory, millis(100 * MINUTE_MS), NORMAL_QUANTILES.p90));
    expect(spread - Math.log(10)).toBeCloseTo(1.2815515 * 0.1 * Math.sqrt(10), 6);
  });

  it("begin 15 % wide, and narrow to 3 % while nothing changes", () => {
    expect(firstSighting(sighting(10, NOW)).sigma).toBe(0.15);
    expect(afterTicks(steady(10, 180)).sigma).toBe(0.03);
  });
});

describe("the level", () => {
  it.each([
    ["up", 10, 30],
    ["down", 30, 10],
    ["down to nearly nothing", 10, 0.1],
  ])(
    "follows a step %s: within a third after ten minutes, 3 % after half an hour",
    (_, from, to) => {
      const off = (minutes: number) =>
        Math.abs(band([...steady(from, 60), ...steady(to, minutes)]).observed / to - 1);
      expect(off(10)).toBeLessThan(0.33);
      expect(off(30)).toBeLessThan(0.03);
    },
  );

  it("is the rate seen, of a single sighting and of a steady hour", () => {
    expect(band([12]).observed).toBeCloseTo(12, 9);
    expect(band(steady(12, 60)).p50).toBeCloseTo(12, 9);
  });

  it("averages noise away: within 5 % under 10 % of it", () => {
    const { normal } = draws(5);
    const noisy = steady(10, 240).map((rate) => rate * Math.exp(0.1 * normal()));
    expect(Math.abs(band(noisy).observed / 10 - 1)).toBeLessThan(0.05);
  });

  it("of a silent fleet is one turn a minute: the logarithm needs a floor", () => {
    expect(band(steady(0, 30)).observed).toBeCloseTo(1 / 60, 12);
  });
});

describe("the trend", () => {
  it("of a fall is not carried on: p50 is a fifth of the way to ten minutes' mean", () => {
    const memory = afterTicks(ramp(40, 10, 20));
    const { observed, p50 } = band(ramp(40, 10, 20));
    const tenMinutes = memory.learned?.averages.tenMinutes ?? Number.NaN;
    expect(tenMinutes).toBeGreaterThan(memory.level);
    expect(Math.log(p50)).toBeCloseTo(Math.log(observed) + 0.2 * (tenMinutes - memory.level), 9);
  });

  it("puts the median between what was seen, and eight times the most of it", () => {
    // Twice by the trend, four times by a rise.
    fc.assert(
      fc.property(someRates, (rates) => {
        const { p50 } = band(rates);
        const seen = rates.map((rate) => Math.max(rate, 1 / 60));
        expect(p50).toBeGreaterThanOrEqual(Math.min(...seen) * (1 - 1e-9));
        expect(p50).toBeLessThanOrEqual(8 * Math.max(...seen) * (1 + 1e-9));
      }),
    );
  });

  it("of a rising demand is carried on, and fades", () => {
    const memory = afterTicks(ramp(10, 20, 30));
    const at = (minutes: number) =>
      demandQuantile(memory, millis(minutes * MINUTE_MS), NORMAL_QUANTILES.p50);
    const [now, ten, twenty, hour] = [at(0), at(10), at(20), at(60)];
    expect(ten / now).toBeGreaterThan(1.05);
    expect(twenty / ten).toBeLessThan(ten / now);
    expect(hour / twenty).toBeLessThan(1.03);
  });
});

describe("a burst", () => {
  it.each([1.5, 2, 4])("of x %d is seen with the second tick, at its full height", (factor) => {
    const one = afterTicks([...calm(1), 10 * factor]);
    const two = afterTicks([...calm(1), 10 * factor, 10 * factor]);
    expect([isBurst(one), isBurst(two)]).toEqual([false, true]);
    expect(Math.exp(two.level)).toBeCloseTo(10 * factor, 6);
  });

  it("is not one scrape that stands out", () => {
    const outlier = afterTicks([...calm(2), 20, 10, 10]);
    expect(isBurst(outlier)).toBe(false);
    expect(Math.exp(outlier.level)).toBeLessThan(11.5);
  });

  it("is not a fall, however steep", () => {
    expect(isBurst(afterTicks([...calm(3), 1, 0.1, 0.01]))).toBe(false);
  });

  it("happens in a calm hour on at most one day in ten", () => {
    const bursts = Array.from({ length: 240 }, (_, seed) => afterTicks(calm(seed + 10)).surprises);
    expect(bursts.filter((surprises) => surprises >= 2).length).toBeLessThanOrEqual(1);
  });

  it("is over once demand no longer outruns the forecast", () => {
    expect(isBurst(afterTicks([...calm(4), ...steady(30, 3)]))).toBe(false);
  });

  it.each([2, 4, 8])("of x %d is a new level, and by itself no climb", (factor) => {
    const doubted = afterTicks([...calm(4), 10 * factor]);
    const believed = afterTicks([...calm(4), 10 * factor, 10 * factor]);
    expect(isBurst(believed)).toBe(true);
    expect(believed.trendPerMinute).toBeLessThanOrEqual(doubted.trendPerMinute);
  });

  it("that doubled demand is expected to stay where it is, within an eighth", () => {
    const stepped = [...calm(4), ...steady(20, 2)];
    expect(band(stepped).p50 / 20).toBeGreaterThan(0.875);
    expect(band(stepped).p50 / 20).toBeLessThan(1.125);
  });

  it("that climbs on is expected to climb on, whatever jumps it came with", () => {
    const climb = [...calm(4), ...ramp(10, 20, 1), ...ramp(20, 40, 6)];
    expect(afterTicks(climb).trendPerMinute).toBeGreaterThan(0.05);
    expect(band(climb).p50).toBeGreaterThan(1.3 * 40);
  });

  it("ends a fall, and no climb", () => {
    const falling = afterTicks([...calm(5), ...ramp(10, 5, 5)]);
    const [fallen] = [...ramp(10, 5, 5)].slice(-1);
    expect(falling.trendPerMinute).toBeLessThan(0);
    const burst = [...calm(5), ...ramp(10, 5, 5), ...steady(3 * (fallen ?? 0), 0.5)];
    expect(afterTicks(burst).trendPerMinute).toBe(0);
    const climbing = [...calm(5), ...ramp(10, 12, 5)];
    const before = afterTicks(climbing).trendPerMinute;
    expect(before).toBeGreaterThan(0);
    expect(afterTicks([...climbing, 36, 36]).trendPerMinute).toBeGreaterThan(0.8 * before);
  });
});

describe("the first two minutes", () => {
  // The windows of the rates are not yet full: what looks like growth is their filling.
  const filling = [2, 4, 6, 8, 9, 10, 10, 10];

  it("learn no growth from rates that fill up", () => {
    const memory = afterTicks(filling);
    expect([memory.trendPerMinute, memory.surprises, memory.sigma]).toEqual([0, 0, 0.15]);
    expect(Math.exp(memory.level)).toBeCloseTo(10, 9);
    expect(isYoung(memory, tickAt(7))).toBe(true);
  });

  it("are over with the ninth tick of 15 s", () => {
    expect(isYoung(afterTicks(filling), tickAt(8))).toBe(false);
  });
});

describe("a rise", () => {
  const since = (rates: readonly number[]) => {
    const { risingSince } = afterTicks(rates);
    return risingSince === null ? null : elapsed(NOW, risingSince) / MINUTE_MS;
  };
  const hour = calm(1);

  it.each([
    ["has not begun in a calm hour", hour, null],
    ["begins with the first surprise", [...hour, 20], 60],
    ["is the same while it goes on", [...hour, 20, 30, 45, 60], 60],
    ["is remembered when it is over", [...hour, ...steady(30, 30)], 60],
    ["begins anew ten minutes later", [...hour, ...steady(30, 20), 90], 80],
  ])("%s", (_, rates, minutes) => {
    expect(since(rates)).toBe(minutes);
  });
});

describe("what is remembered", () => {
  const memory = afterTicks(steady(10, 5));

  it.each([
    ["the same instant again", 0],
    ["an older one", -15],
  ])("does not change by a sighting of %s", (_, seconds) => {
    const at = tickAt(19 + seconds / 15);
    expect(observeDemand(memory, sighting(99, at))).toBe(memory);
  });

  it("begins anew when the clock was set back: what was learned is in its future", () => {
    const at = tickAt(19 - 5);
    expect(observeDemand(memory, sighting(3, at))).toEqual(firstSighting(sighting(3, at)));
  });

  it.each([
    // 15 s of 20/3 turns/s are 100 turns.
    ["a hundred turns: by 63 %", 20 / 3, 1 - Math.exp(-1)],
    ["a thousand: all but wholly", 200 / 3, 1 - Math.exp(-10)],
    ["one: hardly, for turns differ much", 1 / 15, 1 - Math.exp(-0.01)],
    ["none: not at all", 0, 0],
  ])("follows a change of tokens per turn by what it was measured on, %s", (_, served, share) => {
    const changes = { promptTokensPerTurn: 12_000, servedPerSecond: served };
    const seen = observeDemand(memory, sighting(10, tickAt(20), changes));
    expect(seen.promptTokensPerTurn).toBeCloseTo(6_000 + 6_000 * share, 6);
    expect(seen.outputTokensPerTurn).toBe(60);
  });

  it("keeps tokens per turn while no turn arrives, and takes the first that does", () => {
    const none = { promptTokensPerTurn: 0, outputTokensPerTurn: 0 };
    const idle = observeDemand(memory, sighting(0, tickAt(20), none));
    expect(idle.promptTokensPerTurn).toBe(6_000);
    const unknown = observeDemand(memory, sighting(10, tickAt(20), none));
    expect(unknown.promptTokensPerTurn).toBe(6_000);
    const born = observeDemand(firstSighting(sighting(0, NOW, none)), sighting(1, tickAt(1)));
    expect([born.promptTokensPerTurn, born.outputTokensPerTurn]).toEqual([6_000, 60]);
  });

  it("holds what was forecast until it falls due", () => {
    const remembered = rememberForecast(memory, tickAt(20), HORIZON_MS);
    const p90 = Math.log(demandQuantile(memory, HORIZON_MS, NORMAL_QUANTILES.p90));
    const waiting = (of: DemandMemory) => of.learned?.pending ?? [];
    expect(waiting(remembered).map(({ due }) => due)).toEqual([tickAt(20 + 56)]);
    expect(waiting(remembered)[0]?.quantiles[2]).toBeCloseTo(p90, 12);
    const before = observeDemand(remembered, sighting(10, tickAt(75)));
    expect(waiting(before)).toHaveLength(1);
    const due = observeDemand(before, sighting(10, tickAt(76)));
    expect(waiting(due)).toEqual([]);
    expect(due.learned?.widths.p90).toBeLessThan(1);
  });

  it("by an older release is enough to forecast on, and to learn from here on", () => {
    const { learned, ...older } = memory;
    expect(learned).toBeDefined();
    expect(demandQuantile(older, HORIZON_MS, 0)).toBeCloseTo(Math.exp(older.level), 9);
    const next = observeDemand(older, sighting(10, tickAt(20)));
    expect(next.learned?.averages.hour).toBeCloseTo(Math.log(10), 9);
  });
});

describe("a rise that goes on", () => {
  const hours = [...calm(5), ...calm(6)];
  const tripled = [...hours, ...ramp(10, 20, 20)];
  const quantile = (rates: readonly number[], z: number) =>
    demandQuantile(afterTicks(rates), millis(60 * MINUTE_MS), z) / (rates.at(-1) ?? 1);

  it("is expected to go on at p90, and not for sure at p50", () => {
    expect(quantile(tripled, NORMAL_QUANTILES.p90)).toBeGreaterThan(2);
    expect(quantile(tripled, NORMAL_QUANTILES.p50)).toBeGreaterThan(1.1);
    expect(quantile(tripled, NORMAL_QUANTILES.p50)).toBeLessThan(2);
  });

  it("may be over by then: p10 is well below what is seen", () => {
    expect(quantile(tripled, NORMAL_QUANTILES.p10)).toBeLessThan(0.85);
  });

  it("is none in a calm hour", () => {
    expect(quantile(hours, NORMAL_QUANTILES.p90)).toBeLessThan(1.25);
  });
});

describe("a fall by the clock", () => {
  /** A day's swing of e up and down, seen every five minutes for five days. */
  const swinging = Array.from({ length: 5 * 288 }, (_, tick) => {
    const at = after(NOW, millis(tick * 5 * MINUTE_MS));
    return sighting(10 * Math.exp(Math.sin((2 * Math.PI * tick) / 288)), at);
  });
  const horizonMs = millis(60 * MINUTE_MS);
  /** Remembered as far as the tick, with the forecasts that fell due on the way. */
  const until = (tick: number): DemandMemory =>
    swinging.slice(0, tick).reduce<DemandMemory>(
      (memory, seen) => {
        const next = observeDemand(memory, seen);
        return rememberForecast(next, seen.at, horizonMs);
      },
      firstSighting(sighting(10, after(NOW, millis(-5 * MINUTE_MS)))),
    );

  it("is in the median, but not yet in what is sized for", () => {
    // The steepest fall is half a day after the steepest rise.
    const { observed, p50, p90, sizing } = forecastBand(
      until(4 * 288 + 144),
      horizonMs,
      NORMAL_QUANTILES.p90,
    );
    expect(p50 / observed).toBeLessThan(0.9);
    expect(sizing).toBeGreaterThan(p90);
    expect(sizing).toBeGreaterThan(observed);
  });

  it("a rise by the clock is in both", () => {
    const { observed, p50, p90, sizing } = forecastBand(
      until(4 * 288),
      horizonMs,
      NORMAL_QUANTILES.p90,
    );
    expect(p50 / observed).toBeGreaterThan(1.1);
    expect(sizing).toBeCloseTo(p90, 9);
  });
});
