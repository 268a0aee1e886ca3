import { describe, expect, it } from "vitest";
import { millis, ratio } from "../../src/core/units.ts";
import { ObjectiveLedger } from "../../src/sim/ledger.ts";
import { InsideJudge } from "../../src/studies/inside-judge.ts";
import { MINUTE } from "../support/simulated-world.ts";

const objective = {
  name: "ttft",
  metric: "TTFT",
  matchers: {},
  thresholdMs: millis(2_500),
  share: ratio(0.95),
} as const;

function aJudge() {
  const ledger = new ObjectiveLedger([objective]);
  return { ledger, judge: new InsideJudge([objective], ledger) };
}

describe("inside the objectives", () => {
  it("means that enough of the last five minutes' turns met the threshold", () => {
    const { ledger, judge } = aJudge();
    expect(judge.insideAt(0)).toBe(true);
    ledger.judge("TTFT", 1, 95);
    ledger.judge("TTFT", 9, 5);
    expect(judge.insideAt(MINUTE)).toBe(true);
    ledger.judge("TTFT", 9, 1);
    expect(judge.insideAt(2 * MINUTE)).toBe(false);
  });

  it("forgets what is older than five minutes", () => {
    const { ledger, judge } = aJudge();
    judge.insideAt(0);
    ledger.judge("TTFT", 9, 100);
    expect(judge.insideAt(MINUTE)).toBe(false);
    ledger.judge("TTFT", 1, 100);
    expect(judge.insideAt(5 * MINUTE)).toBe(false);
    ledger.judge("TTFT", 1, 1);
    expect(judge.insideAt(6 * MINUTE)).toBe(true);
  });
});
