import { describe, expect, it } from "vitest";
import { hitRatesByPod, isWarm } from "../../../src/core/racks/warmth.ts";
import type { WarmthView } from "../../../src/core/racks/warmth.ts";
import { MINUTE_MS, after, millis, ratio } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { CODER, NOW, aFleetObservation, aRack } from "../../support/builders/observed.ts";

const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const seen = (phase: "Serving" | "Warming") => ({ firstAt: ago(90), servingAt: ago(60), phase });
const ours = aRack("new", { pods: 2 });
const peer = aRack("old", { pods: 2 });
const rates = (own: number, others: number): WarmthView["hitRates"] => ({
  [CODER]: new Map([
    ...ours.pods.map(({ name }) => [name, own] as const),
    ...peer.pods.map(({ name }) => [name, others] as const),
  ]),
});

const view = (changes: Partial<WarmthView> = {}): WarmthView => ({
  now: NOW,
  fleets: [aSmallFleet()],
  racks: [ours, peer],
  before: { new: seen("Warming"), old: seen("Serving") },
  hitRates: {},
  ...changes,
});

/** Within 10 points of its peers, or after 30 minutes. */
describe("a rack is warm", () => {
  it.each([
    ["after 30 minutes", 30, view(), true],
    ["not sooner where no engine is shown", 29, view(), false],
    ["once it is within 10 points of its warm peers", 5, view({ hitRates: rates(0.8, 0.9) }), true],
    ["above them too", 5, view({ hitRates: rates(0.95, 0.9) }), true],
    ["not while it is further off", 5, view({ hitRates: rates(0.7, 0.9) }), false],
    ["after 30 minutes even so", 30, view({ hitRates: rates(0.7, 0.9) }), true],
    [
      "not by peers that warm up themselves",
      5,
      view({ hitRates: rates(0.1, 0.1), before: { old: seen("Warming") } }),
      false,
    ],
    [
      "for as long as it serves",
      5,
      view({ hitRates: rates(0.1, 0.9), before: { new: seen("Serving"), old: seen("Serving") } }),
      true,
    ],
    ["never for a fleet that is not known", 60, view({ fleets: [] }), false],
  ])("%s", (_, minutes, given, warm) => {
    expect(isWarm(ours, ago(minutes), given)).toBe(warm);
  });
});

describe("hit rates by pod", () => {
  it("are those that the source shows", () => {
    const hitRates = [{ pod: "a", hitRate: ratio(0.5) }];
    expect(hitRatesByPod([aFleetObservation({ hitRates })])).toEqual({
      [CODER]: new Map([["a", 0.5]]),
    });
    expect(hitRatesByPod([aFleetObservation({ hitRates: [] })])).toEqual({});
    expect(hitRatesByPod([aFleetObservation()])).toEqual({});
  });
});
