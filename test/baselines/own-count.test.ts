import { describe, expect, it } from "vitest";
import { DEFAULT_BEHAVIOR } from "../../src/baselines/hpa.ts";
import { ownCount, setOwnCount, stabilised } from "../../src/baselines/own-count.ts";
import type { PolicySlice, RoleReplicas } from "../../src/core/policy/policy.ts";
import { SECOND_MS, after, millis } from "../../src/core/units.ts";
import { NOW } from "../support/builders/observed.ts";
import { NOTHING_REMEMBERED } from "../support/builders/peer.ts";

const TWO_RACKS: RoleReplicas = {
  filled: 16,
  present: 16,
  ready: 16,
  perRack: 8,
  min: 8,
  max: 80,
};

const setTo = (wanted: number, replicas = TWO_RACKS) =>
  setOwnCount(wanted, replicas, NOTHING_REMEMBERED);

describe("an autoscaler's own count", () => {
  it("is what it set, at most a rack below what is there, and never above", () => {
    expect(ownCount(TWO_RACKS, NOTHING_REMEMBERED)).toBe(16);
    expect(ownCount(TWO_RACKS, setTo(13).memory)).toBe(13);
    expect(ownCount({ filled: 32, perRack: 8 }, setTo(13).memory)).toBe(24);
    expect(ownCount(TWO_RACKS, setTo(40).memory)).toBe(16);
  });

  it("keeps within the fleet's bounds, and one", () => {
    expect(setTo(3).wanted).toBe(8);
    expect(setTo(100).wanted).toBe(80);
    expect(setTo(0, { ...TWO_RACKS, min: 0 }).wanted).toBe(1);
  });

  it("is kept apart for each workload that has a name for it", () => {
    const { memory } = setOwnCount(12, TWO_RACKS, setTo(15).memory, "prefill");
    expect(ownCount(TWO_RACKS, memory)).toBe(15);
    expect(ownCount(TWO_RACKS, memory, "prefill")).toBe(12);
  });
});

describe("a desired count that a HorizontalPodAutoscaler carries out", () => {
  const slow = {
    up: { ...DEFAULT_BEHAVIOR.up, pods: 1, share: 0 },
    down: { windowMs: millis(0), pods: 1, share: 0, periodMs: millis(30 * SECOND_MS) },
  };

  function run(desired: readonly number[], behavior: typeof slow) {
    let memory: PolicySlice = NOTHING_REMEMBERED;
    return desired.map((count, n) => {
      const now = after(NOW, millis(n * 15 * SECOND_MS));
      const set = stabilised(count, memory, { now, replicas: TWO_RACKS, behavior });
      memory = set.memory;
      return set.wanted;
    });
  }

  it("shrinks step by step below what is there", () => {
    expect(run([10, 10, 10, 10, 10], slow)).toEqual([15, 15, 14, 14, 13]);
  });

  it("grows from what is there, not from what it had given up", () => {
    expect(run([10, 10, 10, 17], slow)).toEqual([15, 15, 14, 17]);
  });

  it("takes back what it had given up, as growth", () => {
    const quick = { ...slow, up: DEFAULT_BEHAVIOR.up };
    expect(run([10, 10, 10, 16], quick)).toEqual([15, 15, 14, 16]);
  });

  it("takes every change, however small: there is no tolerance", () => {
    expect(run([17], slow)).toEqual([17]);
  });
});
