import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowestCeiling } from "../../src/core/intents.ts";
import type { OverrideObservation } from "../../src/core/observation.ts";
import { standingOf } from "../../src/core/override-standing.ts";
import { rackCount } from "../../src/core/units.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { anOverride } from "../support/builders/observed.ts";

const fleet = aSmallFleet({
  racks: { min: rackCount(2), max: rackCount(10), surviveRackLosses: rackCount(0) },
});

type Asked = Partial<Pick<OverrideObservation, "pauseOut" | "pauseIn" | "breakGlass">> & {
  readonly floor?: number;
  readonly ceiling?: number;
};

const racks = (count: number | undefined) => (count === undefined ? null : rackCount(count));
const override = (name: string, { floor, ceiling, ...rest }: Asked): OverrideObservation => ({
  ...anOverride({ name, floorRacks: racks(floor), ceilingRacks: racks(ceiling) }),
  pauseOut: false,
  pauseIn: false,
  ...rest,
});

describe("what an override brings about beside others", () => {
  const cases: readonly (readonly [
    string,
    Asked,
    readonly Asked[],
    readonly string[],
    readonly string[],
  ])[] = [
    [
      "a pause, always",
      { pauseOut: true, pauseIn: true },
      [{ pauseOut: true }],
      ["nothing grows", "nothing is given back"],
      [],
    ],
    ["the lower of two ceilings", { ceiling: 4 }, [{ ceiling: 6 }], ["at most 4 racks"], []],
    [
      "not the higher",
      { ceiling: 6 },
      [{ ceiling: 4 }],
      [],
      ["ceilingRacks 6: FleetOverride other-0 allows 4"],
    ],
    ["both of the same", { ceiling: 4 }, [{ ceiling: 4 }], ["at most 4 racks"], []],
    [
      "no ceiling above the fleet's limit",
      { ceiling: 12 },
      [],
      [],
      ["ceilingRacks 12: the fleet may have 10 anyway"],
    ],
    ["the higher of two floors", { floor: 8 }, [{ floor: 6 }], ["at least 8 racks"], []],
    [
      "not the lower",
      { floor: 6 },
      [{ floor: 8 }],
      [],
      ["floorRacks 6: FleetOverride other-0 asks for 8"],
    ],
    [
      "no floor over a ceiling",
      { floor: 8 },
      [{ ceiling: 6 }],
      [],
      ["floorRacks 8: FleetOverride other-0 allows 6"],
    ],
    ["no floor below the fleet's own", { floor: 1 }, [], [], ["floorRacks 1: racks.min is 2"]],
    [
      "a floor up to the fleet's limit",
      { floor: 14 },
      [],
      ["at least 10 racks, not 14: racks.max is 10"],
      [],
    ],
    [
      "all of it where the glass is broken",
      { floor: 14, breakGlass: true },
      [],
      ["at least 14 racks, over racks.max 10"],
      [],
    ],
    [
      "a pause where its floor gives way",
      { pauseIn: true, floor: 6 },
      [{ floor: 8 }],
      ["nothing is given back"],
      ["floorRacks 6: FleetOverride other-0 asks for 8"],
    ],
  ];
  it.each(cases)("%s", (_, asked, others, ...expected) => {
    const [acts, givesWay] = expected;
    const mine = override("mine", asked);
    const all = [mine, ...others.map((other, index) => override(`other-${index}`, other))];
    expect(standingOf(mine, fleet, all)).toEqual({ acts, givesWay });
  });

  it("one of the lowest ceilings always acts where it is below the fleet's limit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 5 }),
        (asked) => {
          const all = asked.map((ceiling, index) => override(`o${index}`, { ceiling }));
          const acting = all.filter((each) => standingOf(each, fleet, all).acts.length > 0);
          expect(acting.map(({ ceilingRacks }) => ceilingRacks)).toEqual(
            asked.filter((ceiling) => ceiling === lowestCeiling(all)),
          );
        },
      ),
    );
  });
});
