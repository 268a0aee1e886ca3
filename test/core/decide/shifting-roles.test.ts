import { describe, expect, it } from "vitest";
import type { PodObservation } from "../../../src/core/observation.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../../support/builders/compiled.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
  aRack,
} from "../../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../../support/builders/remembered.ts";
import { aUnitPod, anObject, range, withRange } from "../../support/builders/workloads.ts";
import { Story } from "../../support/model/run.ts";

const ROLES = ["prefill", "decode"] as const;
const RACKS = range(0, 4);

/** Four units of each role on every rack. */
const unitsOf = (rack: number): readonly PodObservation[] =>
  ROLES.flatMap((workload, role) =>
    range(0, 4).map((n) => {
      const unit = { workload, object: workload, index: 4 * rack + n, marked: false };
      const node = `rack-${rack}-n${2 * (4 * role + n)}`;
      return aUnitPod(`${workload}-${unit.index}`, node, unit.index, { unit });
    }),
  );

/** Four racks, which is all the fleet may have: 20 turns/s whose prompts are half cached. */
function aLimitedFleet(shiftable: boolean) {
  const { max, ...racks } = { ...aSmallFleet().racks, min: rackCount(4), max: rackCount(4) };
  const workloads = withRange(1, 7).map(({ unitsRange, ...workload }) =>
    shiftable && unitsRange !== undefined ? { ...workload, unitsRange } : workload,
  );
  const objects = ROLES.map((name) => ({ name, objects: [anObject(16, { uid: name }, name)] }));
  const world = aGroupObservation({
    fleets: [aFleetObservation({ workloads: objects })],
    pools: [
      aPoolObservation(4, {
        racks: RACKS.map((n) => ({ ...aRack(`rack-${n}`, { pods: 0 }), pods: unitsOf(n) })),
      }),
    ],
  });
  const memory = aMemory(aFleetMemory({ turnsPerSecond: 20, racks: 4 }));
  return new Story(aSmallGroup({ workloads, racks: { ...racks, max } }), { world, memory }).demand(
    20,
  );
}

const changes = (story: Story) =>
  story.decisions.flatMap(({ plan }) =>
    plan.flatMap((action) =>
      action.kind === "SetReplicas"
        ? action.changes.map(({ workload, from, to }) => [workload, Math.sign(to - from)])
        : [],
    ),
  );

describe("a fleet whose prefill limits it", () => {
  it("gets units of prefill for units of decode after ten minutes, and buys nothing", () => {
    const story = aLimitedFleet(true).ticks(40);
    expect(changes(story)).toEqual([]);
    story.ticks(4);
    expect(changes(story)).toEqual([
      ["decode", -1],
      ["prefill", 1],
    ]);
    expect(story.world.intents).toEqual([]);
  });

  it("keeps its mix where none may be shifted", () => {
    expect(changes(aLimitedFleet(false).ticks(60))).toEqual([]);
  });
});
