import { describe, expect, it } from "vitest";
import { fleetStatus, poolStatus, statusesOf } from "../../src/controller/status.ts";
import type { FleetDecision } from "../../src/core/decision.ts";
import type { OverrideObservation } from "../../src/core/observation.ts";
import { reason } from "../../src/core/reasons.ts";
import { instantText } from "../../src/core/supply/instant.ts";
import { ratio } from "../../src/core/units.ts";
import type { Condition } from "../../src/ports/fleet-store.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { anOverride, NOW } from "../support/builders/observed.ts";
import { fleetDecided, poolDecided } from "../support/reports/report.ts";

const status = (
  changes: Partial<FleetDecision> = {},
  problem: Parameters<typeof fleetStatus>[2] = null,
) => fleetStatus(aSmallFleet(), fleetDecided(changes), problem);

const conditionOf = ({ conditions }: { readonly conditions: readonly Condition[] }, type: string) =>
  conditions.find((condition) => condition.type === type);

const cached = (changes: Partial<FleetDecision["cache"]>) =>
  status({ cache: { ...fleetDecided().cache, ...changes } });

describe("the status of a fleet", () => {
  it("has racks wanted, awarded, held and serving, and the first reason's code", () => {
    expect(status()).toMatchObject({
      wantedRacks: 5,
      awardedRacks: 5,
      heldRacks: 5,
      servingRacks: 5,
      outcome: "Hold",
      reason: "steady",
    });
  });

  it("rounds the hit rate: a status that changed every tick would be written every tick", () => {
    expect(cached({ hitRate: ratio(0.904_9) }).hitRate).toBe(0.9);
    expect(cached({ hitRate: null }).hitRate).toBeNull();
  });

  it.each([
    ["Ready", {}, null, { status: "True", reason: "Ready" }],
    [
      "Ready",
      {},
      reason("not-a-consumer", "spec.pools[0]"),
      { status: "False", reason: "NotAConsumer" },
    ],
    ["Decided", {}, null, { status: "True", reason: "Steady" }],
    [
      "SignalsTrusted",
      { want: blind("signals-untrusted") },
      null,
      { status: "False", reason: "SignalsUntrusted" },
    ],
    [
      "SignalsTrusted",
      { want: blind("memory-young") },
      null,
      { status: "True", reason: "SignalsTrusted" },
    ],
    ["Automatic", {}, null, { status: "True", reason: "Automatic" }],
  ] as const)("condition %s", (type, changes, problem, told) => {
    expect(conditionOf(status(changes, problem), type)).toMatchObject(told);
  });

  it("says whether its policy decides as written, and what is over it", () => {
    const fleet = aSmallFleet({ generation: 4 });
    const told = (overrides: readonly OverrideObservation[]) =>
      conditionOf(fleetStatus(fleet, fleetDecided(), null, overrides), "PolicyInForce");
    const asWritten = "Generation 4 decides: scale-out Auto, scale-in Auto.";
    expect(told([])).toMatchObject({ status: "True", reason: "AsWritten", message: asWritten });
    const pause = { pauseOut: true, pauseIn: false, floorRacks: null, ceilingRacks: null };
    expect(told([anOverride({ ...pause, name: "inc-1", until: NOW })])).toMatchObject({
      status: "False",
      reason: "Overridden",
      message: `FleetOverride inc-1 until ${instantText(NOW)}: nothing grows. ${asWritten}`,
    });
  });

  it("is not Automatic where a person is asked", () => {
    const fleet = aSmallFleet({ mode: { scaleOut: "Auto", scaleIn: "Approve" } });
    const found = fleetStatus(fleet, fleetDecided(), null);
    expect(conditionOf(found, "Automatic")?.status).toBe("False");
  });

  it.each([
    ["none", "True", "None"],
    ["broken-signal", "Unknown", "BrokenSignal"],
    ["capacity-bound", "False", "CapacityBound"],
  ] as const)("the cache is healthy when its cause is %s: %s", (cause, holds, why) => {
    expect(conditionOf(cached({ cause }), "CacheHealthy")).toMatchObject({
      status: holds,
      reason: why,
    });
  });
});

function blind(code: "signals-untrusted" | "memory-young"): FleetDecision["want"] {
  return { ...fleetDecided().want, shrinkable: false, shrinkHold: reason(code) };
}

describe("the status of a pool", () => {
  it("has its racks by phase", () => {
    expect(poolStatus(poolDecided())).toMatchObject({
      desiredRacks: 5,
      racksByPhase: { Serving: 5 },
    });
  });

  it.each([
    ["nothing holds", [], "True", "True"],
    ["somebody else wrote", [reason("foreign-write")], "True", "False"],
    ["it refuses", [reason("pool-refused", "spec.autoscaling")], "False", "False"],
    ["it could not be read", [reason("pool-unknown")], "False", "False"],
  ] as const)("when %s, Ready is %s and Scalable %s", (_, holds, ready, scalable) => {
    const found = poolStatus(poolDecided([], { holds }));
    expect(conditionOf(found, "Ready")?.status).toBe(ready);
    expect(conditionOf(found, "Scalable")?.status).toBe(scalable);
    expect(conditionOf(found, "RacksHealthy")?.status).toBe("True");
  });

  it("names a rack that is stuck, which holds nothing", () => {
    const problems = [reason("rack-stuck", "Rack a: still in join after 7 min; not Ready: n1.")];
    const found = poolStatus(poolDecided([], { problems }));
    expect(conditionOf(found, "RacksHealthy")).toMatchObject({
      status: "False",
      reason: "RackStuck",
      message: expect.stringContaining("not Ready: n1"),
    });
    expect(conditionOf(found, "Scalable")?.status).toBe("True");
  });
});

describe("the statuses of a group", () => {
  it("are those of its fleets and pools that were decided on", () => {
    const decision = {
      at: NOW,
      group: "gb200-east",
      fleets: [fleetDecided(), fleetDecided({ fleet: "agents/gone" })],
      pools: [poolDecided()],
      progress: [],
      plan: [],
    };
    const { fleets, pools } = statusesOf(new Map(), aSmallGroup(), decision);
    expect(fleets.map(({ fleet }) => fleet.name)).toEqual(["coder"]);
    expect(pools.map(({ pool }) => pool.name)).toEqual(["gb200-east"]);
    expect(statusesOf(new Map(), aSmallGroup(), { ...decision, fleets: [], pools: [] })).toEqual({
      fleets: [],
      pools: [],
    });
  });
});
