import { describe, expect, it } from "vitest";
import type { RackSummary } from "../../../src/core/decision.ts";
import type { PoolState } from "../../../src/core/racks/pool-state.ts";
import { rackCount } from "../../../src/core/units.ts";
import { fleetRacks } from "../../../src/core/workloads/fleet-racks.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CODER, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

type Seen = readonly [string, RackSummary["phase"], RackSummary["fleet"]];

function poolOf(seen: readonly Seen[]): PoolState {
  const { state } = aStage();
  const consumer = (name: string) => ({
    fleet: { namespace: "agents", name },
    guaranteed: rackCount(0),
    max: rackCount(9),
    weight: 1,
  });
  return {
    ...state,
    pool: aPool("gb200-east", { consumers: [consumer("other"), consumer("coder")] }),
    observed: { ...state.observed, racks: seen.map(([id]) => aRack(id)) },
    summaries: seen.map(([id, phase, fleet]) => ({
      id,
      phase,
      fleet,
      readyNodes: 18,
      nodes: 18,
      degraded: false,
    })),
  };
}

const states = (
  seen: readonly Seen[],
  held: number,
  others = 0,
  evicting: readonly string[] = [],
) =>
  fleetRacks(CODER, {
    pools: [poolOf(seen)],
    held: { "gb200-east": { [CODER]: held, "agents/other": others } },
    evicting: new Set(evicting),
  }).map(({ rack, state }) => [rack.id, state]);

describe("a fleet's racks", () => {
  it.each(["Starting", "Warming", "Serving"] as const)("are up while they are %s", (phase) => {
    expect(states([["a", phase, CODER]], 1)).toEqual([["a", "Up"]]);
  });

  it.each(["Joining", "Repairing"] as const)("are down while they are %s", (phase) => {
    expect(states([["a", phase, CODER]], 1)).toEqual([["a", "Down"]]);
  });

  it("leave out those of other fleets", () => {
    expect(states([["a", "Serving", "agents/other"]], 1)).toEqual([]);
  });

  it("are leaving until their pods are evicted, and emptied from then on", () => {
    const draining: readonly Seen[] = [["a", "Draining", CODER]];
    expect(states(draining, 1)).toEqual([["a", "Leaving"]]);
    expect(states(draining, 1, 0, ["a"])).toEqual([["a", "Emptied"]]);
    expect(states([["a", "Releasing", CODER]], 1)).toEqual([["a", "Emptied"]]);
  });
});

describe("idle racks", () => {
  const idle: readonly Seen[] = [
    ["a", "Idle", null],
    ["b", "Idle", null],
    ["c", "Serving", CODER],
  ];
  it.each([
    ["are nobody's unless more is held than runs units", 1, 0, ["c"]],
    ["are a fleet's as far as it holds more", 2, 0, ["a", "c"]],
    ["go to earlier consumers first", 2, 1, ["b", "c"]],
    ["are never given twice", 3, 1, ["b", "c"]],
  ])("%s", (_, held, others, expected) => {
    expect(states(idle, held, others).map(([id]) => id)).toEqual(expected);
  });
});
