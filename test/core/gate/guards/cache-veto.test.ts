import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../../src/core/compiled.ts";
import type { CacheVerdict } from "../../../../src/core/decision.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import type { Proposal } from "../../../../src/core/gate/guard.ts";
import { cacheVetoGuard } from "../../../../src/core/gate/guards/cache-veto.ts";
import type { ReasonCode } from "../../../../src/core/reasons.ts";
import type { Intent } from "../../../../src/core/observation.ts";
import { MINUTE_MS, epochMs, millis, rackCount, ratio } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW, aReading, anIntent } from "../../../support/builders/observed.ts";

const FALLEN: CacheVerdict = {
  cause: "prompt-instability",
  hitRate: ratio(0.4),
  expectedHitRate: ratio(0.9),
  rackHelps: false,
  since: NOW,
  text: "The hit rate fell from 90.0 % to 40.0 %.",
};

interface Told {
  readonly cacheVeto?: CompiledFleet["cacheVeto"];
  readonly cache?: CacheVerdict;
  readonly usual?: number | null;
  /** Share of the TTFT objective that is met, of 0.95 asked for. */
  readonly share?: number;
  /** Until a rack is there; absent: half an hour. */
  readonly leadTimeMs?: number;
  readonly intents?: readonly Intent[];
}

/** Four racks held; four would do at the usual hit rate. */
function told(given: Told = {}) {
  const { cacheVeto = "Confirm", cache = FALLEN, usual = 4, share = 0.99, intents = [] } = given;
  const context = aGateContext(
    { fleet: { cacheVeto }, seen: { objectives: [{ name: "ttft", share: aReading(share) }] } },
    { cache, intents, wantAtUsualHitRate: usual === null ? null : rackCount(usual) },
  );
  const p50Ms = millis(given.leadTimeMs ?? 30 * MINUTE_MS);
  const { grant, boot, join } = context.times;
  const quick = { grant, boot: { ...boot, p50Ms }, join };
  return { ...context, times: { ...context.times, ...quick, starts: {} } };
}

const dueTo = (code: ReasonCode): Proposal => ({ ...growthTo(6), reason: { code, text: "." } });

describe("the cache-veto guard", () => {
  it("asks a person before racks are bought for a fall in hit rate they would not cure", () => {
    expect(cacheVetoGuard.check(growthTo(6), told())).toMatchObject({
      kind: "Confirm",
      approvers: 1,
      reason: { code: "cache-veto", text: expect.stringContaining("fell from 90.0 %") },
    });
  });

  it("asks where it is one of two causes that a rack cures neither of", () => {
    const cache = { ...FALLEN, cause: "spread-or-instability" } as const;
    expect(cacheVetoGuard.check(growthTo(6), told({ cache })).kind).toBe("Confirm");
  });

  it("holds outright where the fleet says Hold", () => {
    expect(cacheVetoGuard.check(growthTo(6), told({ cacheVeto: "Hold" }))).toMatchObject({
      kind: "Hold",
      reason: { code: "cache-veto" },
    });
  });

  it.each([
    ["the fleet says Off", { cacheVeto: "Off" }],
    ["there is no fall", { cache: { ...FALLEN, cause: "none" } }],
    ["the cause cannot be told", { cache: { ...FALLEN, cause: "cannot-tell", rackHelps: null } }],
    ["a rack helps", { cache: { ...FALLEN, cause: "capacity-bound", rackHelps: true } }],
    ["more would be wanted at the usual hit rate, too", { usual: 5 }],
    ["the usual hit rate is not known", { usual: null }],
  ] as const)("passes when %s", (_, changes) => {
    expect(cacheVetoGuard.check(growthTo(6), told(changes))).toEqual(PASS);
  });

  it.each(["schedule-floor", "override-floor", "minimum"] as const)(
    "passes what a person asked for: %s",
    (code) => {
      expect(cacheVetoGuard.check(dueTo(code), told())).toEqual(PASS);
    },
  );

  it("asks though an objective is being missed, where racks come later than an answer", () => {
    expect(cacheVetoGuard.check(growthTo(6), told({ share: 0.94 }))).toMatchObject({
      kind: "Confirm",
      reason: {
        code: "cache-veto",
        text: expect.stringContaining("ttft is being missed; racks would serve in"),
      },
    });
  });

  it.each<[string, Told]>([
    ["racks serve before anybody answers", { leadTimeMs: 5 * MINUTE_MS }],
    ["nobody answered", { intents: [anIntent({ phase: "Expired", createdAt: NOW })] }],
  ])("lets growth pass while an objective is being missed and %s, and says so", (_, changes) => {
    const context = told({ share: 0.94, cacheVeto: "Hold", ...changes });
    expect(cacheVetoGuard.check(growthTo(6), context)).toEqual({
      kind: "Limit",
      to: 6,
      reason: {
        code: "cache-veto-waived",
        text: expect.stringContaining("ttft is being missed, and nothing else is in time"),
      },
    });
    expect(cacheVetoGuard.check(growthTo(6), told(changes))).toMatchObject({ kind: "Confirm" });
  });

  it("is not waived for what nobody answered before the fall, or of another pool", () => {
    const before = anIntent({ phase: "Expired", createdAt: epochMs(NOW - 60 * MINUTE_MS) });
    const elsewhere = anIntent({ phase: "Expired", createdAt: NOW, pool: "gb200-west" });
    const context = told({ share: 0.94, intents: [before, elsewhere] });
    expect(cacheVetoGuard.check(growthTo(6), context)).toMatchObject({ kind: "Confirm" });
  });

  it("never holds scale-in", () => {
    expect(cacheVetoGuard.check(A_SHRINK, told({ cacheVeto: "Hold" }))).toEqual(PASS);
  });
});
