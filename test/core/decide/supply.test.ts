import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledGroup, CompiledPool } from "../../../src/core/compiled.ts";
import { rackCount } from "../../../src/core/units.ts";
import { HOUR_MS, MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor } from "../../support/builders/edits.ts";
import {
  NOW,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  aRack,
  someSignals,
} from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../../support/builders/remembered.ts";
import { ShortStory } from "../../support/model/short-provider.ts";
import { aPool } from "../../support/reports/compiled.ts";

const onDemand = { kind: "OnDemand", committedRacks: rackCount(0), windows: [] } as const;
const consumers = aPool().consumers.map((consumer) => ({ ...consumer, guaranteed: rackCount(0) }));
const limits = { ...aPool().limits, maxRequestsPerHour: 60 };
const eager = { ...aSmallFleet().behavior, scaleInStabilizationMs: millis(10 * MINUTE_MS) };

function twoPools(first: Partial<CompiledPool> = {}): CompiledGroup {
  const east = aPool("gb200-east", { supply: onDemand, limits, consumers, ...first });
  const west = aPool("gb200-west", { supply: onDemand, limits, consumers });
  const pools = [east, west];
  const fleet = aSmallFleet({
    behavior: eager,
    pools: pools.map(({ name }, n) => ({
      name,
      preference: n + 1,
      engineStartPrior: east.leadTimePrior.join,
    })),
  });
  return { ...aSmallGroup(), pools, fleets: [fleet] };
}

/** Four racks in the first pool, none in the second, and a person's floor on the whole. */
function aStory(floor: number, group = twoPools()): ShortStory {
  const world = aGroupObservation({
    pools: [aPoolObservation(4), aPoolObservation(0, { name: "gb200-west" })],
    fleets: [aFleetObservation({ signals: someSignals(aLoad(1)) })],
  });
  const pools = { "gb200-east": aPoolMemory(4), "gb200-west": aPoolMemory(0) };
  const memory = { ...aMemory(aFleetMemory({ racks: floor })), pools };
  return new ShortStory(group, { world: withFloor(floor)(world), memory });
}

const east = (racks: number, says: "stockout" | "quota" = "stockout") => ({
  "gb200-east": { racks, says },
});

describe("a pool that is out of stock", () => {
  it("keeps its request open while the next pool is asked for what is missing", () => {
    const slow = { ...east(4), "gb200-west": { racks: 0, says: "unknown" as const } };
    expect(aStory(6).has(slow).ticks(20).desired()).toEqual([6, 2]);
  });

  it("is named as the reason why the next one is asked", () => {
    const story = aStory(6).has(east(4)).ticks(20);
    const opened = story.decisions
      .flatMap(({ plan }) => plan)
      .find((action) => action.kind === "OpenIntent" && action.intent.pool === "gb200-west");
    expect(opened?.reason).toEqual({
      code: "asked-elsewhere",
      text:
        "Another pool does not give what it was asked for: this one is asked instead. " +
        "RackPool gb200-east: stockout.",
    });
  });

  it("is no longer asked once the others serve, and nothing that is there is touched", () => {
    const story = aStory(6).has(east(4)).ticks(80);
    expect(story.desired()).toEqual([4, 2]);
    expect(story.present()).toEqual([4, 2]);
    expect(story.labels).not.toContain("Cordon");
  });

  it("keeps what it has when the racks come after all, and the other request is withdrawn", () => {
    const neither = { ...east(4), "gb200-west": { racks: 0, says: "stockout" as const } };
    const story = aStory(6).has(neither).ticks(8);
    expect(story.desired()).toEqual([6, 2]);
    story.has({ ...east(6), "gb200-west": neither["gb200-west"] }).ticks(80);
    expect(story.desired()).toEqual([6, 0]);
    expect(story.labels).not.toContain("Cordon");
  });

  it("gives back the surplus when both deliver, by a drain", () => {
    const neither = { ...east(4), "gb200-west": { racks: 0, says: "stockout" as const } };
    const story = aStory(6).has(neither).ticks(8).has({}).ticks(120);
    expect(story.desired().reduce<number>((sum, racks) => sum + (racks ?? 0), 0)).toBe(6);
    expect(story.labels).toContain("Cordon");
  });

  it("asks for no more where no other pool has any, and says since when and what helps", () => {
    const story = aStory(6).has({ ...east(4, "quota"), "gb200-west": { racks: 0, says: "quota" } });
    story.ticks(12).world = withFloor(8)(story.world);
    story.ticks(12);
    expect(story.desired()[0]).toBe(6);
    const last = story.decisions.at(-1);
    expect(last?.pools[0]?.holds).toMatchObject([
      {
        code: "stockout",
        text: expect.stringMatching(/quota since 2027-01-15T08:.*raise the acc/),
      },
    ]);
    expect(last?.fleets[0]?.reasons.map(({ code }) => code)).toContain("stockout");
  });

  it("does not flap: one request a pool, however long it lasts", () => {
    const neither = { ...east(4), "gb200-west": { racks: 0, says: "stockout" as const } };
    const story = aStory(6).has(neither).ticks(400, 60_000);
    expect(story.labels.filter((label) => label.startsWith("SetCount"))).toEqual([
      "SetCount 4 → 6",
      "SetCount 0 → 2",
    ]);
  });

  it("stays below the fleet's own limit: the request goes before another pool is asked", () => {
    const group = twoPools();
    const fleets = group.fleets.map((fleet) => ({
      ...fleet,
      racks: { ...fleet.racks, max: rackCount(6) },
    }));
    const story = aStory(6, { ...group, fleets }).has(east(4));
    for (let n = 0; n < 100; n += 1) {
      story.ticks(1);
      const asked = story.desired().reduce<number>((sum, racks) => sum + (racks ?? 0), 0);
      expect(asked).toBeLessThanOrEqual(6);
    }
    expect(story.desired()).toEqual([4, 2]);
  });
});

