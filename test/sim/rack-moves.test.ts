import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledGroup } from "../../src/core/compiled.ts";
import type { Intent } from "../../src/core/observation.ts";
import { rackCount } from "../../src/core/units.ts";
import { RackMoves } from "../../src/sim/rack-moves.ts";
import { aMove } from "../support/builders/moves.ts";
import { GROUP, aWorld, minutes, onlyPool } from "../support/simulated-world.ts";

const OTHER = "agents/other" as const;
const other = (base: CompiledFleet): CompiledFleet => ({
  ...base,
  key: OTHER,
  namespace: "agents",
  name: "other",
});
/** Two fleets with two racks each. */
const SHARED: CompiledGroup = {
  ...GROUP,
  fleets: [...GROUP.fleets, ...GROUP.fleets.map(other)],
  pools: GROUP.pools.map((pool) => ({
    ...pool,
    consumers: pool.consumers.flatMap((one) => [
      { ...one, guaranteed: rackCount(2) },
      { ...one, guaranteed: rackCount(2), fleet: { namespace: "agents", name: "other" } },
    ]),
  })),
};

function aStory() {
  const world = aWorld({ group: SHARED });
  const pool = onlyPool(world);
  const rack = pool.racks().find(({ pods }) => pods.some(({ fleet }) => fleet !== OTHER));
  if (rack === undefined) throw new Error("the first fleet has a rack");
  const giver = rack.pods[0]?.fleet;
  if (!giver) throw new Error("the rack has pods");
  const of: Partial<Intent> = { pool: pool.pool.name, rack: rack.id, fleet: giver, taker: OTHER };
  const uids = new Set(rack.nodes.map(({ uid }) => uid));
  const { moves } = pool;
  if (!(moves instanceof RackMoves)) throw new Error("a pool knows its moves");
  let at = 0;
  return {
    rack,
    pool,
    note: (phase: Intent["phase"]) => moves.note(aMove({ ...of, phase })),
    cordon: (on: boolean) => pool.setCordoned(uids, on),
    pass(count = 5) {
      at += count;
      world.advanceTo(minutes(at));
    },
    empty() {
      for (const pod of rack.pods.slice()) pool.evict(rack, pod);
    },
    fleets: () => [...new Set(rack.pods.map(({ fleet }) => fleet))],
    moves: () => world.account().moves,
    giver,
  };
}

describe("a rack that a decision moves", () => {
  it("is filled by the other fleet once it is empty and open, and counted when it is done", () => {
    const story = aStory();
    story.note("Executing");
    story.cordon(true);
    story.empty();
    story.pass();
    expect(story.fleets()).toEqual([]);
    story.cordon(false);
    expect(story.fleets()).toEqual([OTHER]);
    expect(story.moves()).toBe(0);
    story.note("Done");
    story.note("Done");
    expect(story.moves()).toBe(1);
    story.pass(30);
    expect(story.rack.pods.every(({ readySince }) => readySince !== null)).toBe(true);
  });

  it("is its own fleet's again when that is called off", () => {
    const story = aStory();
    story.note("Executing");
    story.cordon(true);
    story.empty();
    story.pass();
    story.cordon(false);
    story.note("Cancelled");
    expect(story.fleets()).toEqual([story.giver]);
    expect(story.moves()).toBe(0);
  });

  it("stays where it is while its pods are there", () => {
    const story = aStory();
    story.note("Executing");
    story.cordon(true);
    story.cordon(false);
    story.note("Cancelled");
    expect(story.fleets()).toEqual([story.giver]);
  });
});
