import { describe, expect, it } from "vitest";
import { fleetPicture } from "../../src/core/fleet-picture.ts";
import type { FleetMemory } from "../../src/core/memory.ts";
import type { FleetObservation } from "../../src/core/observation.ts";
import { MINUTE_MS, SECOND_MS, after, millis, rackCount } from "../../src/core/units.ts";
import { aCacheStory } from "../support/builders/cache-story.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { aStage } from "../support/builders/gate.ts";
import { NOW, aFleetObservation, aLoad, someSignals } from "../support/builders/observed.ts";
import { aFleetMemory } from "../support/builders/remembered.ts";

const picture = (memory: FleetMemory, seen: Partial<FleetObservation> = {}, secondsLater = 0) => {
  const now = after(NOW, millis(secondsLater * SECOND_MS));
  const signals = someSignals(aLoad(1), now);
  return fleetPicture(aSmallFleet(), {
    group: aSmallGroup(),
    observed: aFleetObservation({ signals, ...seen }),
    memory,
    now,
    pools: [aStage().state],
    answering: [],
  });
};

describe("a fleet's picture", () => {
  it("counts the racks that serve it and run its units", () => {
    const { situation, owned } = picture(aFleetMemory());
    expect(situation.servingRacks).toBe(4);
    expect(owned).toEqual({ "gb200-east": 4 });
  });

  it("says what its want is weighed by only where nobody weighs attainment", () => {
    expect(picture(aFleetMemory()).claim).toBeUndefined();
    const { claim, sizing } = fleetPicture(aSmallFleet({ without: "arbitration" }), {
      group: aSmallGroup(),
      observed: aFleetObservation({ signals: someSignals(aLoad(60)) }),
      memory: aFleetMemory({ turnsPerSecond: 60 }),
      now: NOW,
      pools: [{ ...aStage().state, owned: { "agents/coder": 1 } }],
      answering: [],
    });
    const points = claim?.map(({ attainment }) => attainment) ?? [];
    expect(points).toHaveLength(sizing.want.racks + 1);
    expect(points.length).toBeGreaterThan(2);
    const [none = 0, first = 0, second = 0] = points;
    expect(first - none).toBeGreaterThan(10 * (second - first));
  });

  it("needs the fleet to have been observed", () => {
    const input = {
      group: aSmallGroup(),
      memory: aFleetMemory(),
      now: NOW,
      pools: [],
      answering: [],
    };
    expect(() => fleetPicture(aSmallFleet(), { ...input, observed: undefined })).toThrow(
      "fleet agents/coder: not in the observation",
    );
  });

  it("says that the hit rate cannot be measured where its signals are not trusted", () => {
    const signals = someSignals({ computedPromptTokens: null });
    expect(picture(aFleetMemory(), { signals }).cache).toMatchObject({
      cause: "broken-signal",
      hitRate: null,
    });
  });

  it("knows what would be wanted at the usual hit rate only with a past", () => {
    const diagnosis = aCacheStory([[60, {}]]);
    expect(picture(aFleetMemory()).wantAtUsualHitRate).toBeNull();
    const { wantAtUsualHitRate, sizing } = picture(aFleetMemory({}, { diagnosis }), {}, 3_615);
    expect(wantAtUsualHitRate).toBe(sizing.want.racks);
  });
});

describe("what is remembered of a fleet", () => {
  const memory = aFleetMemory({ racks: 3 }, { lastReviewAt: after(NOW, millis(-1 * MINUTE_MS)) });

  it("at a review: the want and the forecast", () => {
    const { memory: next } = picture(memory);
    expect(next.lastReviewAt).toBe(NOW);
    expect(next.wants.at(-1)).toEqual({ at: NOW, racks: next.lastTrustedWant });
    expect(next.demand?.learned?.pending).toHaveLength(1);
  });

  it("between reviews: the most that was wanted since the last", () => {
    const reviewed = { ...memory, lastReviewAt: NOW };
    const { memory: next } = picture(reviewed, {}, 15);
    expect(next.lastReviewAt).toBe(NOW);
    expect(next.wants).toEqual(memory.wants);
    const low = { ...reviewed, wants: [{ at: NOW, racks: rackCount(0) }] };
    expect(picture(low, {}, 15).memory.wants).toEqual([{ at: NOW, racks: next.lastTrustedWant }]);
  });

  it("nothing new from signals that are not trusted", () => {
    const signals = someSignals({ promptTokens: null });
    expect(picture(memory, { signals }).memory).toBe(memory);
  });

  it("of its caches alone where tokens are trusted and arrivals are not", () => {
    const signals = someSignals({ arrivals: null });
    const { diagnosis, ...rest } = picture(memory, { signals }).memory;
    expect(rest).toEqual(memory);
    expect(diagnosis?.lastAt).toBe(NOW);
  });

  it("wants of the stabilisation window and a little more, as proof of the watch", () => {
    const { memory: next } = picture(memory);
    const oldest = next.wants[0]?.at ?? NOW;
    expect(NOW - oldest).toBeGreaterThanOrEqual(120 * MINUTE_MS);
    expect(NOW - oldest).toBeLessThanOrEqual(122 * MINUTE_MS);
  });
});
