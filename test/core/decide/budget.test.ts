import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";
import { rackCount, usd, usdPerHour } from "../../../src/core/units.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor } from "../../support/builders/edits.ts";
import { aGroupObservation } from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { Story } from "../../support/model/run.ts";

const FIVE_COMMITTED: Partial<CompiledPool> = {
  supply: { kind: "Reserved", committedRacks: rackCount(5), windows: [] },
};
const PRICED: Partial<CompiledPool> = {
  ...FIVE_COMMITTED,
  price: { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" },
};

const budget = (
  usdPerDay: number,
  appliesTo: "AboveCommitment" | "Everything" = "AboveCommitment",
): Partial<CompiledFleet> => ({
  budget: { usdPerDay: usd(usdPerDay), appliesTo, replaceLostRack: true },
});

/** Seven racks are asked for where four are held and five are committed. */
const aStory = (fleet: Partial<CompiledFleet>, pool: Partial<CompiledPool>) =>
  new Story(aSmallGroup(fleet, pool), {
    world: aGroupObservation(),
    memory: aMemory(aFleetMemory({ racks: 4 })),
  }).change(withFloor(7));

const codes = (story: Story) => story.decisions.at(-1)?.fleets[0]?.reasons.map(({ code }) => code);

describe("a budget", () => {
  it.each([
    ["none: as many as wanted", {}, FIVE_COMMITTED, 7],
    ["for two racks above the commitment", budget(4_800), PRICED, 7],
    ["for one rack above the commitment", budget(2_400), PRICED, 6],
    ["for less than one rack: the commitment", budget(2_399), PRICED, 5],
    ["for six racks in all", budget(14_400, "Everything"), PRICED, 6],
    ["for four racks in all: no growth", budget(9_600, "Everything"), PRICED, 4],
  ])("%s", (_, fleet, pool, racks) => {
    const story = aStory(fleet, pool).ticks(4);
    expect(story.desired()).toBe(racks);
  });

  it("INV-14: holds where the price above the commitment is unknown, and names the field", () => {
    const story = aStory(budget(1e9), FIVE_COMMITTED).ticks(4);
    expect(story.kinds()).toEqual([]);
    const [first] = story.decisions.at(-1)?.fleets[0]?.reasons ?? [];
    expect(first).toMatchObject({ code: "price-unknown" });
    expect(first?.text).toContain("RackPool gb200-east: spec.price is not set");
  });

  it("INV-14: without a price, what is committed may still be taken", () => {
    const story = aStory(budget(1e9), FIVE_COMMITTED).change(withFloor(5)).ticks(4);
    expect(story.desired()).toBe(5);
  });
});

describe("a consent is for a price, too", () => {
  /** Consented to at 100 USD; what the group says changed before it was carried out. */
  const aConsented = (fleet: Partial<CompiledFleet>, pool: Partial<CompiledPool>) => {
    const story = aStory({}, PRICED);
    story.tick();
    return new Story(aSmallGroup(fleet, pool), { world: story.world, memory: story.memory });
  };

  it("holds while the price does", () => {
    expect(aConsented({}, PRICED).ticks(1).desired()).toBe(7);
  });

  it.each([
    ["the price rose", {}, { ...PRICED, price: dear() }, "budget"],
    ["the price is no longer known", {}, { ...PRICED, price: null }, "price-unknown"],
    ["the budget was cut", budget(2_400), PRICED, "budget"],
  ])("lapses when %s", (_, fleet, pool, code) => {
    const story = aConsented(fleet, pool).ticks(1);
    expect(story.desired()).toBe(4);
    expect(story.phases()[0]?.[1]).toBe("Cancelled");
    expect(story.decisions[0]?.progress[0]?.reason.code).toBe(code);
    expect(codes(story)).toContain("open-intent");
  });
});

function dear(): CompiledPool["price"] {
  return { usdPerRackHour: usdPerHour(101), billedFrom: "Booted" };
}
