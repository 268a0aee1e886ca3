import { describe, expect, it } from "vitest";
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import type { Intent, RackObservation } from "../../../src/core/observation.ts";
import { peerSizing, racksFor } from "../../../src/core/policy/peer-sizing.ts";
import type { PeerInput } from "../../../src/core/policy/peer-sizing.ts";
import type { PolicyView } from "../../../src/core/policy/policy.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { SECOND_MS, after, millis } from "../../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../../support/builders/compiled.ts";
import {
  CODER,
  NOW,
  aDrain,
  aFleetObservation,
  aPoolObservation,
  aRack,
  someRacks,
} from "../../support/builders/observed.ts";
import { aPolicy } from "../../support/builders/peer.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

interface Scene {
  readonly desired?: number;
  readonly racks?: readonly RackObservation[];
  readonly intents?: readonly Intent[];
}

function input(wants: number, scene: Scene = {}, changes: Partial<PeerInput> = {}): PeerInput {
  const { desired = 4, racks = someRacks(desired), intents = [] } = scene;
  const fleet = aSmallFleet();
  const observed = aPoolObservation(desired, { racks });
  const memory = aPoolMemory(desired);
  const state = poolState({ pool: aPool(), observed, fleets: [fleet], intents, memory, now: NOW });
  return {
    policy: aPolicy(() => wants),
    fleet,
    observed: aFleetObservation(),
    now: NOW,
    pools: [state],
    memory: undefined,
    wanted: { [CODER]: 4 },
    ...changes,
  };
}

function seen(scene: Scene): PolicyView {
  const views: PolicyView[] = [];
  const policy = aPolicy((_, view) => views.push(view));
  peerSizing({ ...input(0, scene), policy });
  const [view] = views;
  if (view === undefined) throw new Error("the policy was not asked");
  return view;
}

describe("units become racks", () => {
  it.each([
    ["none", 0, 1],
    ["a rack that is full", 8, 1],
    ["one unit more than a rack", 9, 2],
    ["more than the fleet may have", 1_000, 10],
  ])("%s: %i units are %i racks, within the fleet's 1 to 10", (_, units, racks) => {
    expect(peerSizing(input(units)).sizing.want.racks).toBe(racks);
  });

  it("a split fleet needs as many racks as its scarcer side", () => {
    const side = (role: "Prefill" | "Decode", unitsPerRack: number): CompiledWorkload => ({
      ...EIGHT_UNITS,
      role,
      unitsPerRack,
    });
    const fleet = aSmallFleet({ workloads: [side("Prefill", 6), side("Decode", 2)] });
    expect(racksFor({ Prefill: 12, Decode: 5 }, fleet)).toBe(3);
    expect(racksFor({ Prefill: 13 }, fleet)).toBe(3);
  });

  it.each([
    ["holds", 32, "steady"],
    ["grows", 33, "policy-want"],
    ["shrinks once the want fits a rack fewer", 24, "policy-want"],
    ["keeps the rack that one unit is left on", 25, "steady"],
  ])("four racks held: %s at %i units", (_, units, code) => {
    expect(peerSizing(input(units)).sizing.want.reason.code).toBe(code);
  });
});

describe("what the policy sees", () => {
  it("every rack filled, and the pods that are ready", () => {
    expect(seen({}).roles.Aggregated).toEqual({
      filled: 32,
      present: 32,
      ready: 32,
      perRack: 8,
      min: 8,
      max: 80,
    });
  });

  it("a rack on its way as replicas that are not there yet", () => {
    const { roles } = seen({ desired: 4, racks: someRacks(3) });
    expect(roles.Aggregated).toMatchObject({ filled: 32, present: 24, ready: 24 });
  });

  it("a rack that starts as pods that are not ready", () => {
    const racks = [...someRacks(3), aRack("rack-3", { pod: { ready: false } })];
    expect(seen({ racks }).roles.Aggregated).toMatchObject({ filled: 32, present: 32, ready: 24 });
  });

  it("racks that it asked for last and did not get yet as replicas that are not there", () => {
    const asked = peerSizing(input(41));
    const views: PolicyView[] = [];
    const policy = aPolicy((_, view) => views.push(view));
    const now = after(NOW, millis(30 * SECOND_MS));
    peerSizing({ ...input(0), policy, now, memory: asked.memory });
    expect(views[0]?.roles.Aggregated).toMatchObject({ filled: 48, present: 32, ready: 32 });
  });

  it("nothing of a rack that is being drained", () => {
    const { roles } = seen({ intents: [aDrain()] });
    expect(roles.Aggregated).toMatchObject({ filled: 24, present: 24, ready: 24 });
  });
});

describe("a policy's own period", () => {
  it("lets the last answer stand until it is over", () => {
    const policy = aPolicy((asked) => asked * 8);
    const first = peerSizing(input(0, {}, { policy }));
    const later = (seconds: number) =>
      peerSizing(
        input(
          0,
          {},
          { policy, memory: first.memory, now: after(NOW, millis(seconds * SECOND_MS)) },
        ),
      );
    expect(first.sizing.want.racks).toBe(1);
    expect(later(29).sizing.want.racks).toBe(1);
    expect(later(29).memory.at).toBe(NOW);
    expect(later(30).sizing.want.racks).toBe(2);
  });

  it("begins anew with the memory of another policy", () => {
    const first = peerSizing(input(8));
    const other = { ...first.memory, policy: "another", replicas: { Aggregated: 80 } };
    expect(peerSizing(input(8, {}, { memory: other })).sizing.want.racks).toBe(1);
  });
});

describe("the claim that is weighed against other fleets'", () => {
  it("never prefers a rack asked for to one that is held", () => {
    const { claim } = peerSizing(input(48));
    const gains = claim.slice(1).map((point, n) => point.attainment - (claim[n]?.attainment ?? 0));
    expect(claim).toHaveLength(7);
    expect(Math.min(...gains.slice(0, 4))).toBeGreaterThan(Math.max(...gains.slice(4)));
    expect(Math.min(...gains)).toBeGreaterThan(0);
  });
});
