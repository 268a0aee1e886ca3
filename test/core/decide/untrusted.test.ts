import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { SIZING_SIGNALS } from "../../../src/core/signals/trust.ts";
import { MINUTE_MS, after, epochMs, millis, ratio } from "../../../src/core/units.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor } from "../../support/builders/edits.ts";
import { NOW, aGroupObservation, aReading } from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { Story } from "../../support/model/run.ts";
import { decide } from "../../../src/core/decide.ts";

/** For three hours one rack would have done, and four are held. */
const aSurplus = (fleet: Partial<CompiledFleet> = {}) =>
  new Story(aSmallGroup(fleet), { world: aGroupObservation(), memory: aMemory() });

const aBrokenSignal = fc.record({
  name: fc.constantFrom(...SIZING_SIGNALS),
  value: fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, -1),
});

describe("INV-7: a signal that is missing or implausible", () => {
  it("never opens a scale-in", () => {
    fc.assert(
      fc.property(fc.array(aBrokenSignal, { minLength: 1 }), (broken) => {
        const story = aSurplus().signals(
          Object.fromEntries(broken.map(({ name, value }) => [name, value])),
        );
        const { decision } = story.ticks(2).tick();
        expect(story.kinds()).toEqual([]);
        const codes = decision.fleets[0]?.reasons.map(({ code }) => code);
        expect(codes).toContain("signals-untrusted");
      }),
    );
  });

  it.each(SIZING_SIGNALS)("takes a drain no further: %s", (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), (ticks) => {
        const story = aSurplus().ticks(ticks);
        const quiet = story.kinds().length;
        story.signals({ [name]: null }).ticks(3);
        expect(story.kinds().slice(quiet)).toEqual([]);
        story.signals({}).ticks(6 - ticks);
        expect(story.desired()).toBe(3);
      }),
    );
  });

  it("lets a drain be given up at its deadline all the same", () => {
    const story = aSurplus().ticks(2).signals({ arrivals: null });
    story.tick(millis(120 * MINUTE_MS));
    expect(story.tick().decision.plan.map(({ kind }) => kind)).toEqual(["Uncordon", "SetPhase"]);
  });
});

describe("INV-7: a signal that is stale, or read from too few targets", () => {
  const observation = aGroupObservation();
  const [fleet] = observation.fleets;

  it.each([
    ["a minute and a second old", aReading(1, after(NOW, millis(-61_000)))],
    ["from 89 % of the targets", { ...aReading(1), coverage: ratio(0.89) }],
    ["with a warning of the source", { ...aReading(1), degraded: "partial response" }],
  ])("%s, never opens a scale-in", (_, arrivals) => {
    if (fleet === undefined) throw new Error("no fleet");
    const stale = { ...fleet, signals: { ...fleet.signals, arrivals } };
    const { decision } = decide(aSmallGroup(), { ...observation, fleets: [stale] }, aMemory());
    expect(decision.plan).toEqual([]);
    expect(decision.fleets[0]?.want.shrinkHold?.code).toBe("signals-untrusted");
  });

  it("an objective that cannot be read counts too", () => {
    if (fleet === undefined) throw new Error("no fleet");
    const share = aReading(0.99, epochMs(NOW - 600_000));
    const stale = { ...fleet, objectives: [{ name: "ttft", share }] };
    const { decision } = decide(aSmallGroup(), { ...observation, fleets: [stale] }, aMemory());
    expect(decision.plan).toEqual([]);
    expect(decision.fleets[0]?.want.shrinkHold?.text).toContain("objective ttft is stale");
  });
});

describe("without trusted signals nothing is bought", () => {
  const blind = (racks: number) =>
    new Story(aSmallGroup(), {
      world: aGroupObservation(),
      memory: aMemory(aFleetMemory({ racks })),
    }).signals({ arrivals: null });

  it("beyond the last size that was wanted with trust", () => {
    const story = blind(5).demand(500).ticks(8);
    expect(story.desired()).toBe(5);
  });

  it("except what a person asks for", () => {
    const story = blind(4).change(withFloor(6)).ticks(4);
    expect(story.desired()).toBe(6);
  });

  it("and nothing at all when no demand was ever seen", () => {
    const story = new Story(aSmallGroup(), {
      world: aGroupObservation(),
      memory: { ...aMemory(), fleets: {} },
    });
    story.signals({ arrivals: null }).ticks(4);
    expect(story.kinds()).toEqual([]);
  });
});
