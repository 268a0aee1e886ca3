import { describe, expect, it } from "vitest";
import { evacuate, isGoing } from "../../../src/core/racks/evacuation.ts";
import type { EvacuationView } from "../../../src/core/racks/evacuation.ts";
import { after, millis } from "../../../src/core/units.ts";
import { NOW, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const seconds = (count: number) => after(NOW, millis(1000 * count));
const TRAFFIC: EvacuationView["traffic"] = {
  promptTokensPerSecond: 320_000,
  hitRate: 0.9,
  units: 32,
  ejectedAt: [],
  // One unit's cold tokens are 9,000 a second: none at a time.
  maxColdTokensPerSecond: 0,
  hold: null,
  engines: [],
  turnMs: millis(60_000),
  settleMs: millis(30_000),
};

/** Eight units, of which `out` take no turns any more; the notice is of so many seconds. */
function taken(
  at: number,
  { out = 0, notice = 120, staying = 8, maxColdTokensPerSecond = 0, ejectedAt = [NOW] } = {},
): number {
  const rack = aRack("rack-0", { pod: { route: { label: "route", ejectedAt: null } } });
  const pods = rack.pods.map((pod, n) =>
    n < out ? { ...pod, route: { label: "route", ejectedAt: NOW } } : pod,
  );
  const summary = rackOf("rack-0", "Draining", { leavesBy: seconds(notice) });
  const evacuated = { pool: aPool(), rack: { ...rack, pods }, summary, noticedAt: NOW };
  const traffic = { ...TRAFFIC, maxColdTokensPerSecond, ejectedAt };
  return evacuate(evacuated, { now: seconds(at), traffic, staying })?.pods.length ?? 0;
}

describe("a rack that its provider takes", () => {
  // With two minutes all eight are to be out within one: ⌈8 · (t + 15) / 60⌉ of them by t.
  it.each([
    ["at once, at the pace that the deadline asks for", 0, {}, 2],
    ["no more than that", 0, { out: 2 }, 0],
    ["again at the next look", 15, { out: 2 }, 2],
    ["what is left when half of the notice is over", 60, { out: 3 }, 5],
    ["all at once where the notice is of thirty seconds", 0, { notice: 30 }, 8],
    ["one more a look where the other racks can bear it", 0, BEARABLE(), 1],
    ["none where nobody could take its turns over", 0, { staying: 0 }, 0],
    ["none where all are out", 60, { out: 8 }, 0],
  ] as const)("has units taken out of routing: %s", (_, at, changes, expected) => {
    expect(taken(at, changes)).toBe(expected);
  });

  it("is one with a node that is about to go", () => {
    expect(isGoing(aRack("r", { node: { notice: "karpenter.sh/disrupted" } }))).toBe(true);
    expect(isGoing(aRack("r"))).toBe(false);
  });
});

function BEARABLE() {
  return { out: 2, maxColdTokensPerSecond: 1e6, ejectedAt: [] };
}
