import { describe, expect, it } from "vitest";
import { auditCaches } from "../../../src/sim/kernel/cache-audit.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { SUBS_PER_NS, type TurnRecord } from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { demoTraffic } from "../../../src/sim/demo-traffic.ts";
import { SharedStore } from "../../../src/sim/kernel/shared-store.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { sourceOf, templatesOf } from "../../support/kernel-cases/sketch.ts";

/** Two replicas of 10 blocks and a store; `turn` runs a turn and @returns [found, of the store] */
function replicasWithStore(storeBlocks: number, hostBlocks = 0) {
  const registry = createChainRegistry();
  const sizes = { hostTokens: 4 * hostBlocks, storeTokens: 4 * storeBlocks + 3 };
  const caches = createPrefixCaches({ registry, blockTokens: 4, evictAtLeastTokens: 0, ...sizes });
  for (const replica of [0, 1]) caches.addReplica(replica, 40);
  const turn = (replica: number, chain: number, length: number, maxHitBlocks = length) => {
    const end = { chain, blocks: length, privateTokens: 0 };
    const found = caches.admit(replica, { ...end, maxHitBlocks });
    const { storeFound } = caches;
    caches.release(replica, { ...end, fullChain: chain, fullBlocks: length });
    caches.checkConserved();
    return [found, storeFound];
  };
  const chain = (): number => registry.fork(-1, 0);
  return { registry, caches, turn, chain, a: chain(), b: chain() };
}

describe("the shared store", () => {
  it("has what a turn left on another replica, which holds it from then on", () => {
    const { caches, turn, a } = replicasWithStore(20);
    expect(turn(0, a, 8)).toEqual([0, 0]);
    expect(turn(1, a, 9)).toEqual([8, 8]);
    expect(caches.resident(1, a, 9)).toBe(9);
    expect(turn(1, a, 9)).toEqual([9, 0]);
  });

  it("adds to what the replica has, up to what may be found", () => {
    const { turn, a } = replicasWithStore(20);
    turn(0, a, 3);
    turn(1, a, 8);
    expect(turn(0, a, 8, 5)).toEqual([5, 2]);
    const other = replicasWithStore(20);
    other.turn(0, other.a, 3);
    other.turn(1, other.a, 8);
    expect(other.turn(0, other.a, 8, 2)).toEqual([2, 0]);
  });

  it("is asked for what is in neither tier of the replica", () => {
    const { caches, turn, a, b } = replicasWithStore(40, 20);
    turn(0, a, 6);
    turn(0, b, 8);
    turn(1, a, 9);
    expect([turn(0, a, 9), caches.hostFound]).toEqual([[9, 3], 4]);
  });

  it("has prefixes of paths over several chains", () => {
    const { registry, turn, a } = replicasWithStore(20);
    const fork = registry.fork(a, 4);
    turn(0, fork, 7);
    expect(turn(1, a, 9)).toEqual([4, 4]);
    expect(turn(1, fork, 9)).toEqual([7, 3]);
  });

  it("drops what was used longest ago when it is full, of one use the deepest", () => {
    const { turn, a, b, chain } = replicasWithStore(12);
    turn(0, a, 5);
    turn(0, b, 5);
    turn(1, a, 3);
    turn(0, chain(), 5);
    expect([turn(1, b, 5), turn(1, a, 5)]).toEqual([
      [4, 4],
      [3, 0],
    ]);
  });

  it("counts a look-up as a use, of turns that still run too", () => {
    const { caches, turn, a, b, chain } = replicasWithStore(12);
    turn(0, a, 5);
    turn(0, b, 5);
    caches.admit(1, { chain: a, blocks: 3, privateTokens: 0, maxHitBlocks: 3 });
    turn(0, chain(), 5);
    expect(turn(1, b, 5)).toEqual([4, 4]);
  });

  it("keeps as much of a prefix as it has room for", () => {
    const { turn, a } = replicasWithStore(6);
    turn(0, a, 9);
    expect(turn(1, a, 9)).toEqual([6, 6]);
  });

  it("loses nothing when a replica is flushed or goes", () => {
    const { caches, registry, turn, a, b } = replicasWithStore(20);
    turn(0, a, 8);
    turn(1, b, 4);
    caches.flush(1);
    caches.removeReplica(0);
    registry.close(a);
    expect(turn(1, a, 8)).toEqual([8, 8]);
    expect(turn(1, b, 4)).toEqual([4, 4]);
  });

  it("keeps the chains of sessions that ended until it drops them", () => {
    const { caches, registry, turn, a, b } = replicasWithStore(8);
    turn(0, a, 8);
    for (const replica of [0, 1]) caches.removeReplica(replica);
    for (const each of [a, b]) registry.close(each);
    expect(registry.ownedIds()).toBe(2);
    caches.addReplica(0, 40);
    const other = registry.fork(-1, 0);
    turn(0, other, 8);
    expect(registry.ownedIds()).toBe(2);
  });

  it("is not there when it has no room for a block", () => {
    expect(replicasWithStore(0).caches.store).toBeNull();
    expect(replicasWithStore(1).caches.store).toBeInstanceOf(SharedStore);
  });

  it.each([
    ["a block too many", (store: SharedStore) => (store.used += 1), "blocks in the store"],
    ["more than fits", (store: SharedStore, a: number) => store.write(a, 30), "has 30 blocks"],
  ])("is recounted: finds %s", (_, spoil, message) => {
    const { caches, turn, a } = replicasWithStore(20);
    turn(0, a, 8);
    const { store } = caches;
    if (store === null) throw new Error("no store");
    Object.defineProperty(store, "trim", { value: () => {} });
    spoil(store, a);
    expect(() => auditCaches(caches)).toThrow(message);
  });
});

