import { describe, expect, it } from "vitest";
import { STATIC_KNOB, staticPolicy } from "../../src/baselines/static.ts";
import { aView, NOTHING_REMEMBERED } from "../support/builders/peer.ts";

const wanted = (share: number) => staticPolicy(share).want(aView(), NOTHING_REMEMBERED).replicas;

describe("static", () => {
  it.each([
    [0.1, 1],
    [0.7, 7],
    [0.71, 8],
    [1, 10],
  ])("%d of a fleet of at most 10 racks is %i racks of 8 units", (share, racks) => {
    expect(wanted(share)).toEqual({ Aggregated: racks * 8 });
  });

  it("has a knob that goes up to all that a fleet may have", () => {
    expect(STATIC_KNOB.sweep.at(-1)).toBe(1);
    expect(STATIC_KNOB.sweep).toContain(STATIC_KNOB.default);
  });
});
