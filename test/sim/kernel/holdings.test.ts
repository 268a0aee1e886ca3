import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { END, FROM, Holdings, TOTAL_END } from "../../../src/sim/kernel/holdings.ts";

function aChain() {
  const chains = createChainRegistry();
  const chain = chains.fork(-1, 0);
  return { chains, chain, holdings: new Holdings(chains, false) };
}

describe("holdings of a chain", () => {
  it("are found by replica, few or many", () => {
    const { chain, holdings } = aChain();
    const added = new Map<number, number>();
    for (let replica = 0; replica < 20; replica++) added.set(replica, holdings.add(chain, replica));
    const hasRow = (): boolean => holdings.row(chain) >= 0;
    const rows = [hasRow()];
    for (let replica = 0; replica < 18; replica++) {
      for (const [other, holding] of added) expect(holdings.find(chain, other)).toBe(holding);
      holdings.drop(added.get(replica) ?? -1);
      added.delete(replica);
      expect(holdings.find(chain, replica)).toBe(-1);
      expect(holdings.count(chain)).toBe(added.size);
      rows.push(hasRow());
    }
    expect(rows.indexOf(false)).toBe(20 - 4);
  });

  it("begin without blocks", () => {
    const { chains, chain, holdings } = aChain();
    const deeper = chains.fork(chain, 12);
    const holding = holdings.add(deeper, 3);
    const { words } = holdings.pool;
    expect([words[holding + FROM], words[holding + END], words[holding + TOTAL_END]]).toEqual([
      12, 12, 12,
    ]);
  });

  it("keep their chain", () => {
    const { chains, chain, holdings } = aChain();
    const holding = holdings.add(chain, 0);
    chains.close(chain);
    expect(chains.ownedIds()).toBe(2);
    holdings.drop(holding);
    expect(chains.ownedIds()).toBe(0);
  });
});
