/** Builders of what guards see: a context in which every guard passes, but for what is changed. */
import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";
import { fleetPicture } from "../../../src/core/fleet-picture.ts";
import type { FleetPicture } from "../../../src/core/fleet-picture.ts";
import type { GateContext, Proposal } from "../../../src/core/gate/guard.ts";
import type { FleetMemory } from "../../../src/core/memory.ts";
import type { FleetObservation, PoolObservation } from "../../../src/core/observation.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import type { PoolState } from "../../../src/core/racks/pool-state.ts";
import { chooseVictim } from "../../../src/core/racks/victim.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "./compiled.ts";
import { CODER, NOW, aFleetObservation, aLoad, aPoolObservation, someSignals } from "./observed.ts";
import { aFleetMemory, aPoolMemory } from "./remembered.ts";
import { aPool } from "../reports/compiled.ts";

export interface Scene {
  readonly fleet?: Partial<CompiledFleet>;
  readonly pool?: Partial<CompiledPool>;
  readonly seen?: Partial<FleetObservation>;
  readonly observed?: Partial<PoolObservation>;
  readonly memory?: FleetMemory;
  /** Turns/s. */
  readonly demand?: number;
}

export interface Stage {
  readonly state: PoolState;
  readonly picture: FleetPicture;
}

/** `agents/coder` with four racks on `gb200-east`, as `decide` sees them before the gate. */
export function aStage(scene: Scene = {}): Stage {
  const { demand = 1, memory = aFleetMemory() } = scene;
  const pool = aPool("gb200-east", scene.pool);
  const fleet = aSmallFleet(scene.fleet);
  const observed = aPoolObservation(4, scene.observed);
  const signals = someSignals(aLoad(demand));
  const state = poolState({
    pool,
    observed,
    fleets: [fleet],
    intents: [],
    memory: aPoolMemory(4),
    now: NOW,
  });
  const picture = fleetPicture(fleet, {
    group: { name: pool.name, pools: [pool], fleets: [fleet] },
    observed: aFleetObservation({ signals, ...scene.seen }),
    memory,
    now: NOW,
    pools: [state],
    answering: [],
  });
  return { state, picture };
}

export function aGateContext(scene: Scene = {}, changes: Partial<GateContext> = {}): GateContext {
  const { state, picture } = aStage(scene);
  const { observed, summaries, pool, memory, times } = state;
  if (observed.count === null) throw new Error("guards run on a pool whose count is known");
  return {
    pool,
    observed,
    count: observed.count,
    summaries,
    situation: picture.situation,
    heldRacks: rackCount(4),
    heldInPool: rackCount(4),
    awardedRacks: rackCount(2),
    shrinkHold: picture.sizing.want.shrinkHold,
    cache: picture.cache,
    wantAtUsualHitRate: picture.wantAtUsualHitRate,
    leading: true,
    intents: [],
    fleetMemory: picture.memory,
    poolMemory: memory,
    times,
    victim: chooseVictim(observed.racks, summaries, { fleet: CODER }),
    ...changes,
  };
}

const aChange = (direction: "Out" | "In", from: number, to: number): Proposal => ({
  direction,
  from: rackCount(from),
  to: rackCount(to),
  reason: {
    code: direction === "Out" ? "demand-forecast" : "surplus",
    text: "What the fleet wants.",
  },
});

/** From four racks up to `to`. */
export const growthTo = (to: number): Proposal => aChange("Out", 4, to);
/** One rack of four given back. */
export const A_SHRINK: Proposal = aChange("In", 4, 3);
