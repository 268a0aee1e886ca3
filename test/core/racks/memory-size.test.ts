import { describe, expect, it } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import type { PoolMemory } from "../../../src/core/memory.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aNode, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

const TICKS = 1_000;
const RACKS = 6;

/**
 * Every tick the oldest rack leaves and another is asked for, arrives in steps and serves; one node
 * never gets its label, so that no rack is known to be gone.
 */
function churn(ticks: number): readonly PoolMemory[] {
  const memories: PoolMemory[] = [aPoolMemory(RACKS)];
  for (let tick = 0; tick < ticks; tick += 1) {
    const now = after(NOW, millis(tick * MINUTE_MS));
    const racks = Array.from({ length: RACKS - 1 }, (_, n) => {
      const ready = n > 0;
      const id = `rack-${String(RACKS + tick - n).padStart(4, "0")}`;
      return aRack(id, { pods: 2, pod: { ready, readySince: ready ? now : null } });
    });
    const unlabelled = { id: UNLABELLED, nodes: [aNode("nameless")], pods: [] };
    const { count } = aPoolObservation(1);
    const state = poolState({
      pool: aPool(),
      observed: aPoolObservation(1, {
        racks: [...racks, unlabelled].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        count: count && { ...count, desired: rackCount(RACKS), granted: rackCount(RACKS) },
      }),
      fleets: [aSmallFleet()],
      intents: [],
      memory: memories.at(-1) ?? aPoolMemory(RACKS),
      now,
    });
    memories.push(state.memory);
  }
  return memories;
}

describe("the memory of a pool", () => {
  it("does not grow over a thousand ticks in which every rack is replaced", () => {
    const memories = churn(TICKS);
    const sizeAfter = (ticks: number) => canonical(memories[ticks]).length;
    expect(memories.at(-1)?.durations?.start["agents/coder"]).toHaveLength(64);
    expect(Math.abs(sizeAfter(TICKS) - sizeAfter(TICKS / 2))).toBeLessThan(sizeAfter(TICKS) * 0.01);
    expect(Object.keys(memories.at(-1)?.seen ?? {}).length).toBeLessThanOrEqual(64 + RACKS);
  });
});
