import { describe, expect, it } from "vitest";
import type { Intent, PoolCount } from "../../../src/core/observation.ts";
import { withdrawStep } from "../../../src/core/racks/withdraw-step.ts";
import { reason } from "../../../src/core/reasons.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aPoolObservation, anIntent } from "../../support/builders/observed.ts";

/** Six racks asked for, four there: two are no longer asked for. */
const anEnd = (changes: Partial<Intent> = {}): Intent =>
  anIntent({
    direction: "In",
    fromRacks: rackCount(6),
    toRacksAtMost: rackCount(4),
    rack: null,
    victimNodeUids: [],
    phase: "Executing",
    ...changes,
  });

function counted(desired: number, changes: Partial<PoolCount> = {}): PoolCount {
  const { count } = aPoolObservation(desired);
  if (count === null) throw new Error("no count");
  return { ...count, ...changes };
}

const step = (desired: number, more: { handedOut?: number; intent?: Intent } = {}) =>
  withdrawStep(more.intent ?? anEnd(), {
    count: counted(desired),
    handedOut: more.handedOut ?? 4,
    cancel: null,
  });

describe("a request that is withdrawn", () => {
  it("is one write, from what was asked for to what is there, and names no node", () => {
    const [action] = Object(step(6)).actions;
    expect(action).toMatchObject({ kind: "SetCount", from: 6, to: 4 });
    expect(action).not.toHaveProperty("victims");
  });

  it("is done when the count says so, whoever wrote it", () => {
    expect(step(4).kind).toBe("Done");
  });

  it("fails when the count is something else", () => {
    expect(step(5)).toMatchObject({ kind: "Fail", reason: { code: "count-conflict" } });
  });

  it("ends when a rack came meanwhile: it is not to go", () => {
    expect(step(6, { handedOut: 5 })).toMatchObject({ kind: "Cancel", restore: [] });
  });

  it("ends when the racks are needed after all", () => {
    const view = { count: counted(6), handedOut: 4, cancel: reason("demand-returned") };
    expect(withdrawStep(anEnd(), view)).toMatchObject({
      kind: "Cancel",
      reason: { code: "demand-returned" },
    });
  });

  it("waits while the object cannot be read", () => {
    const view = { count: null, handedOut: 0, cancel: null };
    expect(withdrawStep(anEnd(), view).kind).toBe("Wait");
  });
});

describe("of an object set", () => {
  const members = (...desired: readonly number[]) =>
    desired.map((racks, n) => ({
      name: `sub-${n}`,
      desired: rackCount(racks),
      stock: "stockout" as const,
    }));
  const intent = anEnd({ objects: ["sub-4", "sub-5"] });
  const on = (desired: number, ...racks: readonly number[]) =>
    withdrawStep(intent, {
      count: counted(desired, { members: members(...racks) }),
      handedOut: 4,
      cancel: null,
    });

  it("lowers the named objects", () => {
    expect(on(6, 1, 1, 1, 1, 1, 1)).toMatchObject({
      kind: "Act",
      actions: [{ objects: ["sub-4", "sub-5"] }],
    });
  });

  it("goes on where one of them is lowered already, and is done when both are", () => {
    expect(on(5, 1, 1, 1, 1, 0, 1).kind).toBe("Act");
    expect(on(4, 1, 1, 1, 1, 0, 0).kind).toBe("Done");
  });
});
