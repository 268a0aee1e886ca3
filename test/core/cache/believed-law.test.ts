import { describe, expect, it } from "vitest";
import { believedLaw } from "../../../src/core/cache/believed-law.ts";
import { observeCache } from "../../../src/core/cache/cache-history.ts";
import type { CacheMemory } from "../../../src/core/cache/cache-history.ts";
import { fitLaw } from "../../../src/core/cache/fit-law.ts";
import { RESPONSE_LAW_PRIORS, hitRateAt } from "../../../src/core/cache/response-law.ts";
import type { ResponseLaw } from "../../../src/core/cache/response-law.ts";
import { epochMs, rackCount } from "../../../src/core/units.ts";

const STICKY = RESPONSE_LAW_PRIORS["session-sticky"];
const PROMPT_TOKENS = 300_000;

interface Hour {
  readonly freeSeconds: number;
  readonly hitRate: number;
  /** Minutes, an hour unless told. */
  readonly lasting?: number;
}

/** A fleet watched every 15 s, hour after hour. */
function history(...hours: readonly Hour[]): CacheMemory | null {
  let memory: CacheMemory | null = null;
  let second = 0;
  for (const { freeSeconds, hitRate, lasting = 60 } of hours) {
    for (let tick = 0; tick < lasting * 4; tick += 1) {
      memory = observeCache(memory, {
        at: epochMs(second * 1_000),
        racks: rackCount(4),
        kvTokens: freeSeconds * PROMPT_TOKENS,
        pinnedTokens: 0,
        promptTokensPerSecond: PROMPT_TOKENS,
        hitRate,
        waitSeconds: 0,
      });
      second += 15;
    }
  }
  return memory;
}

/** An hour in which the fleet did what the law says, so many points more or less. */
const off = (freeSeconds: number, points = 0, law: ResponseLaw = STICKY): Hour => ({
  freeSeconds,
  hitRate: hitRateAt(law, freeSeconds) + points / 100,
});

describe("the law that is believed", () => {
  it("is the prior, uncapped, while nothing was seen", () => {
    expect(believedLaw(STICKY, null)).toEqual({ law: STICKY, hitRateCap: 1 });
    expect(believedLaw(STICKY, history(off(18)))).toMatchObject({ hitRateCap: 1 });
  });

  it.each([-9, -4, 0, 3])("is the fitted one, uncapped, %d points off the prior", (points) => {
    const { law, hitRateCap } = believedLaw(STICKY, history(off(18, points), off(18, points)));
    expect(hitRateCap).toBe(1);
    expect(hitRateAt(law, 18)).toBeCloseTo(off(18, points).hitRate, 1);
  });

  it("counts on no more than was measured where the workload is another one", () => {
    const { hitRateCap } = believedLaw(STICKY, history(off(18, -12), off(18, -12)));
    expect(hitRateCap).toBeCloseTo(off(18, -12).hitRate, 6);
  });

  it("learns another workload from three hours over a factor of two in free cache", () => {
    const chat: ResponseLaw = { ceiling: 0.42, halfSeconds: 110, steepness: 1.23 };
    const hours = [40, 80, 160].map((x) => off(x, 0, chat));
    const { law, hitRateCap } = believedLaw(STICKY, history(...hours));
    expect(hitRateCap).toBe(1);
    expect(hitRateAt(law, 120)).toBeCloseTo(hitRateAt(chat, 120), 1);
  });

  it("is not moved by a minute", () => {
    const calm = history(off(18), off(18));
    const jolted = history(off(18), off(18), { ...off(18, -15), lasting: 1 });
    const [before, now] = [calm, jolted].map((memory) => believedLaw(STICKY, memory));
    expect(now?.hitRateCap).toBe(1);
    const moved = hitRateAt(now?.law ?? STICKY, 18) - hitRateAt(before?.law ?? STICKY, 18);
    expect(Math.abs(moved)).toBeLessThan(0.01);
  });

  it("caps at the last minutes while they are far below it: the fleet is collapsing", () => {
    const memory = history(off(18), off(18), { ...off(18), hitRate: 0.1, lasting: 15 });
    expect(believedLaw(STICKY, memory).hitRateCap).toBeLessThan(0.2);
  });

  it("caps at the last minutes while nothing is free", () => {
    const memory = history(off(18), { freeSeconds: -5, hitRate: 0.3, lasting: 30 });
    expect(believedLaw(STICKY, memory).hitRateCap).toBeCloseTo(0.3, 2);
  });

  it("is fitted to the window that is still open, too", () => {
    const memory = history({ ...off(18, -5), lasting: 40 });
    const point = { at: epochMs(0), freeSeconds: 18, hitRate: off(18, -5).hitRate, seconds: 2_445 };
    expect(hitRateAt(believedLaw(STICKY, memory).law, 18)).toBeCloseTo(
      hitRateAt(fitLaw(STICKY, [point]), 18),
      9,
    );
  });
});
