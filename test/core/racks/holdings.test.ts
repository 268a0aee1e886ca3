import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FleetKey } from "../../../src/core/compiled.ts";
import {
  heldByFleet,
  heldInAll,
  heldUnawarded,
  ownedRacks,
  servingRacks,
  standingRacks,
} from "../../../src/core/racks/holdings.ts";
import { rackCount } from "../../../src/core/units.ts";
import { CODER, aDrain, aPoolObservation } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const WRITER: FleetKey = "agents/writer";
const POOL = aPool("gb200-east", {
  consumers: ["coder", "writer"].map((name) => ({
    fleet: { namespace: "agents", name },
    guaranteed: rackCount(0),
    max: rackCount(9),
    weight: 1,
  })),
});

describe("racks of a fleet", () => {
  const racks = [
    rackOf("a", "Serving"),
    rackOf("b", "Warming"),
    rackOf("c", "Starting"),
    rackOf("d", "Draining"),
    rackOf("e", "Releasing"),
    rackOf("f", "Idle", { fleet: null }),
    rackOf("g", "Serving", { fleet: WRITER }),
  ];

  it("are owned unless they are leaving", () => {
    expect(ownedRacks(racks)).toEqual({ [CODER]: 3, [WRITER]: 1 });
  });

  it("serve when Warming or Serving", () => {
    expect(servingRacks(racks)).toEqual({ [CODER]: 2, [WRITER]: 1 });
  });

  it("add up over pools", () => {
    const held = [{ [CODER]: rackCount(2) }, {}, { [CODER]: rackCount(3) }];
    expect(heldInAll(held, CODER)).toBe(5);
  });
});

describe("the standing size of a pool", () => {
  const { count } = aPoolObservation(4);
  if (count === null) throw new Error("the count is known");

  it.each([
    ["the count", [], 4],
    ["less a drain under way", [aDrain()], 3],
    ["not one that waits", [aDrain({ phase: "Pending" })], 4],
    ["not one whose count is already lowered", [aDrain({ toRacksAtMost: rackCount(4) })], 4],
    ["not another pool's", [aDrain({ pool: "gb200-west" })], 4],
  ])("is %s", (_, intents, racks) => {
    expect(standingRacks(count, "gb200-east", intents)).toBe(racks);
  });
});

describe("racks held", () => {
  const held = (
    standing: number,
    owned: Record<FleetKey, number>,
    awards: Record<FleetKey, number> = {},
  ) => heldByFleet(POOL, rackCount(standing), owned, awards);

  it.each([
    ["one's own", 3, [{ [CODER]: 2, [WRITER]: 1 }, {}], [2, 1]],
    [
      "those on their way, for whom they were awarded",
      4,
      [{ [CODER]: 2 }, { [WRITER]: 2 }],
      [2, 2],
    ],
    ["in the order of consumers where two lack", 3, [{}, { [CODER]: 2, [WRITER]: 2 }], [2, 1]],
    ["what nobody lacks, by the first consumer", 5, [{ [WRITER]: 2 }, { [WRITER]: 2 }], [3, 2]],
    ["not fewer than run, when the count was lowered", 1, [{ [CODER]: 2 }, {}], [2, 0]],
  ] as const)("are %s", (_, standing, [owned, awards], [coder, writer]) => {
    expect(held(standing, owned, awards)).toEqual({ [CODER]: coder, [WRITER]: writer });
  });

  it("before any award are the same of each fleet alone, none of one that is no consumer", () => {
    const count = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(count, count, count, count, (standing, a, b, c) => {
        const owned = { [CODER]: a, [WRITER]: b, "agents/stranger": c };
        const all = held(standing, owned);
        for (const key of [CODER, WRITER, "agents/stranger" as const]) {
          const racks = heldUnawarded(POOL, rackCount(standing), owned, key);
          expect(racks).toBe(all[key] ?? 0);
        }
      }),
    );
  });

  it("always add up to what stands or runs, whichever is more", () => {
    const count = fc.integer({ min: 0, max: 9 });
    const pair = fc.tuple(count, count);
    fc.assert(
      fc.property(count, pair, pair, (standing, [a, b], [c, d]) => {
        const racks = held(standing, { [CODER]: a, [WRITER]: b }, { [CODER]: c, [WRITER]: d });
        expect((racks[CODER] ?? 0) + (racks[WRITER] ?? 0)).toBe(Math.max(standing, a + b));
      }),
    );
  });
});