/** Turns of five tokens, of which the first four are a block of the session's own chain. */
const session = (instants: readonly number[]) => ({
  chains: [{ parent: null, from: 0 }],
  rows: instants.map((delayNs) => ({ input: 5, output: 1, chain: 0, delayNs })),
});

/** Replicas whose iterations take 1,000 ns, round robin; `sessions[i]` runs on chain i. */
function fleetWithStore(storeTokens: number, sessions: readonly (readonly number[])[]) {
  const turns: TurnRecord[] = [];
  const sketch = { blockTokens: 4, shared: [], sessions: sessions.map(session) };
  sketch.sessions.forEach(({ rows }, chain) => rows.forEach((row) => (row.chain = chain)));
  const starts = sessions.map((_, template) => ({ atNs: 0, template }));
  const store = {
    tokens: storeTokens,
    fetchSubs: 300 * SUBS_PER_NS,
    fetchTokenSubs: 7 * SUBS_PER_NS,
  };
  const kernel = createFleetKernel({
    ...optionsWith([sourceOf(templatesOf(sketch), starts)]),
    router: { kind: "round-robin", lagNs: 0, guard: 1 },
    store,
    onTurn: (turn) => void turns.push(turn),
  });
  return { kernel, turns };
}

describe("a fleet with a shared store", () => {
  it("goes on where the replica that knew the prefix is gone, at the price of a fetch", () => {
    const { kernel, turns } = fleetWithStore(400, [[0, 10_000]]);
    kernel.addReplica(0, "Aggregated");
    kernel.runUntil(5_000);
    kernel.remove(0, 5_000);
    kernel.addReplica(5_000, "Aggregated");
    kernel.runUntil(1e6);
    expect(turns[1]).toMatchObject({ cachedTokens: 4, endNs: 10_000 + 1_000 + 300 + 7 * 4 });
    expect(kernel.metrics(1, 1e6)).toMatchObject({ cachedTokens: 4, storeCachedTokens: 4 });
  });

  it("asks it by replica id where several begin at one instant", () => {
    // The second turns of two sessions begin together on replicas 3 and 4, whose caches are empty;
    // then a third one's block drops the block that was asked for first.
    const { kernel, turns } = fleetWithStore(8, [[0, 20_000, 20_700], [1, 20_000], [19_500]]);
    const replicas = [0, 1, 2, 3, 4].map(() => kernel.addReplica(0, "Aggregated"));
    kernel.runUntil(10_000);
    for (const replica of replicas) kernel.flushCache(replica, 10_000);
    kernel.runUntil(1e6);
    const found = turns.map(({ replica, cachedTokens }) => [replica, cachedTokens]);
    expect(found).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 4],
      [4, 4],
      [0, 0],
    ]);
  });
});

const KV_TOKENS = 2_000_000;

/**
 * Eight replicas under coding agents lose one after an hour and a half.
 * @returns cold tokens of the seven others in the minute before and in the one after
 */
function coldWorkAround(storeTokens: number): readonly number[] {
  const sources = [demoTraffic({ seed: 5, surges: [], warmupMs: 0 })];
  const engine = { kvTokens: KV_TOKENS, maxSequences: 256, budgetTokens: 8_192 };
  const options = optionsWith(sources, {
    engine: { ...engine, iterationSubs: 10e6 * SUBS_PER_NS, prefillTokenSubs: 5e4 * SUBS_PER_NS },
    router: { kind: "session-sticky", lagNs: 0, guard: 1.25 },
    store: { tokens: storeTokens, fetchSubs: 5e6 * SUBS_PER_NS, fetchTokenSubs: 100 * SUBS_PER_NS },
  });
  const kernel = createFleetKernel(options);
  const replicas = Array.from({ length: 8 }, () => kernel.addReplica(0, "Aggregated"));
  const lost = replicas.pop() ?? -1;
  const coldAt = (minutes: number): number => {
    kernel.runUntil(minutes * 60e9);
    const shown = replicas.map((replica) => kernel.metrics(replica, minutes * 60e9));
    return shown.reduce((sum, one) => sum + one.promptTokens - one.cachedTokens, 0);
  };
  const [first, at] = [coldAt(89), coldAt(90)];
  kernel.remove(lost, 90 * 60e9);
  const last = coldAt(91);
  kernel.checkConserved();
  return [at - first, last - at];
}

describe("the loss of a replica", () => {
  it("makes the others compute its prefixes anew, but for those that a store has", () => {
    const [before = NaN, after = NaN] = coldWorkAround(0);
    const [beforeShared = NaN, afterShared = NaN] = coldWorkAround(500 * KV_TOKENS);
    expect(after / before).toBeGreaterThan(1.3);
    expect(afterShared / beforeShared).toBeLessThan(1.1);
  });
});
