import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observeDemand } from "../../../src/core/demand/forecast.ts";
import type { DemandSighting } from "../../../src/core/demand/forecast.ts";
import { demandFromHistory } from "../../../src/core/demand/rebuild.ts";
import type { DemandMemory } from "../../../src/core/memory.ts";
import { after, millis } from "../../../src/core/units.ts";
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
