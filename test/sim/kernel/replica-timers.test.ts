import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReplicaTimers } from "../../../src/sim/kernel/replica-timers.ts";

const REPLICAS = 90;

/** Sets a replica's end, or clears it. */
const step = fc.tuple(fc.nat(REPLICAS - 1), fc.option(fc.nat(50), { nil: null }));

describe("the timers of replicas", () => {
  it("name the first by time and then by id, and when the second ends", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const timers = new ReplicaTimers();
        const model = new Map<number, number>();
        for (let replica = 0; replica < REPLICAS; replica++) timers.add(replica);
        for (const [replica, timeNs] of steps) {
          if (timeNs === null) {
            timers.clear(replica);
            model.delete(replica);
          } else {
            timers.set(replica, timeNs);
            model.set(replica, timeNs);
          }
          const [first, second] = [...model].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
          expect(timers.runs(replica)).toBe(timeNs !== null);
          expect(timers.nextNs()).toBe(first?.[1] ?? Infinity);
          expect(timers.secondNs()).toBe(second?.[1] ?? Infinity);
          if (first !== undefined) expect(timers.first()).toBe(first[0]);
        }
      }),
    );
  });
});
