import { describe, expect, it } from "vitest";
import { decide } from "../../../src/core/decide.ts";
import { checkDecision } from "../../../src/core/invariants.ts";
import type { GroupObservation } from "../../../src/core/observation.ts";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import { withFloor } from "../../support/builders/edits.ts";
import {
  NOW,
  aFleetObservation,
  aGroupObservation,
  aLoad,
  aPoolObservation,
  aRack,
  anOverride,
  someSignals,
} from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory, aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

const KEY = "karpenter.sh/disrupted";
const interruptions = {
  taints: [KEY],
  conditions: [],
  noticeMs: millis(2 * MINUTE_MS),
  expectedEveryMs: millis(1_000 * HOUR_MS),
};
const supply = { kind: "Spot", committedRacks: rackCount(0), windows: [], interruptions } as const;
const POOL = aPool("gb200-east", { supply });
const GROUP = { ...aSmallGroup(), pools: [POOL], fleets: [aSmallFleet()] };
const MEMORY = aMemory(aFleetMemory({ racks: 4 }), aPoolMemory(4));

/** Four racks that a floor asks for; so many of them are announced to go. */
function aWorld(going: number, changes: Partial<GroupObservation> = {}): GroupObservation {
  const pod = { route: { label: "route", ejectedAt: null } };
  const racks = [0, 1, 2, 3].map((n) => {
    return aRack(`rack-${n}`, { pod, node: n < going ? { notice: KEY } : {} });
  });
  const signals = someSignals(aLoad(1));
  const fleets = [aFleetObservation({ signals })];
  return aGroupObservation({ pools: [aPoolObservation(4, { racks })], fleets, ...changes });
}

const decided = (world: GroupObservation, memory = MEMORY) =>
  decide(GROUP, withFloor(4)(world), memory);

describe("a rack that its provider takes", () => {
  const { decision, memory } = decided(aWorld(1));
  const [fleet] = decision.fleets;

  it("drains, and does not count as serving", () => {
    expect(decision.pools[0]?.racksByPhase).toMatchObject({ Draining: 1 });
    expect(fleet?.servingRacks).toBe(3);
    expect(decision.pools[0]?.racks[0]?.leavesBy).toBe(after(NOW, interruptions.noticeMs));
  });

  it("has its turns kept off at once", () => {
    const ejects = decision.plan.filter(({ kind }) => kind === "Eject");
    expect(ejects).toMatchObject([{ intent: "gb200-east/evacuation" }]);
  });

  it("is replaced without waiting for its loss, and it is said why", () => {
    const opened = decision.plan.flatMap((a) => (a.kind === "OpenIntent" ? [a.intent] : []));
    expect(opened).toMatchObject([{ direction: "Out", fromRacks: 4, toRacksAtMost: 5 }]);
    expect(fleet?.reasons.map(({ code }) => code)).toContain("interruption");
    expect(fleet?.steps.map(({ name }) => name)).toContain("losses of gb200-east");
  });

  it("is remembered, so that its deadline does not move, and its pool learns", () => {
    const later = after(NOW, millis(MINUTE_MS));
    const next = decided(aWorld(1, { now: later }), memory).decision;
    expect(next.pools[0]?.racks[0]?.leavesBy).toBe(after(NOW, interruptions.noticeMs));
    expect(memory.pools["gb200-east"]?.interruptions?.taken).toBe(1);
  });

  it("stays, and its turns come back, where the notice is taken back", () => {
    const ejected = { route: { label: "route", ejectedAt: NOW } };
    const back = aWorld(0);
    const pools = back.pools.map((pool) => ({
      ...pool,
      racks: pool.racks.map((rack, n) => (n === 0 ? aRack(rack.id, { pod: ejected }) : rack)),
    }));
    const next = decided({ ...back, pools }, memory).decision;
    expect(next.plan.map(({ kind }) => kind)).toContain("Readmit");
    expect(next.pools[0]?.racksByPhase.Draining).toBe(0);
  });

  it("is none that a drain took by mistake: its going stops nothing", () => {
    const world = aWorld(1);
    const pools = world.pools.map((pool) => ({ ...pool, racks: pool.racks.slice(1) }));
    const next = decided({ ...world, pools }, memory);
    expect(next.memory.pools["gb200-east"]?.wrongNodeGeneration).toBeNull();
    expect(next.decision.pools[0]?.racksByPhase.Gone).toBe(1);
  });
});

describe("INV-11: turns are kept off without a decision", () => {
  const observation = withFloor(4)(aWorld(1));
  const { decision } = decided(aWorld(1));

  it("only where a node is announced", () => {
    const calm = withFloor(4)(aWorld(0));
    expect(() => checkDecision({ group: GROUP, observation: calm, decision })).toThrow(/INV-11/);
  });

  it("never in shadow, nor while scale-in is paused", () => {
    const shadow = { scaleOut: "Auto", scaleIn: "Shadow" } as const;
    const group = { ...GROUP, fleets: [aSmallFleet({ mode: shadow })] };
    expect(() => checkDecision({ group, observation, decision })).toThrow(/INV-11/);
    const fleets = observation.fleets.map((fleet) => ({
      ...fleet,
      overrides: [anOverride({ pauseIn: true })],
    }));
    const paused = { ...observation, fleets };
    expect(() => checkDecision({ group: GROUP, observation: paused, decision })).toThrow(/INV-11/);
  });

  it("and holds for what is decided", () => {
    expect(() => checkDecision({ group: GROUP, observation, decision })).not.toThrow();
  });
});
