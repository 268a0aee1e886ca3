/**
 * A pool with a loan, tick by tick: pods that are told to go take their grace, a batch scheduler
 * fills what is open with gangs, some of two racks, and the fleet's units fill what it holds.
 */
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type { GroupObservation, PodObservation } from "../../../src/core/observation.ts";
import { SECOND_MS, after, millis } from "../../../src/core/units.ts";
import { aLentRack } from "../builders/loans.ts";
import { CODER, aFleetObservation, aPod, anOverride } from "../builders/observed.ts";
import { rackCount } from "../../../src/core/units.ts";
import { applyPlan, changeRacks } from "./apply.ts";

export interface LoanTick {
  readonly before: GroupObservation;
  readonly decision: Decision;
}

export interface LoanRunInput {
  readonly group: CompiledGroup;
  readonly world: GroupObservation;
  readonly memory: GroupMemory;
  /** Racks that a person's floor asks for, a tick each; null: no floor. */
  readonly floors: readonly (number | null)[];
  readonly tickMs?: number;
  /** Ticks that pods take to save their work. */
  readonly saving?: number;
}

/** @returns every tick, in order; throws where a decision breaks an invariant */
export function runLoan(input: LoanRunInput): readonly LoanTick[] {
  const { group, floors, tickMs = 60 * SECOND_MS, saving = 2 } = input;
  const ticks: LoanTick[] = [];
  let { world, memory } = input;
  const ending = new Map<string, number>();
  for (const floor of floors) {
    world = asked({ ...world, now: after(world.now, millis(tickMs)) }, floor);
    world = admit(end(world, ending));
    const decided = decide(group, world, memory);
    ticks.push({ before: world, decision: decided.decision });
    memory = decided.memory;
    const plan = decided.decision.plan.filter(({ kind }) => kind !== "Evict");
    world = fill(applyPlan(told(world, decided.decision, { ending, saving }), plan));
  }
  return ticks;
}

function asked(world: GroupObservation, floor: number | null): GroupObservation {
  const until = after(world.now, millis(60 * 60 * SECOND_MS));
  const override = floor === null ? [] : [anOverride({ floorRacks: rackCount(floor), until })];
  const [found = aFleetObservation()] = world.fleets;
  const signals = Object.fromEntries(
    Object.entries(found.signals).map(([name, reading]) => [
      name,
      reading.kind === "value" ? { ...reading, observedAt: world.now } : reading,
    ]),
  );
  return {
    ...world,
    fleets: [{ ...found, signals: { ...found.signals, ...signals }, overrides: override }],
  };
}

/** Fleets' pods go at once, the loan's are shown as ending first. */
function told(
  world: GroupObservation,
  { plan }: Decision,
  { ending, saving }: { readonly ending: Map<string, number>; readonly saving: number },
): GroupObservation {
  const uids = new Set(
    plan.flatMap((action) => (action.kind === "Evict" ? action.pods.map(({ uid }) => uid) : [])),
  );
  for (const uid of uids) if (!ending.has(uid)) ending.set(uid, saving);
  return changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.flatMap((pod) => {
      if (!uids.has(pod.uid)) return [pod];
      return pod.fleet === null ? [{ ...pod, terminating: true }] : [];
    }),
  }));
}

function end(world: GroupObservation, ending: Map<string, number>): GroupObservation {
  const gone = new Set<string>();
  for (const [uid, left] of ending) {
    ending.set(uid, left - 1);
    if (left <= 0) gone.add(uid);
  }
  return changeRacks(world, (rack) => ({
    ...rack,
    pods: rack.pods.filter(({ uid }) => !gone.has(uid)),
  }));
}

/** Work comes to whole racks that are open; where two are, as one gang over both. */
function admit(world: GroupObservation): GroupObservation {
  const open = world.pools
    .flatMap(({ racks }) => racks)
    .filter(
      ({ nodes, pods }) =>
        pods.length === 0 && nodes.every(({ fenced, cordoned }) => fenced !== true && !cordoned),
    )
    .map(({ id }) => id);
  const gang = `run-${world.now}-${open.join("-")}`;
  return changeRacks(world, (rack) => {
    if (!open.includes(rack.id)) return rack;
    const { pods } = aLentRack(rack.id, { gang });
    const named = pods.map((pod) => ({ ...pod, uid: `${pod.uid}-${world.now}` }));
    return {
      ...rack,
      pods: named.map((pod): PodObservation => ({ ...pod, readySince: world.now })),
    };
  });
}

/** The fleet's units fill what is behind the fence, not cordoned and empty. */
const fill = (world: GroupObservation): GroupObservation =>
  changeRacks(world, (rack) => {
    const room =
      rack.pods.length === 0 &&
      rack.nodes.every(
        ({ fenced, lentAt, cordoned }) => fenced && lentAt === undefined && !cordoned,
      );
    if (!room) return rack;
    const pods = rack.nodes.map(({ name }, n) =>
      aPod(`${rack.id}-u${n}-${world.now}`, name, { fleet: CODER, readySince: world.now }),
    );
    return { ...rack, pods };
  });
