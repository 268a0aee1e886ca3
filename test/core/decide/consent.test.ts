import { describe, expect, it } from "vitest";
import type { CompiledFleet, ConfirmRule } from "../../../src/core/compiled.ts";
import { HOUR_MS, MINUTE_MS, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor, withOverride, withPool, withVerdict } from "../../support/builders/edits.ts";
import { aGroupObservation } from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { Story } from "../../support/model/run.ts";

const aRule = (changes: Partial<ConfirmRule> = {}): ConfirmRule => ({
  name: "big-buy",
  when: { direction: "Out", minRacks: rackCount(2), minUsdPerHour: null },
  approvers: 2,
  expiresAfterMs: millis(20 * MINUTE_MS),
  onExpiry: "Drop",
  ...changes,
});

const APPROVE: Partial<CompiledFleet> = { mode: { scaleOut: "Approve", scaleIn: "Approve" } };

/** Seven racks are asked for and four held: an intent waits for its verdicts. */
function aPending(fleet: Partial<CompiledFleet>, racks = 7): Story {
  const story = new Story(aSmallGroup(fleet), {
    world: aGroupObservation(),
    memory: aMemory(aFleetMemory({ racks: 4 })),
  });
  story.change(withFloor(racks)).tick();
  return story;
}

const phase = (story: Story) => story.phases()[0]?.[1];

describe("a decision that a person must confirm", () => {
  it("is opened, waits, is approved, executes in one plan with its write, is done", () => {
    const story = aPending(APPROVE).ticks(2);
    expect(phase(story)).toBe("Pending");
    expect(story.decisions.at(-1)?.progress[0]?.reason.code).toBe("awaiting-approval");
    story.change(withVerdict("ada")).ticks(4);
    expect(story.kinds()).toEqual([
      ["OpenIntent"],
      ["SetPhase Approved"],
      ["SetPhase Executing", "SetCount 4 → 7"],
      ["SetPhase Done"],
    ]);
  });

  it("needs as many people as the rule says, each counted once", () => {
    const story = aPending({ confirm: [aRule()] });
    story.change(withVerdict("ada")).change(withVerdict("ada")).ticks(2);
    expect(phase(story)).toBe("Pending");
    story.change(withVerdict("bea")).ticks(3);
    expect(story.desired()).toBe(7);
  });

  it("needs nobody where the rule does not apply", () => {
    expect(phase(aPending({ confirm: [aRule()] }, 5))).toBe("Approved");
  });

  it("ends with the first refusal, whatever others said", () => {
    const story = aPending({ confirm: [aRule()] });
    story.change(withVerdict("ada")).change(withVerdict("bea", "Reject")).tick();
    expect(phase(story)).toBe("Rejected");
    expect(story.decisions.at(-1)?.progress[0]?.reason.text).toContain("bea: seen");
  });

  it.each([
    ["Drop", "Expired", 4],
    ["Proceed", "Done", 7],
  ] as const)("unanswered, with onExpiry %s, ends %s at %i racks", (onExpiry, end, racks) => {
    const story = aPending({ confirm: [aRule({ onExpiry })] });
    story.tick(millis(20 * MINUTE_MS));
    story.ticks(3);
    expect(phase(story)).toBe(end);
    expect(story.desired()).toBe(racks);
  });

  it("never proceeds unanswered where the mode itself asks for a person", () => {
    const story = aPending({ ...APPROVE, confirm: [aRule({ onExpiry: "Proceed" })] });
    story.tick(millis(20 * MINUTE_MS));
    story.tick();
    expect(phase(story)).toBe("Expired");
    expect(story.desired()).toBe(4);
  });

  it("is superseded while pending when the need has gone", () => {
    const story = aPending(APPROVE).change(withOverride(null)).ticks(1);
    expect(phase(story)).toBe("Superseded");
  });

  it("outlasts a moment in which demand does not ask for it, and not ten minutes", () => {
    const story = new Story(aSmallGroup(APPROVE), {
      world: aGroupObservation(),
      memory: aMemory(aFleetMemory({ racks: 4 })),
    });
    story.ticks(4).demand(60).ticks(8);
    expect(phase(story)).toBe("Pending");
    story.demand(1).ticks(16);
    expect(story.decisions.at(-1)?.fleets[0]?.want.racks).toBeLessThanOrEqual(4);
    expect(phase(story)).toBe("Pending");
    story.ticks(32);
    expect(story.phases()[0]?.[1]).toMatch(/Superseded|Expired/);
  });

  it("may start later with less, needing no new consent", () => {
    const story = aPending(APPROVE).change(withFloor(6)).change(withVerdict("ada")).ticks(3);
    expect(story.desired()).toBe(6);
  });

  it("expires when it is not started before its consent lapses", () => {
    const story = aPending(APPROVE).change(withVerdict("ada"));
    story.tick();
    const count = story.world.pools[0]?.count ?? null;
    story.change(withPool({ count: null })).tick(millis(3 * HOUR_MS));
    story.change(withPool({ count })).tick();
    expect(phase(story)).toBe("Expired");
    expect(story.desired()).toBe(4);
  });
});

describe("what stops a decision that was confirmed", () => {
  it("a pause of its direction: it is given up at the next tick, and asked anew after it", () => {
    const story = aPending(APPROVE).change(withVerdict("ada"));
    story.tick();
    story.change(withOverride({ floorRacks: rackCount(7), pauseOut: true })).tick();
    expect(phase(story)).toBe("Cancelled");
    expect(story.decisions.at(-1)?.progress[0]?.reason.code).toBe("paused");
    story.change(withFloor(7)).ticks(2);
    expect(story.desired()).toBe(4);
    expect(story.phases().map(([, found]) => found)).toEqual(["Cancelled", "Pending"]);
  });

  it("not a pause of the other direction", () => {
    const story = aPending(APPROVE).change(withVerdict("ada"));
    story.change(withOverride({ floorRacks: rackCount(7), pauseIn: true })).ticks(2);
    expect(story.desired()).toBe(7);
  });

  it.each(["Pending", "Approved", "Executing"] as const)(
    "losing the lease: a standby changes nothing of a decision that is %s",
    (found) => {
      const story = aPending(APPROVE).change(withVerdict("ada"));
      story.change((world) => ({
        ...world,
        leading: false,
        intents: world.intents.map((intent) => ({ ...intent, phase: found })),
      }));
      const { decision } = story.tick();
      expect(decision.plan).toEqual([]);
      expect(decision.progress[0]?.reason.code).toBe("not-leader");
    },
  );
});
