import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { cacheSafetyGuard } from "../../../../src/core/gate/guards/cache-safety.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aLoad, someSignals } from "../../../support/builders/observed.ts";
import { aFleetMemory } from "../../../support/builders/remembered.ts";

const at = (
  turnsPerSecond: number,
  router: "session-sticky" | "prefix-affinity" = "prefix-affinity",
) =>
  aGateContext({
    demand: turnsPerSecond,
    memory: aFleetMemory({ turnsPerSecond }),
    fleet: { router, headroomZ: 0 },
  });

/**
 * A rack prefills 32,000 tokens/s and a turn brings 6,000, half of them cached: three racks carry
 * 16 turns/s without any cache. Sized for the median, so that the figures are as they are.
 */
describe("the cache-safety guard", () => {
  it("passes while three racks could carry the whole prompt work: there is nothing to tip", () => {
    expect(cacheSafetyGuard.check(A_SHRINK, at(1))).toEqual(PASS);
  });

  it("holds where the load is only carried thanks to the cache, and could collapse", () => {
    expect(cacheSafetyGuard.check(A_SHRINK, at(18))).toMatchObject({
      kind: "Hold",
      reason: {
        code: "cache-unsafe",
        text: expect.stringMatching(/above 30 % a fleet .* collapse/),
      },
    });
  });

  it("passes where a study leaves it out", () => {
    const context = aGateContext({
      demand: 18,
      memory: aFleetMemory({ turnsPerSecond: 18 }),
      fleet: { headroomZ: 0, without: "scale-in-safety" },
    });
    expect(cacheSafetyGuard.check(A_SHRINK, context)).toEqual(PASS);
  });

  it("holds where the objectives would be missed", () => {
    expect(cacheSafetyGuard.check(A_SHRINK, at(60))).toMatchObject({
      reason: {
        code: "cache-unsafe",
        text: expect.stringContaining("would not hold with 3 racks"),
      },
    });
  });

  it("holds where the hit rate cannot be measured although prompts are known to come", () => {
    const signals = someSignals({ ...aLoad(0) });
    const context = aGateContext({ seen: { signals } });
    expect(cacheSafetyGuard.check(A_SHRINK, context)).toMatchObject({
      reason: { text: expect.stringContaining("cannot be measured") },
    });
  });

  it("of a rack that another fleet needs more asks for a collapse alone, by the median", () => {
    const moved = (ground: "Spare" | "Gain") => ({
      ...A_SHRINK,
      move: { taker: "agents/chat" as const, ground },
    });
    expect(cacheSafetyGuard.check(moved("Spare"), at(60))).toMatchObject({
      reason: { text: expect.stringContaining("would not hold") },
    });
    expect(cacheSafetyGuard.check(moved("Gain"), at(60))).toMatchObject({
      reason: { text: expect.stringContaining("collapse") },
    });
    expect(cacheSafetyGuard.check(moved("Gain"), at(1))).toEqual(PASS);
  });

  it("never holds growth", () => {
    expect(cacheSafetyGuard.check(growthTo(5), at(60))).toEqual(PASS);
  });
});
