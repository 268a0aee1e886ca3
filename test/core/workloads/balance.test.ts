import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledObjective, CompiledWorkload } from "../../../src/core/compiled.ts";
import { MINUTE_MS, after, gpuCount, millis, ratio } from "../../../src/core/units.ts";
import type { BalanceMemory } from "../../../src/core/memory.ts";
import { balance, betterMix } from "../../../src/core/workloads/balance.ts";
import { aSituation, sizedFor } from "../../support/builders/situation.ts";
import { withRange } from "../../support/builders/workloads.ts";
import { aPool } from "../../support/reports/compiled.ts";

const objective = (metric: "TTFT" | "ITL", thresholdMs: number): CompiledObjective => ({
  name: metric,
  metric,
  matchers: {},
  thresholdMs: millis(thresholdMs),
  share: ratio(0.95),
});
const OBJECTIVES = [objective("TTFT", 2_500), objective("ITL", 50)];
const GIVEN = { prefill: 4, decode: 4 };

function aMixed(demand: number, workloads: readonly CompiledWorkload[] = withRange(1, 7)) {
  // For the median, so that the figures are as they are.
  return sizedFor(
    aSituation({ fleet: { workloads, objectives: OBJECTIVES, headroomZ: 0 } }),
    demand,
  );
}

/** 6,000 prompt tokens a turn, a third of them cached, 60 tokens written: prefill limits. */
const HARD = 21;
const memory = (changes: Partial<BalanceMemory> = {}): BalanceMemory => ({
  perRack: GIVEN,
  changedAt: null,
  betterSince: null,
  ...changes,
});
const ago = (minutes: number) => after(aMixed(HARD).now, millis(-1 * minutes * MINUTE_MS));
const chosen = (before?: BalanceMemory, situation = aMixed(HARD)) =>
  balance(situation, [aPool()], before);

describe("the mix of prefill and decode", () => {
  it("gives GPUs to the role that limits, out of the role that does not", () => {
    const better = betterMix(aMixed(HARD), [aPool()], GIVEN);
    expect(better).toEqual({ prefill: 6, decode: 2 });
  });

  it.each([
    ["where every objective holds", 4, GIVEN],
    ["where it is as good as any", 100, { prefill: 7, decode: 1 }],
  ])("stays %s", (_, demand, current) => {
    expect(betterMix(aMixed(demand), [aPool()], current)).toBeNull();
  });

  it("moves no more than holds the objectives", () => {
    expect(betterMix(aMixed(18), [aPool()], GIVEN)).toEqual({ prefill: 5, decode: 3 });
  });

  it("stays within its ranges, and takes the mix that serves most where none holds", () => {
    const better = betterMix(aMixed(HARD, withRange(3, 5)), [aPool()], GIVEN);
    expect(better).toEqual({ prefill: 5, decode: 3 });
  });

  it("never needs more GPUs than the usable nodes of a rack have", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.constantFrom(8, 16), (demand, gpus) => {
        const [prefill, decode] = withRange(1, 8);
        if (prefill === undefined || decode === undefined) throw new Error("two workloads");
        const workloads = [prefill, { ...decode, gpusPerUnit: gpuCount(gpus) }];
        const mix = betterMix(aMixed(demand, workloads), [aPool()], { prefill: 4, decode: 2 });
        if (mix === null) return;
        const used = 8 * (mix["prefill"] ?? 0) + gpus * (mix["decode"] ?? 0);
        expect(used).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe("a shift waits", () => {
  it("until another mix has been the better one for ten minutes", () => {
    const first = chosen();
    expect(first).toMatchObject({ perRack: GIVEN, changedAt: null });
    expect(first?.betterSince).toBe(aMixed(HARD).now);
    expect(chosen(memory({ betterSince: ago(9) }))?.perRack).toEqual(GIVEN);
    expect(chosen(memory({ betterSince: ago(10) }))).toEqual({
      perRack: { prefill: 6, decode: 2 },
      changedAt: aMixed(HARD).now,
      betterSince: null,
    });
  });

  it("until the units of the last one are warm", () => {
    const before = { betterSince: ago(60), changedAt: ago(29) };
    expect(chosen(memory(before))?.perRack).toEqual(GIVEN);
    expect(chosen(memory({ ...before, changedAt: ago(30) }))?.perRack).not.toEqual(GIVEN);
  });

  it("from the start again when it was no longer better meanwhile", () => {
    expect(chosen(memory({ betterSince: ago(9) }), aMixed(4))?.betterSince).toBeNull();
  });

  it("while a signal is missing or a rollout runs", () => {
    const since = memory({ betterSince: ago(60) });
    const situation = aMixed(HARD);
    const rolling = { ...situation, observed: { ...situation.observed, rollout: true } };
    const blind = { ...situation, signals: { ...situation.signals, complete: false } };
    for (const unsure of [rolling, blind]) expect(chosen(since, unsure)?.perRack).toEqual(GIVEN);
  });
});

describe("there is nothing to shift", () => {
  const one = withRange(1, 7).slice(0, 1);
  const observed = withRange(1, 7).map((workload) => ({ ...workload, manage: "Observe" as const }));
  it.each([
    ["with one role", one],
    ["where the counts are others'", observed],
  ])("%s", (_, workloads) => {
    expect(balance(aMixed(HARD, workloads), [aPool()], undefined)).toBeNull();
  });
});
