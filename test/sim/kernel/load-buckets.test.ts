import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadBuckets } from "../../../src/sim/kernel/load-buckets.ts";

/** Replicas in order of preference, as following one another. */
function order(loads: LoadBuckets): readonly number[] {
  const replicas: number[] = [];
  for (let each = loads.leastLoaded(); each >= 0; each = loads.following(each)) replicas.push(each);
  return replicas;
}

function withReplicas(count: number): LoadBuckets {
  const loads = new LoadBuckets();
  for (let replica = 0; replica < count; replica++) loads.add(replica);
  return loads;
}

describe("the least loaded replica", () => {
  it("is, of equals, the one whose load changed longest ago", () => {
    const loads = withReplicas(3);
    expect(order(loads)).toEqual([0, 1, 2]);
    loads.change(0, 1);
    expect(order(loads)).toEqual([1, 2, 0]);
    loads.change(0, -1);
    expect(order(loads)).toEqual([1, 2, 0]);
    loads.change(1, 1);
    loads.change(2, 1);
    loads.change(0, 1);
    expect(order(loads)).toEqual([1, 2, 0]);
  });

  it("is none while all are ejected, and one that is readmitted is the last of its equals", () => {
    const loads = withReplicas(2);
    loads.eject(0);
    loads.eject(1);
    expect([loads.leastLoaded(), loads.routable]).toEqual([-1, 0]);
    expect([loads.readmit(1), loads.readmit(1), loads.readmit(0)]).toEqual([true, false, true]);
    expect(order(loads)).toEqual([1, 0]);
  });
});

describe("loads", () => {
  it("of ejected replicas count down, but not into the sum of routable ones", () => {
    const loads = withReplicas(2);
    for (const replica of [0, 0, 0, 1]) loads.change(replica, 1);
    loads.eject(0);
    loads.change(0, -1);
    expect([loads.load(0), loads.routableLoad, loads.routable]).toEqual([2, 1, 1]);
    loads.readmit(0);
    expect([loads.load(0), loads.routableLoad, loads.routable]).toEqual([2, 3, 2]);
  });

  it("of a replica that was removed are forgotten", () => {
    const loads = withReplicas(2);
    loads.change(0, 1);
    loads.remove(0);
    loads.change(0, -1);
    expect([loads.load(0), loads.load(7), loads.routableLoad, loads.routable]).toEqual([
      0, 0, 0, 1,
    ]);
    loads.add(0);
    expect(order(loads)).toEqual([1, 0]);
  });

  it("do not fall below 0, and a replica is not added twice", () => {
    const loads = withReplicas(1);
    expect(() => loads.change(0, -1)).toThrow("fewer than no turns");
    expect(() => loads.add(0)).toThrow("is routed to");
  });

  it("always put replicas in the order of load, then of the last change", () => {
    const changes = fc.array(fc.record({ replica: fc.nat({ max: 6 }), up: fc.boolean() }));
    fc.assert(
      fc.property(changes, (drawn) => {
        const loads = withReplicas(7);
        const expected = Array.from({ length: 7 }, (_, replica) => ({ replica, at: -7 + replica }));
        drawn.forEach(({ replica, up }, at) => {
          if (!up && loads.load(replica) === 0) return;
          loads.change(replica, up ? 1 : -1);
          expected[replica] = { replica, at };
        });
        expected.sort((a, b) => loads.load(a.replica) - loads.load(b.replica) || a.at - b.at);
        const replicas = order(loads);
        expect(replicas).toEqual(expected.map(({ replica }) => replica));
        expect(replicas.toSorted((a, b) => (loads.before(a, b) ? -1 : 1))).toEqual(replicas);
      }),
    );
  });
});
