import { describe, expect, it } from "vitest";
import { whyNot } from "../../../src/core/counterfactual/why-not.ts";
import { decisionFor } from "../../../src/core/counterfactual/what-if.ts";
import { rackCount, usdPerHour } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { CODER } from "../../support/builders/observed.ts";

const world = aDecidedOn({ turnsPerSecond: 30 });
const wanted = decisionFor(world, CODER)?.want.racks ?? Number.NaN;

const priced = (usdPerRackHour: number) => ({
  ...world,
  group: {
    ...world.group,
    pools: world.group.pools.map((pool) => ({
      ...pool,
      price: { usdPerRackHour: usdPerHour(usdPerRackHour), billedFrom: "Booted" as const },
    })),
  },
});

function asked(racks: number, base = world) {
  const answer = whyNot(base, CODER, racks);
  if (answer === undefined) throw new Error("the fleet is not of the group");
  return answer;
}

describe("why not fewer racks", () => {
  it("says what they would attain, what is asked for, and what the wanted ones attain", () => {
    const answer = asked(wanted - 1);
    expect(answer.attainment).toBeLessThan(0.95);
    expect(answer.attainmentAtWant).toBeGreaterThanOrEqual(0.95);
    expect(answer.sentences[0]).toBe(
      `With ${wanted - 1} racks ${(100 * (answer.attainment ?? 0)).toFixed(2)} % would attain ` +
        `the objectives, 95.00 % is asked for; with ${wanted} it is ` +
        `${(100 * (answer.attainmentAtWant ?? 0)).toFixed(2)} %.`,
    );
  });

  it("names the person's minimum where demand would do with fewer", () => {
    const racks = { ...aSmallFleet().racks, min: rackCount(6) };
    const quiet = aDecidedOn({ turnsPerSecond: 4, fleet: { racks } });
    expect(asked(3, quiet).sentences.slice(0, 2)).toEqual([
      expect.stringContaining("95.00 % suffices: demand does not ask for 6."),
      expect.stringContaining("racks.min is 6"),
    ]);
  });
});

describe("why not more racks", () => {
  it("says what one more would add and cost, and what stands in its way", () => {
    const answer = asked(wanted + 1, priced(100));
    expect(answer.moreUsdPerHour).toBe(100);
    expect(answer.attainment).toBeGreaterThanOrEqual(answer.attainmentAtWant ?? 1);
    expect(answer.sentences).toContainEqual(
      expect.stringMatching(
        /racks would attain \d+\.\d\d % instead of \d+\.\d\d %; they would cost/,
      ),
    );
  });

  it("says that racks which change nothing a person can read bring no more", () => {
    const racks = { ...aSmallFleet().racks, min: rackCount(6) };
    const quiet = aDecidedOn({ turnsPerSecond: 4, fleet: { racks } });
    expect(asked(8, quiet).sentences).toContain(
      "8 racks would attain no more (100.00 %); their price is not known.",
    );
  });

  it("says that the price is not known where no pool has one", () => {
    expect(asked(wanted + 1)).toMatchObject({ moreUsdPerHour: null });
    expect(asked(wanted + 1).sentences.join(" ")).toContain("price is not known");
  });
});

describe("the number that is wanted", () => {
  it("is explained by its own reason, and by what the gate lets through", () => {
    const [why, gate] = asked(wanted).sentences;
    expect(why).toMatch(new RegExp(`^${wanted} racks are wanted: `));
    expect(gate).toMatch(/is what is let through now: /);
  });
});

describe("a fleet that cannot be sized", () => {
  it("has no attainment to compare, and says why its size stands", () => {
    const blind = {
      ...world,
      memory: { ...world.memory, fleets: {} },
    };
    const answer = asked(3, blind);
    expect(answer).toMatchObject({ attainment: null, attainmentAtWant: null });
    expect(answer.sentences.join(" ")).toContain("Demand was watched for");
  });

  it("and one that is not of the group is not known", () => {
    expect(whyNot(world, "agents/stranger", 3)).toBeUndefined();
  });
});
