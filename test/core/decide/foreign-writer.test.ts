import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import { EMPTY_MEMORY } from "../../../src/core/memory.ts";
import { HOUR_MS, MINUTE_MS, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import { withCount, withFloor } from "../../support/builders/edits.ts";
import { aGroupObservation } from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { Story } from "../../support/model/run.ts";

const HOLD: CompiledPool["onForeignWrite"] = { action: "Hold", forMs: HOUR_MS };

/** Four racks, as we know; `desired` were set by somebody else since. */
function aForeignWrite(desired: number, onForeignWrite = HOLD): Story {
  const story = new Story(aSmallGroup({}, { onForeignWrite }), {
    world: aGroupObservation(),
    memory: aMemory(aFleetMemory({ racks: 4 })),
  });
  return story.change(withCount({ desired: rackCount(desired), lastWriter: "kubectl-edit" }));
}

const reasons = (story: Story) => story.decisions.at(-1)?.fleets[0]?.reasons ?? [];

describe("a count that somebody else changed", () => {
  it("is left alone for the time that the pool says, and named", () => {
    const story = aForeignWrite(5).change(withFloor(7)).ticks(8);
    expect(story.kinds()).toEqual([]);
    expect(story.desired()).toBe(5);
    expect(reasons(story)[0]).toMatchObject({ code: "foreign-write" });
    expect(reasons(story)[0]?.text).toContain("kubectl-edit set 5 racks");
    expect(story.decisions.at(-1)?.pools[0]?.holds.map(({ code }) => code)).toEqual([
      "foreign-write",
    ]);
  });

  it("is the new state from then on", () => {
    const story = aForeignWrite(5).change(withFloor(7));
    story.tick(HOUR_MS);
    story.ticks(3);
    expect(story.kinds()).toEqual([
      ["OpenIntent"],
      ["SetPhase Executing", "SetCount 5 → 7"],
      ["SetPhase Done"],
    ]);
    expect(story.decisions.at(-1)?.pools[0]?.holds).toEqual([]);
  });

  it("holds anew from every further write", () => {
    const story = aForeignWrite(5).change(withFloor(7));
    story.tick(millis(50 * MINUTE_MS));
    story.change(withCount({ desired: rackCount(4) }));
    story.tick(millis(50 * MINUTE_MS));
    story.tick();
    expect(reasons(story)[0]?.code).toBe("foreign-write");
  });

  it("is taken over at once where the pool says Adopt", () => {
    const story = aForeignWrite(5, { action: "Adopt", forMs: HOUR_MS }).change(withFloor(7));
    story.ticks(3);
    expect(story.desired()).toBe(7);
  });
});

describe("our own write is not foreign", () => {
  const grown = () =>
    new Story(aSmallGroup(), {
      world: aGroupObservation(),
      memory: aMemory(aFleetMemory({ racks: 4 })),
    })
      .change(withFloor(7))
      .ticks(2);

  const held = (story: Story) => story.tick().memory.pools["gb200-east"]?.foreignHoldUntil;

  it("when it is seen on the next tick", () => {
    expect(held(grown())).toBeNull();
  });

  it("when the memory saved before the write is all that was kept", () => {
    const story = grown();
    story.memory = aMemory(aFleetMemory({ racks: 4 }));
    expect(held(story)).toBeNull();
  });

  it("when the memory was lost altogether", () => {
    const story = grown();
    story.memory = EMPTY_MEMORY;
    expect(held(story)).toBeNull();
  });

  it("but a return to a count that an older decision once asked for is", () => {
    const story = grown().ticks(2);
    expect(story.phases()).toEqual([["gb200-east-out-1", "Done"]]);
    story.change(withCount({ desired: rackCount(6) })).tick(millis(3 * HOUR_MS));
    story.tick();
    story.change(withCount({ desired: rackCount(7) }));
    expect(held(story)).not.toBeNull();
  });
});
