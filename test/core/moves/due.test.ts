import { describe, expect, it } from "vitest";
import { fleetPicture } from "../../../src/core/fleet-picture.ts";
import { openMoves, standingOf } from "../../../src/core/moves/due.ts";
import type { GroupObservation, Intent, RackObservation } from "../../../src/core/observation.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { rackCount } from "../../../src/core/units.ts";
import {
  CHAT,
  aMove,
  aMover,
  aRackOfFleet,
  aSharedGroup,
  aSharedMemory,
  aSharedPool,
  aSharedWorld,
  someSharedRacks,
} from "../../support/builders/moves.ts";
import { CODER } from "../../support/builders/observed.ts";

const FLEETS = [
  aMover("coder"),
  aMover("chat", { racks: { ...aMover("chat").racks, min: rackCount(3) } }),
];
const GROUP = aSharedGroup({ limits: { ...aSharedPool().limits, maxRacks: rackCount(9) } }, FLEETS);

function standing(observation: GroupObservation) {
  const memory = aSharedMemory();
  const [pool] = GROUP.pools;
  const [observed] = observation.pools;
  if (pool === undefined || observed === undefined) throw new Error("there is a pool");
  const { now, intents } = observation;
  const before = memory.pools[pool.name];
  if (before === undefined) throw new Error("the pool is known");
  const state = poolState({ pool, observed, fleets: FLEETS, intents, memory: before, now });
  const fleets = FLEETS.map((fleet) => {
    const known = memory.fleets[fleet.key];
    if (known === undefined) throw new Error("the fleet is known");
    const seen = observation.fleets.find(({ key }) => key === fleet.key);
    return fleetPicture(fleet, {
      group: GROUP,
      observed: seen,
      memory: known,
      now,
      pools: [state],
      answering: [],
    });
  });
  const { due, soon } = standingOf({ fleets, pools: [state], observation, loans: {} });
  const racks = Object.fromEntries(due.map(({ fleet, total }) => [fleet, total]));
  return { due: racks, soon: soon["gb200-east"] };
}
const of = (racks: readonly RackObservation[], intents: readonly Intent[] = []) =>
  standing({ ...aSharedWorld(racks), intents });
const idle = aRackOfFleet("rack-4", CODER, { pods: 0 });

describe("the racks that stand", () => {
  it("are dealt without those that could be bought", () => {
    const four = of(someSharedRacks());
    expect(four.due).toEqual({ [CODER]: 1, [CHAT]: 3 });
    expect(four.soon).toEqual({ [CODER]: 3, [CHAT]: 1 });
    expect(of(someSharedRacks().slice(0, 3)).due).toEqual({ [CODER]: 1, [CHAT]: 2 });
  });

  it("count idle ones as those of who lacks them", () => {
    expect(of([...someSharedRacks(), idle]).soon).toEqual({ [CODER]: 3, [CHAT]: 2 });
  });

  it("count one that moves as its taker's, once", () => {
    const racks = someSharedRacks();
    const pending = of(racks, [aMove({ phase: "Pending" })]);
    expect(pending.soon).toEqual({ [CODER]: 2, [CHAT]: 2 });
    const drained = racks.map((rack) =>
      rack.id === "rack-2" ? aRackOfFleet("rack-2", CODER, { node: { cordoned: true } }) : rack,
    );
    expect(of(drained, [aMove()]).soon).toEqual({ [CODER]: 2, [CHAT]: 2 });
    const open = racks.map((rack) => (rack.id === "rack-2" ? { ...rack, pods: [] } : rack));
    expect(of(open, [aMove()]).soon).toEqual({ [CODER]: 2, [CHAT]: 2 });
  });
});

it("open moves are those of the pool that are not over", () => {
  const moves = [
    aMove(),
    aMove({ phase: "Done" }),
    aMove({ pool: "other" }),
    aMove({ direction: "In" }),
  ];
  expect(openMoves("gb200-east", moves)).toEqual([aMove()]);
});
