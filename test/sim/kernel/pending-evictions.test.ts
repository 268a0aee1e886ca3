import { describe, expect, it } from "vitest";
import { PendingEvictions } from "../../../src/sim/kernel/pending-evictions.ts";

function pendingOf(replicas: number) {
  const pending = new PendingEvictions();
  const settled: number[] = [];
  pending.settle = (replica) => settled.push(replica);
  for (let replica = 0; replica < replicas; replica++) pending.add(replica);
  return { pending, settled };
}

describe("evictions that nobody has applied", () => {
  it("are applied for who looks at the instant at which the first happens, or later", () => {
    const { pending, settled } = pendingOf(2);
    pending.set(1, 50);
    pending.settleUntil(1, 49);
    pending.settleUntil(0, 50);
    expect(settled).toEqual([]);
    pending.settleUntil(1, 50);
    expect(settled).toEqual([1]);
  });

  it("are none once they are cleared, and none of a replica that was just added", () => {
    const { pending, settled } = pendingOf(200);
    pending.set(150, 50);
    pending.clear(150);
    for (const replica of [0, 63, 64, 150, 199]) pending.settleUntil(replica, 1e15);
    expect(settled).toEqual([]);
  });
});
