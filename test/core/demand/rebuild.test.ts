import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observeDemand } from "../../../src/core/demand/forecast.ts";
import type { DemandSighting } from "../../../src/core/demand/forecast.ts";
import { demandFromHistory, withSeasons } from "../../../src/core/demand/rebuild.ts";
import type { DemandMemory } from "../../../src/core/memory.ts";
import { DAY_MS, MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

/** Samples with gaps, as a range query over a restart gives them. */
const history = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 600_000 }),
      turnsPerSecond: fc.double({ min: 0, max: 1_000, noNaN: true }),
      servedPerSecond: fc.double({ min: 0, max: 1_000, noNaN: true }),
      promptTokensPerTurn: fc.double({ min: 0, max: 1e5, noNaN: true }),
      outputTokensPerTurn: fc.double({ min: 0, max: 1e4, noNaN: true }),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let at = NOW;
    return steps.map(({ gapMs, ...seen }): DemandSighting => {
      at = after(at, millis(gapMs));
      return { ...seen, at };
    });
  });

describe("a rebuilt demand memory", () => {
  it("is nothing without history", () => {
    expect(demandFromHistory([])).toBeNull();
  });

  it("is the one that was built tick by tick", () => {
    fc.assert(
      fc.property(history, (samples) => {
        let memory: DemandMemory | null = null;
        for (const sample of samples) memory = observeDemand(memory, sample);
        expect(demandFromHistory(samples)).toStrictEqual(memory);
      }),
    );
  });

  it("goes on from where the history ends, whatever the cut", () => {
    fc.assert(
      fc.property(history, fc.nat(40), (samples, cut) => {
        const rebuilt = demandFromHistory(samples.slice(0, cut));
        const after = samples.slice(cut).reduce<DemandMemory | null>(observeDemand, rebuilt);
        expect(after).toStrictEqual(demandFromHistory(samples));
      }),
    );
  });

  it("counts a sample that comes twice once", () => {
    fc.assert(
      fc.property(history, (samples) => {
        const twice = samples.flatMap((sample) => [sample, sample]);
        expect(demandFromHistory(twice)).toStrictEqual(demandFromHistory(samples));
      }),
    );
  });
});

describe("seasons of the weeks before", () => {
  /** Nights of 2, days of 20 turns/s. */
  const watched = (days: number, stepMinutes: number): readonly DemandSighting[] =>
    Array.from({ length: (days * 24 * 60) / stepMinutes }, (_, n) => {
      const at = after(NOW, millis(n * stepMinutes * MINUTE_MS));
      const turnsPerSecond = at % DAY_MS < DAY_MS / 2 ? 2 : 20;
      const tokens = { promptTokensPerTurn: 6_000, outputTokensPerTurn: 60 };
      return { at, turnsPerSecond, servedPerSecond: turnsPerSecond, ...tokens };
    });
  const lately = demandFromHistory(watched(0.05, 1));

  it("are known again, and with them how the day usually is", () => {
    const demand = withSeasons(lately, watched(7, 15));
    const { daily = [], weekly = [] } = demand?.learned?.season ?? {};
    expect(daily.filter((known) => known !== null)).toHaveLength(96);
    expect(weekly.filter((known) => known !== null).length).toBeGreaterThan(160);
    expect(daily[60] ?? 0).toBeGreaterThan(daily[20] ?? 0);
  });

  it("leave everything else as the last hours have it", () => {
    const demand = withSeasons(lately, watched(7, 15));
    expect(demand).toMatchObject({
      level: lately?.level,
      sigma: lately?.sigma,
      learned: { change: lately?.learned?.change, widths: lately?.learned?.widths },
    });
  });

  it.each([
    ["less than a day is known", lately, watched(0.9, 15)],
    ["nothing is", lately, []],
    ["nobody knows of the last hours", null, watched(7, 15)],
  ])("are not known where %s", (_, demand, weeks) => {
    expect(withSeasons(demand, weeks)).toBe(demand);
  });
});
