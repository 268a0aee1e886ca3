import { describe, expect, it } from "vitest";
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import { MINUTE_MS, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { aGroupObservation, aPoolObservation } from "../../support/builders/observed.ts";
import { withFloor, withIntents, withOverride } from "../../support/builders/edits.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { Story } from "../../support/model/run.ts";

/** Four racks, one turn a second, and whatever the test asks for on top. */
const aStory = (group = aSmallGroup()) =>
  new Story(group, { world: aGroupObservation(), memory: aMemory(aFleetMemory({ racks: 4 })) });

describe("growth", () => {
  it("asks once and for all that is needed", () => {
    const story = aStory().change(withFloor(7)).ticks(8);
    expect(story.kinds()).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "SetCount 4 → 7"],
      ["SetPhase Done"],
    ]);
    expect(story.desired()).toBe(7);
    expect(story.phases()).toEqual([["gb200-east-out-1", "Done"]]);
  });

  it("never uses a name again, not even when the decision that had it is long forgotten", () => {
    const story = aStory().change(withFloor(5)).ticks(4);
    story
      .change((world) => ({ ...world, intents: [] }))
      .change(withFloor(6))
      .ticks(2);
    expect(story.phases().map(([name]) => name)).toEqual(["gb200-east-out-2"]);
  });

  it("asks for no more while an earlier decision is open", () => {
    const story = aStory().change(withFloor(6));
    story.tick();
    const { decision } = story.change(withFloor(7)).tick();
    expect(decision.plan.map(({ kind }) => kind)).toEqual(["SetPhase", "SetCount"]);
    expect(decision.fleets[0]?.reasons.map(({ code }) => code)).toContain("open-intent");
  });

  it("asks for the rest in a second decision once the first is done", () => {
    const story = aStory().change(withFloor(9)).ticks(12);
    expect(
      story
        .kinds()
        .flat()
        .filter((label) => label.startsWith("SetCount")),
    ).toEqual(["SetCount 4 → 7", "SetCount 7 → 9"]);
  });

  it("takes as little as is still needed when it starts, within what was consented", () => {
    const story = aStory().change(withFloor(7));
    story.tick();
    story.change(withFloor(5)).ticks(3);
    expect(story.kinds()[1]).toEqual(["SetPhase Executing", "SetCount 4 → 5"]);
    expect(story.intent("gb200-east-out-1")).toMatchObject({ toRacksAtMost: 7, askedRacks: 5 });
  });

  it("never takes more than was consented", () => {
    const story = aStory().change(withFloor(5));
    story.tick();
    story.change(withFloor(7)).tick();
    expect(story.kinds()[1]).toEqual(["SetPhase Executing", "SetCount 4 → 5"]);
  });

  it("is superseded when nothing is needed any more", () => {
    const story = aStory().change(withFloor(7));
    story.tick();
    story.change(withOverride(null)).ticks(4);
    expect(story.phases()[0]).toEqual(["gb200-east-out-1", "Superseded"]);
    expect(story.desired()).toBe(4);
  });

  it("for a surge is wanted within two ticks, and asked for once the rise is measured", () => {
    const story = aStory();
    story.ticks(4);
    expect(story.kinds()).toEqual([]);
    story.demand(60).ticks(2);
    const [seen] = story.decisions.at(-1)?.fleets ?? [];
    expect(seen?.want.racks).toBeGreaterThan(4);
    expect(seen?.want.reason.code).toBe("burst");
    expect(seen?.reasons[0]?.code).toBe("rising");
    story.ticks(6);
    expect(story.kinds().slice(0, 3)).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "SetCount 4 → 7"],
      ["SetPhase Done"],
    ]);
  });

  it("takes as many requests an hour as the pool allows, and no more", () => {
    const story = aStory(aSmallGroup({}, { limits: limits({ maxRequestsPerHour: 1 }) }));
    story.change(withFloor(9)).ticks(20);
    expect(story.desired()).toBe(7);
    const last = story.decisions.at(-1)?.fleets[0]?.reasons.map(({ code }) => code);
    expect(last).toContain("request-rate");
  });

  it("ends without a write when the pool's limit was lowered after the consent", () => {
    const story = aStory().change(withFloor(7));
    story.tick();
    story.change(withIntents({ phase: "Executing", askedRacks: rackCount(7) }));
    const group = aSmallGroup({}, { limits: limits({ maxRacks: rackCount(5) }) });
    const lower = new Story(group, story);
    lower.tick();
    expect(lower.kinds()).toEqual([["SetPhase Cancelled"]]);
    expect(lower.decisions[0]?.progress[0]?.reason.code).toBe("pool-limit");
  });

  /** A pool with two racks more than its limit; the fleet may draw on another one too. */
  const crowded = (): CompiledGroup => {
    const start = { p50Ms: MINUTE_MS, p95Ms: MINUTE_MS };
    const names = ["gb200-east", "gb200-west"] as const;
    const { limits } = aPool("gb200-east");
    return {
      name: "gb200-east",
      pools: [
        aPool("gb200-east", { limits: { ...limits, maxRacks: rackCount(2) } }),
        aPool(names[1]),
      ],
      fleets: [
        aSmallFleet({
          pools: names.map((name, n) => ({ name, preference: n + 1, engineStartPrior: start })),
        }),
      ],
    };
  };

  it.each([
    [4, []],
    [6, [["gb200-west", 2]]],
    [9, [["gb200-west", 3]]],
  ])(
    "goes no further than a ceiling of %i, whatever pools the racks held are of",
    (most, asked) => {
      const world = aGroupObservation({
        pools: [aPoolObservation(4), aPoolObservation(0, { name: "gb200-west" })],
      });
      const people = withOverride({ floorRacks: rackCount(most), ceilingRacks: rackCount(most) });
      const memory = aMemory(aFleetMemory({ racks: 4 }));
      const { plan } = decide(crowded(), people(world), memory).decision;
      const opened = plan.flatMap((action) =>
        action.kind === "OpenIntent" ? [action.intent] : [],
      );
      const out = opened.filter(({ direction }) => direction === "Out");
      expect(out.map(({ pool, toRacksAtMost }) => [pool, toRacksAtMost])).toEqual(asked);
    },
  );
});

const limits = (changes: Partial<ReturnType<typeof aSmallGroup>["pools"][number]["limits"]>) => ({
  maxRacks: rackCount(12),
  maxDraining: rackCount(1),
  maxRequestsPerHour: 2,
  ...changes,
});
