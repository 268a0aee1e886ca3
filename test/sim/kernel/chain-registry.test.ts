import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";

/** One shared root, then the own chains of a template: a trunk with two branches. */
const FAMILY = {
  parent: Int32Array.from([-1, 0, 1, 1]),
  from: Int32Array.from([0, 10, 20, 30]),
  to: Int32Array.from([10, 40, 25, 35]),
  shared: Uint8Array.from([1, 0, 0, 0]),
};

describe("chains of a session", () => {
  it("follow its base; shared parents are the same for all sessions", () => {
    const chains = createChainRegistry();
    const handle = chains.register(FAMILY);
    const root = chains.sharedChain(handle, 0);
    const bases = [chains.open(handle, 1, 3), chains.open(handle, 1, 3)];
    for (const base of bases) {
      expect([0, 1, 2].map((own) => chains.parent(base + own))).toEqual([root, base, base]);
      expect([0, 1, 2].map((own) => chains.from(base + own))).toEqual([10, 20, 30]);
    }
    expect(bases[0]).not.toBe(bases[1]);
  });

  it("are none for a session without chains of its own", () => {
    const chains = createChainRegistry();
    const base = chains.open(chains.register(FAMILY), 4, 0);
    expect(base).toBe(-1);
    chains.close(base);
    expect(chains.ownedIds()).toBe(0);
  });

  it("get ids that closed sessions of that size had", () => {
    const chains = createChainRegistry();
    const handle = chains.register(FAMILY);
    const first = chains.open(handle, 1, 3);
    chains.open(handle, 1, 3);
    chains.close(first);
    expect(chains.open(handle, 3, 1)).not.toBe(first);
    expect(chains.open(handle, 1, 3)).toBe(first);
  });

  it("keep their ids while anything holds one of them", () => {
    const chains = createChainRegistry();
    const base = chains.open(chains.register(FAMILY), 1, 3);
    chains.retain(base + 2);
    chains.close(base);
    expect(chains.ownedIds()).toBe(4);
    chains.release(base + 2);
    expect(chains.ownedIds()).toBe(0);
  });

  it("are closed once", () => {
    const chains = createChainRegistry();
    const base = chains.open(chains.register(FAMILY), 1, 3);
    chains.retain(base);
    chains.close(base);
    expect(() => chains.close(base)).toThrow("closed before");
  });
});

describe("a fork", () => {
  it("leaves the chain that has the block before it, and keeps that chain", () => {
    const chains = createChainRegistry();
    const handle = chains.register(FAMILY);
    const base = chains.open(handle, 1, 3);
    const cases: readonly (readonly [number, number, number])[] = [
      [base + 1, 22, base + 1],
      [base + 1, 20, base],
      [base + 1, 5, chains.sharedChain(handle, 0)],
      [base + 1, 0, -1],
      [-1, 0, -1],
    ];
    for (const [parent, from, expected] of cases) {
      const fork = chains.fork(parent, from);
      expect([chains.parent(fork), chains.from(fork)]).toEqual([expected, from]);
      chains.close(fork);
    }
    const fork = chains.fork(base + 1, 22);
    const forkOfFork = chains.fork(fork, 24);
    chains.close(base);
    chains.close(fork);
    expect(chains.ownedIds()).toBe(4 + 2 + 2);
    chains.close(forkOfFork);
    expect(chains.ownedIds()).toBe(0);
  });
});

describe("a table of chains", () => {
  it("may have chains without blocks before their first child: they are passed over", () => {
    const chains = createChainRegistry();
    const handle = chains.register({
      parent: Int32Array.from([-1, 0, 1]),
      from: Int32Array.from([0, 5, 5]),
      to: Int32Array.from([5, 5, 9]),
      shared: Uint8Array.from([0, 0, 0]),
    });
    const base = chains.open(handle, 0, 3);
    expect([0, 1, 2].map((own) => chains.parent(base + own))).toEqual([-1, base, base]);
  });

  it("is refused when a parent comes late or a shared chain has an own parent", () => {
    const chains = createChainRegistry();
    const late = { ...FAMILY, parent: Int32Array.from([1, 0, 1, 1]) };
    expect(() => chains.register(late)).toThrow("chain 0: parent 1 not before it");
    const own = { ...FAMILY, shared: Uint8Array.from([0, 1, 0, 0]) };
    expect(() => chains.register(own)).toThrow("shared chain 1: own parent");
  });
});
