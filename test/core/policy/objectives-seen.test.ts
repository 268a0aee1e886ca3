import { describe, expect, it } from "vitest";
import { missPoints } from "../../../src/core/capacity/observed-misses.ts";
import type { CapacityMemory } from "../../../src/core/capacity/observed-misses.ts";
import { missesWith, objectivesSeen } from "../../../src/core/policy/objectives-seen.ts";
import type { Situation } from "../../../src/core/policy/situation.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW, aReading, anAbsence, someSignals } from "../../support/builders/observed.ts";
import type { SituationSpec } from "../../support/builders/situation.ts";
import { aSituation } from "../../support/builders/situation.ts";

/** Four racks that serve 16 turns/s, nine of ten within the objective. */
const withShare = (share = aReading(0.9), spec: SituationSpec = {}): Situation =>
  aSituation({ ...spec, observed: { objectives: [{ name: "ttft", share }], ...spec.observed } });

describe("what objectives attain now", () => {
  it("is their share beside the model's, at the load that there is", () => {
    // 16 turns/s x 3,000 cold tokens of 4 racks x 32,000, and the share of decode.
    const [seen] = withShare().objectivesNow;
    expect(seen?.key).toBe("ttft 2500");
    expect(seen?.observed).toBe(0.9);
    expect(seen?.load).toBeGreaterThan((16 * 3_000) / 128_000);
    expect(seen?.load).toBeLessThan(0.5);
    expect(seen?.predicted).toBeGreaterThan(0.99);
  });

  it("counts what waits as load", () => {
    const waiting = { signals: someSignals({ waitingTurns: 2_400 }) };
    const load = (situation: Situation): number => situation.objectivesNow[0]?.load ?? 0;
    const idle = { signals: someSignals({ waitingTurns: 0 }) };
    // 2,400 turns are worked off by 10 a second, beside the 16 that come.
    const more = load(withShare(undefined, { observed: waiting }));
    expect(more).toBeGreaterThan(1.5 * load(withShare(undefined, { observed: idle })));
  });

  it.each([
    ["no share is known", withShare(anAbsence())],
    ["no rack serves", withShare(undefined, { servingRacks: 0 })],
    [
      "the hit rate is not known",
      withShare(undefined, { observed: { signals: someSignals({ promptTokens: 0 }) } }),
    ],
  ])("is nothing where %s", (_, situation) => {
    expect(objectivesSeen(situation.fleet, situation)).toEqual([]);
  });
});

describe("what is remembered of it", () => {
  /** A tick a minute for half an hour. */
  function remembered(situation: Situation): CapacityMemory | null {
    let memory: CapacityMemory | null = null;
    for (let minute = 0; minute <= 30; minute += 1) {
      const now = after(NOW, millis(minute * MINUTE_MS));
      const { objectivesNow, fleet, observed, signals } = situation;
      const seen = { fleet, observed, signals, servingRacks: rackCount(4), now };
      memory = missesWith(memory, objectivesNow, seen);
    }
    return memory;
  }
  const end = after(NOW, millis(30 * MINUTE_MS));

  it("is what was missed beyond the model", () => {
    const [point] = missPoints(remembered(withShare()), "ttft 2500", end);
    expect(point?.missed).toBeCloseTo(0.1, 2);
  });

  it("is nothing while engines are exchanged", () => {
    const rollout = remembered(withShare(undefined, { observed: { rollout: true } }));
    expect(missPoints(rollout, "ttft 2500", end)).toEqual([]);
  });

  it("stays as it was where nothing is measured", () => {
    const { fleet, observed, signals } = withShare();
    const memory = remembered(withShare());
    const seen = { fleet, observed, signals, servingRacks: rackCount(4), now: NOW };
    expect(missesWith(memory, [], seen)).toBe(memory);
  });
});
