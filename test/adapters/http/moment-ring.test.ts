import { describe, expect, it } from "vitest";
import { MomentRing, type GroupMoment } from "../../../src/adapters/http/moment-ring.ts";

const moment = (group: string, minute: number): GroupMoment => ({
  group: {
    group,
    atSeconds: minute * 60,
    leading: true,
    durationSeconds: 0,
    actions: [],
    failure: null,
  },
  fleets: [],
  pools: [],
  decisions: [],
});

const instantsAt = (ring: MomentRing, minute: number) =>
  ring.at(minute * 60).map(({ group }) => [group.group, (group.atSeconds ?? 0) / 60]);

describe("the moment ring", () => {
  it("gives what each group showed last by an instant", () => {
    const ring = new MomentRing();
    for (let minute = 0; minute <= 30; minute += 1) ring.add(moment("a", minute));
    ring.add(moment("b", 7));
    expect(instantsAt(ring, 12)).toEqual([
      ["a", 12],
      ["b", 7],
    ]);
    expect(instantsAt(ring, 3)).toEqual([["a", 3]]);
  });

  it("knows the last three hours by the minute and a week by twenty", () => {
    const ring = new MomentRing();
    for (let minute = 0; minute < 10_080; minute += 1) ring.add(moment("a", minute));
    expect(instantsAt(ring, 10_079)).toEqual([["a", 10_079]]);
    expect(instantsAt(ring, 9_903)).toEqual([["a", 9_903]]);
    expect(instantsAt(ring, 5_019)).toEqual([["a", 5_000]]);
    expect(ring.fromSeconds()).toBe(0);
  });

  it("keeps one tick of a minute, the first", () => {
    const ring = new MomentRing();
    ring.add(moment("a", 1));
    ring.add(moment("a", 1.5));
    expect(instantsAt(ring, 2)).toEqual([["a", 1]]);
  });

  it("forgets a group with all it showed", () => {
    const ring = new MomentRing();
    ring.add(moment("a", 1));
    ring.forget("a");
    expect(ring.at(120)).toEqual([]);
    expect(ring.fromSeconds()).toBeNull();
  });
});
