import { describe, expect, it } from "vitest";
import type { CompiledObjective } from "../../src/core/compiled.ts";
import { millis, ratio } from "../../src/core/units.ts";
import { ObjectiveLedger, checkTurnsConserved } from "../../src/sim/ledger.ts";

const objective = (name: string, metric: "TTFT" | "ITL", threshold: number): CompiledObjective => ({
  name,
  metric,
  matchers: {},
  thresholdMs: millis(threshold),
  share: ratio(0.95),
});

describe("the ledger of objectives", () => {
  it("judges every objective of a metric, threshold included", () => {
    const ledger = new ObjectiveLedger([
      objective("fast", "TTFT", 1_000),
      objective("slow", "TTFT", 5_000),
      objective("itl", "ITL", 50),
    ]);
    ledger.judge("TTFT", 1, 1);
    ledger.judge("TTFT", 2, 1);
    ledger.judge("TTFT", Number.POSITIVE_INFINITY, 1);
    ledger.judge("ITL", 0.05, 200);
    expect(ledger.read()).toEqual([
      { name: "fast", met: 1, judged: 3 },
      { name: "slow", met: 2, judged: 3 },
      { name: "itl", met: 200, judged: 200 },
    ]);
  });
});

describe("conservation of turns (INV-1)", () => {
  const counts = { offered: 15, unsent: 1, completed: 5, abandoned: 2, queued: 4, running: 3 };

  it("holds when every turn is in one place", () => {
    expect(() => checkTurnsConserved("agents/coder", counts)).not.toThrow();
  });

  it.each([
    ["offered"],
    ["unsent"],
    ["completed"],
    ["abandoned"],
    ["queued"],
    ["running"],
  ] as const)("is broken by one turn too many in %s", (place) => {
    const broken = { ...counts, [place]: counts[place] + 1 };
    expect(() => checkTurnsConserved("agents/coder", broken)).toThrow(/INV-1.*agents\/coder/);
  });
});
