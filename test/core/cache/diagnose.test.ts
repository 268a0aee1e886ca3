import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diagnoseCache, usualHitRate } from "../../../src/core/cache/diagnose.ts";
import type { CacheEvidence } from "../../../src/core/cache/diagnose.ts";
import { EMPTY_FLEET_MEMORY } from "../../../src/core/memory.ts";
import type { FleetMemory } from "../../../src/core/memory.ts";
import { ratio } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const remembering = (...hitRates: readonly number[]): FleetMemory => ({
  ...EMPTY_FLEET_MEMORY,
  hitRates: hitRates.map((hitRate) => ({ at: NOW, hitRate, freeSeconds: 60 })),
});

const evidence = (changes: Partial<CacheEvidence>): CacheEvidence => ({
  hitRate: ratio(0.7),
  whyUnmeasurable: "Prompt tokens are not trusted.",
  usualHitRate: ratio(0.9),
  lawHitRate: ratio(0.9),
  warmingRacks: 0,
  ...changes,
});

const FALL = "The hit rate fell from 90.0 % to 70.0 %";

describe("why the hit rate is what it is, when it usually is 90 %", () => {
  it.each([
    ["as usual", { hitRate: ratio(0.9) }, "none", null, "No regression."],
    ["better than usual", { hitRate: ratio(0.97) }, "none", null, "No regression."],
    ["4.9 points lower: noise", { hitRate: ratio(0.851) }, "none", null, "No regression."],
    [
      "not measurable: the signal, not the cache, is in question",
      { hitRate: null },
      "broken-signal",
      null,
      "Prompt tokens are not trusted.",
    ],
    [
      "lower while two racks warm up: a rack more would not help",
      { warmingRacks: 2 },
      "cold-replicas",
      false,
      "The hit rate fell from 90.0 % to 70.0 % while 2 racks warm up: wait.",
    ],
    [
      "as low as the law says for the free cache left: a rack helps",
      { lawHitRate: ratio(0.72) },
      "capacity-bound",
      true,
      `${FALL}, as the response law predicts for the free cache left.`,
    ],
    [
      "lower than the law by 5 points, its own noise: still capacity",
      { lawHitRate: ratio(0.75) },
      "capacity-bound",
      true,
      `${FALL}, as the response law predicts for the free cache left.`,
    ],
    [
      "lower than the free cache explains: it says that it cannot tell",
      { lawHitRate: ratio(0.88) },
      "cannot-tell",
      null,
      "The hit rate fell from 90.0 % to 70.0 %, more than the free cache explains. Prompt " +
        "instability, routing and workload cannot be told apart from the engine's own series: " +
        "router or traces are needed.",
    ],
    [
      "lower, without a past to hold the law against: it says that it cannot tell",
      { lawHitRate: null },
      "cannot-tell",
      null,
      "The hit rate fell from 90.0 % to 70.0 %, more than the free cache explains. Prompt " +
        "instability, routing and workload cannot be told apart from the engine's own series: " +
        "router or traces are needed.",
    ],
  ] as const)("%s", (_, seen, ...[cause, rackHelps, text]) => {
    expect(diagnoseCache(evidence(seen))).toEqual({
      hitRate: evidence(seen).hitRate,
      expectedHitRate: 0.9,
      cause,
      rackHelps,
      text,
    });
  });

  it("warming racks are held responsible before capacity is: the deficit decays by itself", () => {
    const both = evidence({ warmingRacks: 1, lawHitRate: ratio(0.7) });
    expect(diagnoseCache(both).cause).toBe("cold-replicas");
  });

  it("no regression is claimed while the usual hit rate is not known", () => {
    expect(diagnoseCache(evidence({ usualHitRate: null }))).toMatchObject({
      cause: "none",
      expectedHitRate: null,
    });
  });
});

describe("the usual hit rate", () => {
  it.each([
    ["nothing remembered", [], null],
    ["four reviews", [0.9, 0.9, 0.9, 0.9], null],
    ["five: the middle one", [0.1, 0.9, 0.5, 0.7, 0.8], 0.7],
    ["one collapse among them does not move it", [0.9, 0.9, 0.02, 0.9, 0.9], 0.9],
    ["an even number: the upper middle", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0.4],
  ])("%s", (_, hitRates, expected) => {
    expect(usualHitRate(remembering(...hitRates))).toBe(expected);
  });

  it("is one that was measured, so that the free cache it was measured at is known", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 5, maxLength: 60 }), (hitRates) => {
        expect(hitRates).toContain(usualHitRate(remembering(...hitRates)));
      }),
    );
  });
});
