import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivalViews } from "../../../../src/adapters/telemetry/views/arrival-views.ts";
import type { AwaitedRack, RackSummary, StepTime } from "../../../../src/core/decision.ts";
import { instantSeconds } from "../../../../src/adapters/telemetry/views/json-number.ts";
import { rackCount } from "../../../../src/core/units.ts";
import { START } from "../../../support/reports/observed.ts";
import { aReport, fleetDecided, poolDecided, rackOf } from "../../../support/reports/report.ts";

const MINUTE = 60_000;
const took = (step: StepTime["step"], p50: number, fleet: StepTime["fleet"] = null): StepTime => ({
  step,
  fleet,
  p50Ms: p50 * MINUTE,
  p95Ms: 2 * p50 * MINUTE,
  p99Ms: 3 * p50 * MINUTE,
  measured: 4,
});
const STEPS = [
  took("grant", 1),
  took("boot", 20),
  took("join", 2),
  took("repair", 600),
  took("start", 10, "agents/coder"),
  took("start", 90, "agents/other"),
];
const awaited = (phase: AwaitedRack["phase"], minutes: number): AwaitedRack => ({
  phase,
  waitedMs: minutes * MINUTE,
});

interface OnItsWay {
  readonly racks?: readonly RackSummary[];
  readonly awaited?: readonly AwaitedRack[];
  readonly held: number;
}

/** @returns the minutes from now in which racks are expected, and by when nearly all are there */
function minutesOf({ racks = [], awaited: asked = [], held }: OnItsWay) {
  const pools = [poolDecided(racks, { awaited: asked, steps: STEPS })];
  const decided = fleetDecided({ heldRacks: rackCount(held) });
  const from = instantSeconds(START);
  return arrivalViews(decided, aReport({ pools, decided: [decided] })).map((one) => [
    (one.expectedAtSeconds - from) / 60,
    (one.lateAfterSeconds - from) / 60,
  ]);
}

describe("racks on their way to a fleet", () => {
  it.each([
    ["was asked for just now", awaited("Requested", 0), [33, 66]],
    ["boots for a quarter of an hour", awaited("Provisioning", 15), [17, 49]],
    ["is overdue", awaited("Provisioning", 50), [0, 14]],
  ])("one that %s", (_what, one, minutes) => {
    expect(minutesOf({ awaited: [one], held: 1 })).toEqual([minutes]);
  });

  it.each([
    ["Joining", [[12, 24]]],
    ["Starting", [[10, 20]]],
    ["Serving", []],
    ["Repairing", []],
    ["Draining", []],
  ] as const)("one with nodes, %s", (phase, minutes) => {
    expect(minutesOf({ racks: [rackOf("a", phase)], held: 1 })).toEqual(minutes);
  });

  it("are as many as the fleet holds, those with nodes before others, the earliest first", () => {
    const racks = [rackOf("a", "Serving"), rackOf("b", "Joining", { fleet: null })];
    const asked = [awaited("Provisioning", 5), awaited("Requested", 0)];
    expect(minutesOf({ racks, awaited: asked, held: 3 }).map(([minutes]) => minutes)).toEqual([
      12, 27,
    ]);
  });

  it("are none of another fleet's", () => {
    const racks = [rackOf("a", "Joining", { fleet: "agents/other" })];
    expect(minutesOf({ racks, held: 0 })).toEqual([]);
  });

  it("are never expected in the past, nor more of them than are held", () => {
    const rack = fc.record({
      phase: fc.constantFrom("Requested" as const, "Provisioning" as const),
      waitedMs: fc.integer({ min: 0, max: 1_000 * MINUTE }),
    });
    fc.assert(
      fc.property(fc.array(rack, { maxLength: 6 }), fc.nat(6), (asked, held) => {
        const minutes = minutesOf({ awaited: asked, held });
        expect(minutes.length).toBe(Math.min(asked.length, held));
        for (const [expected = -1, late = -1] of minutes) {
          expect(expected).toBeGreaterThanOrEqual(0);
          expect(late).toBeGreaterThanOrEqual(expected);
        }
      }),
    );
  });
});