describe("always", () => {
  it("nothing that serves goes for a request, and in the end all have what they want", () => {
    const phases = fc.array(
      fc.record({ racks: fc.integer({ min: 4, max: 8 }), ticks: fc.integer({ min: 1, max: 40 }) }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(phases, fc.integer({ min: 4, max: 8 }), fc.boolean(), (spells, floor, again) => {
        const story = aStory(floor);
        let most = 4;
        for (const { racks, ticks } of spells) {
          // What a provider has given it does not take back.
          most = Math.max(most, racks);
          story.has(east(most)).ticks(ticks);
          if (again) story.restart();
          const serving = story.present().reduce((sum, there) => sum + there, 0);
          expect(serving).toBeGreaterThanOrEqual(4);
        }
        story.has({}).ticks(160);
        expect(story.present().reduce((sum, there) => sum + there, 0)).toBe(floor);
        expect(story.desired()).toEqual(story.present());
      }),
      { numRuns: 6 },
    );
  });
});

describe("a capacity block that ends", () => {
  const block = (endsMin: number): Partial<CompiledPool> => ({
    supply: {
      kind: "Calendar",
      committedRacks: rackCount(0),
      windows: [
        {
          from: after(NOW, millis(-1 * HOUR_MS)),
          until: after(NOW, millis(endsMin * MINUTE_MS)),
          racks: rackCount(4),
          evacuateBeforeMs: millis(30 * MINUTE_MS),
        },
      ],
    },
  });

  it("is replaced a lead time ahead, emptied in time, and asks for nothing afterwards", () => {
    const story = aStory(4, twoPools(block(300))).ticks(20);
    expect(story.desired()).toEqual([4, 0]);
    story.ticks(4 * 270 - 20);
    expect(story.desired()).toEqual([0, 4]);
    const first = (label: string): number => story.labels.indexOf(label);
    expect(first("SetCount 0 → 3")).toBeLessThan(first("SetCount 4 → 3"));
  });

  it("whose racks went with the window asks for them no longer", () => {
    const story = aStory(4, twoPools(block(1)))
      .has(east(0))
      .ticks(12);
    expect(story.desired()[0]).toBe(0);
  });
});

describe("a rack that arrives in part", () => {
  const half = () => {
    const story = aStory(4);
    const [pool, ...others] = story.world.pools;
    if (pool === undefined || pool.count === null) throw new Error("no pool");
    const rack = aRack("rack-half", { nodes: 9, pods: 0 });
    const racks = [...pool.racks.slice(0, 3), rack];
    story.world = { ...story.world, pools: [{ ...pool, racks }, ...others] };
    return story;
  };

  it("is waited for", () => {
    expect(half().has(east(4)).ticks(8, MINUTE_MS).labels).toEqual([]);
  });

  it("is given back whole, once, and asked for again when the pool has had its wait", () => {
    const story = half();
    story.has({ ...east(4), "gb200-west": { racks: 0, says: "stockout" } });
    story.ticks(120, MINUTE_MS);
    expect(story.labels.filter((label) => label.startsWith("SetCount 4"))).toEqual([
      "SetCount 4 → 3",
    ]);
    expect(story.world.pools[0]?.racks.map(({ id }) => id)).not.toContain("rack-half");
    const opened = story.decisions.flatMap(({ plan }) => plan).map(({ reason }) => reason.code);
    expect(opened.filter((code) => code === "partial-arrival").length).toBeGreaterThan(0);
    expect(story.present()[0]).toBe(4);
    const lowered = story.decisions.findIndex(({ plan }) =>
      plan.some((action) => action.kind === "SetCount" && action.to === 3),
    );
    const raised = story.decisions.findIndex(({ plan }) =>
      plan.some((action) => action.kind === "SetCount" && action.from === 3),
    );
    expect(raised - lowered).toBeGreaterThanOrEqual(2);
  });

  it("stays when it is completed meanwhile", () => {
    const story = half().has(east(4));
    while (!story.labels.includes("Cordon")) story.ticks(1, MINUTE_MS);
    const [pool, ...others] = story.world.pools;
    if (pool === undefined) throw new Error("no pool");
    const whole = aRack("rack-half", { pods: 0, node: { cordoned: true } });
    const racks = pool.racks.map((rack) => (rack.id === whole.id ? whole : rack));
    story.world = { ...story.world, pools: [{ ...pool, racks }, ...others] };
    story.ticks(1);
    expect(story.labels.slice(-2)).toEqual(["Uncordon", "SetPhase Cancelled"]);
    expect(story.desired()[0]).toBe(4);
  });
});
