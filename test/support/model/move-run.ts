/**
 * A pool that fleets share, tick by tick: pods that are told to go take a tick, and a rack that is
 * open and empty is filled by the fleet that the racks say it is, as workloads that follow would.
 */
import type { CompiledGroup, FleetKey } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type {
  FleetObservation,
  GroupObservation,
  OverrideObservation,
} from "../../../src/core/observation.ts";
import { isHandedOver } from "../../../src/core/moves/hand-over.ts";
import { rackOwner } from "../../../src/core/racks/rack-owner.ts";
import { HOUR_MS, SECOND_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aPod, anOverride } from "../builders/observed.ts";
import { applyPlan, changeRacks } from "./apply.ts";

/** Racks that people's floors ask for, by fleet; absent: no floor. */
export type Floors = Readonly<Record<FleetKey, number>>;

export interface MoveTick {
  readonly before: GroupObservation;
  readonly decision: Decision;
}

export interface MoveRunInput {
  readonly group: CompiledGroup;
  readonly world: GroupObservation;
  readonly memory: GroupMemory;
  /** A tick each. */
  readonly floors: readonly Floors[];
  readonly tickMs?: number;
  /** What else people say of a fleet, all the while. */
  readonly says?: Readonly<Record<FleetKey, Partial<OverrideObservation>>>;
}

/** @returns every tick, in order; throws where a decision breaks an invariant */
export function runMoves(input: MoveRunInput): readonly MoveTick[] {
  const { group, floors, tickMs = 60 * SECOND_MS, says = {} } = input;
  const ticks: MoveTick[] = [];
  let { world, memory } = input;
  for (const floor of floors) {
    world = asked({ ...world, now: after(world.now, millis(tickMs)) }, floor, says);
    const decided = decide(group, world, memory);
    ticks.push({ before: world, decision: decided.decision });
    memory = decided.memory;
    world = fill(applyPlan(world, decided.decision.plan), decided.decision);
  }
  return ticks;
}

function asked(
  world: GroupObservation,
  floors: Floors,
  says: NonNullable<MoveRunInput["says"]>,
): GroupObservation {
  const until = after(world.now, HOUR_MS);
  const of = (fleet: FleetObservation): FleetObservation => {
    const floor = floors[fleet.key];
    const other = says[fleet.key];
    const override = [
      ...(floor === undefined ? [] : [anOverride({ floorRacks: rackCount(floor), until })]),
      ...(other === undefined ? [] : [anOverride({ name: "other", ...other, until })]),
    ];
    const fresh = Object.fromEntries(
      Object.entries(fleet.signals).map(([name, reading]) => [
        name,
        reading.kind === "value" ? { ...reading, observedAt: world.now } : reading,
      ]),
    );
    return { ...fleet, signals: { ...fleet.signals, ...fresh }, overrides: override };
  };
  return { ...world, fleets: world.fleets.map(of) };
}

/** An idle rack goes to the fleet that holds more than it runs units on. */
function fill(world: GroupObservation, { fleets }: Decision): GroupObservation {
  const racks = world.pools.flatMap((pool) => pool.racks);
  const owned = (key: FleetKey): number => racks.filter((rack) => rackOwner(rack) === key).length;
  const lacking = fleets.find(({ fleet, heldRacks }) => heldRacks > owned(fleet))?.fleet;
  return changeRacks(world, (rack) => {
    const { id, nodes, pods } = rack;
    if (pods.length > 0 || nodes.some(({ cordoned }) => cordoned)) return rack;
    const open = world.intents.find((one) => one.rack === id && isHandedOver(one, racks));
    const fleet = open?.taker ?? lacking;
    if (fleet === undefined) return rack;
    const made = nodes.map(({ name }, n) =>
      aPod(`${id}-${fleet}-${n}-${world.now}`, name, { fleet, readySince: world.now }),
    );
    return { ...rack, pods: made };
  });
}
