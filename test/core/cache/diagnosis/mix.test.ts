import { describe, expect, it } from "vitest";
import { mixChanges } from "../../../../src/core/cache/diagnosis/mix.ts";
import { addSums, noSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import type { CacheSums } from "../../../../src/core/cache/diagnosis/sums.ts";
import { aCacheTick } from "../../../support/builders/cache-story.ts";
import type { CacheState } from "../../../support/builders/cache-story.ts";
import { NOW } from "../../../support/builders/observed.ts";

const minutes = (count: number, state: CacheState = {}): CacheSums =>
  addSums(noSums(NOW), aCacheTick(state).rates, 60 * count);

const HOUR = Array.from({ length: 6 }, () => minutes(10));
/** Hours in which the rate of turns went up and down by a fifth. */
const WAVES = [1.6, 1.8, 2, 2.2, 2.4, 2].map((turns) => minutes(10, { turns }));

describe("whether the traffic is another", () => {
  it.each<[string, CacheState, readonly string[]]>([
    ["the same", {}, []],
    ["a little longer prompts", { promptPerTurn: 6_300 }, []],
    ["shorter prompts", { promptPerTurn: 4_000 }, ["prompt tokens a turn"]],
    ["longer answers", { outputPerTurn: 180 }, ["output tokens a turn"]],
    ["longer pauses", { turns: 0.8 }, ["turns a second"]],
    ["fewer turns because they wait", { turns: 0.8, waiting: 8 }, []],
    [
      "others altogether, the largest change first",
      { promptPerTurn: 1_000, outputPerTurn: 250 },
      ["prompt tokens a turn", "output tokens a turn"],
    ],
  ])("%s", (_, state, names) => {
    expect(mixChanges(HOUR, minutes(5, state)).map(({ name }) => name)).toEqual(names);
  });

  it("is judged by how much it changes anyway", () => {
    const slower = minutes(5, { turns: 1.3 });
    expect(mixChanges(HOUR, slower)).toHaveLength(1);
    expect(mixChanges(WAVES, slower)).toEqual([]);
  });
});
