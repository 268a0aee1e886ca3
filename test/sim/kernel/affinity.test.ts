import { describe, expect, it } from "vitest";
import { Affinity } from "../../../src/sim/kernel/affinity.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { LoadBuckets } from "../../../src/sim/kernel/load-buckets.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";

/** `count` replicas; `root` is a chain that anybody may hold, `own` leaves it at block 10. */
function fleet(count: number) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 1, evictAtLeastTokens: 0 });
  const loads = new LoadBuckets();
  for (let replica = 0; replica < count; replica++) {
    caches.addReplica(replica, 1_000);
    loads.add(replica);
  }
  const root = registry.fork(-1, 0);
  const own = registry.fork(root, 10);
  const hold = (replica: number, chain: number, blocks: number): void => {
    caches.admit(replica, { chain, blocks, privateTokens: 0, maxHitBlocks: 0 });
  };
  const load = (replica: number, turns: number): void => {
    for (let turn = 0; turn < turns; turn++) loads.change(replica, 1);
  };
  const chooser = (guard: number): Affinity => new Affinity(caches, loads, guard, false);
  return { caches, loads, root, own, hold, load, chooser };
}

describe("prefix affinity", () => {
  it("takes the longest prefix, then the least load", () => {
    const { own, root, hold, load, chooser } = fleet(4);
    hold(0, own, 30);
    hold(1, own, 40);
    hold(2, own, 40);
    hold(3, root, 10);
    load(1, 1);
    const affinity = chooser(Number.POSITIVE_INFINITY);
    expect(affinity.choose(own, 35)).toBe(2);
    expect(affinity.choose(own, 12)).toBe(0);
    expect(affinity.choose(own, 0)).toBe(-1);
    expect(affinity.choose(-1, 0)).toBe(-1);
  });

  it("passes over those that the guard does not allow, then goes up the path", () => {
    const { own, root, hold, load, chooser } = fleet(4);
    hold(0, own, 40);
    hold(1, own, 20);
    hold(2, root, 10);
    load(0, 6);
    load(1, 4);
    expect(chooser(2).choose(own, 40)).toBe(0);
    expect(chooser(1.5).choose(own, 40)).toBe(1);
    load(1, 2);
    expect(chooser(1).choose(own, 40)).toBe(2);
    load(2, 6);
    expect(chooser(1).choose(own, 40)).toBe(-1);
  });

  it("never takes an ejected replica", () => {
    const { own, loads, hold, chooser } = fleet(2);
    hold(0, own, 40);
    loads.eject(0);
    expect(chooser(4).choose(own, 40)).toBe(-1);
  });

  it("asks the least loaded first where many hold the whole chain", () => {
    const { root, hold, load, chooser } = fleet(24);
    for (let replica = 4; replica < 24; replica++) hold(replica, root, 10);
    for (let replica = 4; replica < 24; replica++) load(replica, replica === 17 ? 1 : 2);
    const affinity = chooser(Number.POSITIVE_INFINITY);
    expect(affinity.choose(root, 10)).toBe(17);
    load(17, 1);
    expect(affinity.choose(root, 10)).toBe(4);
  });

  it("takes the longest of many partial holders, and none where all are over the guard", () => {
    const { root, hold, load, chooser } = fleet(24);
    for (let replica = 0; replica < 20; replica++) hold(replica, root, replica === 13 ? 9 : 8);
    expect(chooser(4).choose(root, 10)).toBe(13);
    for (let replica = 0; replica < 24; replica++) load(replica, 5);
    expect(chooser(0.5).choose(root, 8)).toBe(-1);
  });
});
