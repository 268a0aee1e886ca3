import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../src/core/compiled.ts";
import { rackCount } from "../../src/core/units.ts";
import { replayPolicy } from "../../src/studies/replay-policy.ts";
import { aDecisionLog } from "../support/decision-log.ts";

const LOG = aDecisionLog();

const withMinimum =
  (min: number) =>
  (group: CompiledGroup): CompiledGroup => ({
    ...group,
    fleets: group.fleets.map((fleet) => ({
      ...fleet,
      racks: { ...fleet.racks, min: rackCount(min) },
    })),
  });

describe("another policy on the recorded past", () => {
  it("decides the same where it is the same", async () => {
    const result = await replayPolicy(LOG, (group) => group);
    expect(result).toMatchObject({ openLoop: true, records: 24, decided: 24, episodes: [] });
    const [day] = result.days;
    expect(day).toMatchObject({ fleet: "agents/coder", decisions: 24, differing: 0 });
    expect(day?.proposedRackHours).toBe(day?.recordedRackHours);
  });

  it("is shown side by side with what was decided, from where they differ first", async () => {
    const result = await replayPolicy(LOG, withMinimum(9));
    const [first] = result.episodes;
    expect(first).toMatchObject({
      line: 1,
      proposed: { outcome: "Grow", wantedRacks: 9, code: "minimum" },
    });
    expect(first?.recorded.wantedRacks).toBeLessThan(9);
    const [day] = result.days;
    expect(day?.differing).toBe(24);
    expect(day?.proposedRackHours).toBeCloseTo((9 * 23 * 15) / 3_600, 9);
    expect(day?.proposedPeak).toBe(9);
  });

  it("counts every decision that differs in exactly one stretch", async () => {
    const { days, episodes } = await replayPolicy(LOG, withMinimum(5));
    const stretched = episodes.reduce((sum, { decisions }) => sum + decisions, 0);
    expect(stretched).toBe(days.reduce((sum, { differing }) => sum + differing, 0));
    expect(stretched).toBeGreaterThan(0);
  });

  it("goes on with its own memory past keyframes, and needs one to begin", async () => {
    expect(await replayPolicy(LOG.slice(5), (group) => group)).toMatchObject({
      decided: 14,
      withoutMemory: 5,
    });
    expect(await replayPolicy(LOG.slice(11), (group) => group)).toMatchObject({ decided: 0 });
  });
});
