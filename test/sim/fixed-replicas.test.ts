import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FixedReplicas } from "../../src/sim/fixed-replicas.ts";

function someReplicas() {
  const timeline = new EventQueue(0);
  const alive = new Set<number>();
  let last = 0;
  const host = {
    start: () => {
      last += 1;
      alive.add(last);
      return last;
    },
    eject: () => {},
    readmit: () => {},
    drain: () => {},
    stop: (replica: number) => void alive.delete(replica),
  };
  const fixed = new FixedReplicas({ host, timeline, name: "f", replicas: 2 });
  return { timeline, alive, fixed };
}

describe("fixed replicas", () => {
  it("serve once the world begins", () => {
    const { alive, fixed } = someReplicas();
    expect(alive.size).toBe(0);
    fixed.begin();
    const shown = fixed.endpoints().map(({ name, role, replica }) => [name, role, replica]);
    expect(shown).toEqual([
      ["f-0", "Aggregated", 1],
      ["f-1", "Aggregated", 2],
    ]);
  });

  it("are back a minute after a crash, as new engines", () => {
    const { timeline, alive, fixed } = someReplicas();
    fixed.begin();
    fixed.endpoints()[0]?.crash();
    fixed.endpoints()[0]?.crash();
    expect([...alive]).toEqual([2]);
    timeline.runUntil(59_999);
    expect(fixed.endpoints()[0]?.replica).toBeNull();
    timeline.runUntil(60_000);
    expect(fixed.endpoints()[0]?.replica).toBe(3);
  });
});
