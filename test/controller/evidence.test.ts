import { describe, expect, it } from "vitest";
import { evidenceOf } from "../../src/controller/evidence.ts";
import type { FleetDecision } from "../../src/core/decision.ts";
import type { Intent } from "../../src/core/observation.ts";
import { rackCount, ratio, usdPerHour } from "../../src/core/units.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { aDrain, aGroupObservation, anIntent, NOW } from "../support/builders/observed.ts";
import { fleetDecided } from "../support/reports/report.ts";

/** Half of the turns with one rack, all but a little with five; four are held. */
const CURVE = [0, 0.5, 0.7, 0.9, 0.95, 0.99, 0.995, 0.999, 1].map((attainment, racks) => ({
  racks: rackCount(racks),
  attainment: ratio(attainment),
}));

function seen(changes: Partial<FleetDecision> = {}, usd: number | null = 100, committed = 4) {
  const plain = aSmallGroup();
  const pools = plain.pools.map((pool) => ({
    ...pool,
    supply: { ...pool.supply, committedRacks: rackCount(committed) },
    price: usd === null ? null : { usdPerRackHour: usdPerHour(usd), billedFrom: "Booted" as const },
  }));
  const decided = fleetDecided({ heldRacks: rackCount(4), ...changes });
  const fleets = [{ ...decided, want: { ...decided.want, curve: CURVE } }];
  return {
    group: { ...plain, pools },
    observation: aGroupObservation(),
    decision: { at: NOW, group: "", fleets, pools: [], progress: [], plan: [] },
    digest: (text: string) => `${text.length}`,
  };
}

const growth = (changes: Partial<Intent> = {}): Intent =>
  anIntent({ fromRacks: rackCount(4), toRacksAtMost: rackCount(6), ...changes });

describe("what an approver reads", () => {
  it("is what the change brings, and what happens without it", () => {
    expect(evidenceOf(growth(), seen())).toMatchObject({
      attainmentIfDone: 0.995,
      attainmentIfNot: 0.95,
    });
    expect(evidenceOf(aDrain(), seen())).toMatchObject({
      attainmentIfDone: 0.9,
      attainmentIfNot: 0.95,
    });
  });

  it("is the nearest other counts, each with what it attains and costs", () => {
    expect(evidenceOf(growth(), seen()).alternatives).toEqual(
      [
        "3 racks: 90.0 % of turns inside every objective, within the commitment.",
        "4 racks, as now: 95.0 % of turns inside every objective, within the commitment.",
        "5 racks: 99.0 % of turns inside every objective, $100 an hour above the commitment.",
        "7 racks: 99.9 % of turns inside every objective, $300 an hour above the commitment.",
        "8 racks: 100.0 % of turns inside every objective, $400 an hour above the commitment.",
        "2 racks: 70.0 % of turns inside every objective, within the commitment.",
      ].sort(),
    );
  });

  it("says so where the price is not known", () => {
    const { alternatives } = evidenceOf(growth(), seen({}, null));
    expect(alternatives).toContain(
      "5 racks: 99.0 % of turns inside every objective, at a price that is not known.",
    );
  });

  it("names no price where a rack only changes hands", () => {
    const moved = growth({ direction: "Move", toRacksAtMost: rackCount(4) });
    expect(evidenceOf(moved, seen()).alternatives.join()).not.toMatch(/\$|commitment|price/);
  });

  it("is empty where the fleet was not decided on", () => {
    const elsewhere = growth({ fleet: "agents/nobody" });
    expect(evidenceOf(elsewhere, seen())).toMatchObject({
      attainmentIfDone: null,
      attainmentIfNot: null,
      confidence: 0,
      alternatives: [],
    });
  });
});
