import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STEP_DURATIONS_MAX } from "../../../src/core/memory.ts";
import type { RackSeen } from "../../../src/core/memory.ts";
import { endedSteps, rememberDurations } from "../../../src/core/racks/step-durations.ts";
import { MINUTE_MS, SECOND_MS, after, millis } from "../../../src/core/units.ts";
import { CODER, NOW, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const RACK = aRack("r", { node: { createdAt: ago(3) } });
const UIDS = RACK.nodes.map(({ uid }) => uid);
const base: RackSeen = { firstAt: ago(9), servingAt: null, nodes: UIDS };
const order = { at: ago(30), watched: true };

const steps = (before: RackSeen | undefined, seen: RackSeen) =>
  endedSteps({ rack: RACK, before, seen, pool: aPool(), now: NOW }).map(
    ({ step, tookMs }) => `${step} ${tookMs / MINUTE_MS}`,
  );

/** The nodes registered 3 minutes ago; the prior's median of the grant is half a minute. */
describe("a step ends", () => {
  const booting = { ...base, nodes: UIDS.slice(0, 15), phase: "Joining" as const };
  const granted = { ...base, order: { ...order, grantedAt: ago(20) } };
  const joining = { ...base, phase: "Joining" as const };
  const starting = { ...base, phase: "Starting" as const, since: ago(8), quorumAt: ago(9) };
  const repairing = { ...base, servingAt: ago(90), phase: "Repairing" as const, since: ago(40) };

  it.each([
    ["boot, from the grant", booting, granted, ["boot 17"]],
    ["boot, from the request less a median grant", booting, { ...base, order }, ["boot 26.5"]],
    ["boot, of a rack that shows all its nodes at once", undefined, granted, ["boot 17"]],
    ["not a boot whose request was not watched", booting, base, []],
    ["not a boot again", joining, granted, []],
    ["join, when enough nodes are usable", joining, { ...base, quorumAt: NOW }, ["join 3"]],
    ["not a join that was over at the first sight", undefined, { ...base, quorumAt: ago(3) }, []],
    ["start, with the first ready engine", starting, { ...base, servingAt: ago(1) }, ["start 7"]],
    ["not a start after another", { ...starting, servingAt: ago(99) }, base, []],
    [
      "repair, when the rack is whole",
      repairing,
      { ...base, phase: "Idle" as const },
      ["repair 40"],
    ],
    ["not a repair that ends in a drain", repairing, { ...base, phase: "Draining" as const }, []],
  ])("%s", (_, before, seen, expected) => {
    expect(steps(before, seen)).toEqual(expected);
  });
});

describe("durations", () => {
  const ended = (step: "boot" | "start", seconds: number, fleet: typeof CODER | null = null) => ({
    step,
    fleet,
    tookMs: millis(seconds * SECOND_MS),
  });

  it("are remembered by step, engines' by fleet", () => {
    const news = [ended("boot", 60), ended("start", 30, CODER)];
    expect(rememberDurations(undefined, news, [CODER])).toEqual({
      grant: [],
      boot: [60_000],
      join: [],
      repair: [],
      start: { [CODER]: [30_000] },
    });
  });

  it("are the same value while nothing ends", () => {
    const known = rememberDurations(undefined, [ended("boot", 60)], [CODER]);
    expect(rememberDurations(known, [], [CODER])).toBe(known);
    expect(rememberDurations(undefined, [], [CODER])).toBeUndefined();
  });

  it("go with the fleet", () => {
    const known = rememberDurations(undefined, [ended("start", 30, CODER)], [CODER]);
    expect(rememberDurations(known, [], ["agents/writer"])?.start).toEqual({});
  });

  it("are never more than 64 a step, the newest", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(counts, (batches) => {
        let known: ReturnType<typeof rememberDurations>;
        let last = 0;
        for (const count of batches) {
          const news = Array.from({ length: count }, (_, n) => ended("boot", last + n + 1));
          last += count;
          known = rememberDurations(known, news, []);
        }
        const kept = known?.boot ?? [];
        expect(kept).toHaveLength(Math.min(STEP_DURATIONS_MAX, last));
        if (last > 0) expect(kept.at(-1)).toBe(last * SECOND_MS);
      }),
    );
  });
});
