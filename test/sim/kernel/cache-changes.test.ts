import { describe, expect, it } from "vitest";
import { CacheChanges } from "../../../src/sim/kernel/cache-changes.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { END, Holdings } from "../../../src/sim/kernel/holdings.ts";

function followed() {
  const chains = createChainRegistry();
  const chain = chains.fork(-1, 0);
  const holdings = new Holdings(chains, false);
  const changes = new CacheChanges(holdings);
  changes.follow();
  const holding = holdings.add(chain, 4);
  const change = (atNs: number, end: number): void => {
    changes.nowNs = atNs;
    holdings.pool.words[holding + END] = end;
    changes.note(holding);
  };
  const seen = (): number => changes.seenEnd(holding);
  const isThere = (): boolean => holdings.find(chain, 4) === holding;
  return { chains, chain, holdings, changes, holding, change, seen, isThere };
}

describe("changes of what a replica holds", () => {
  it("are seen up to the asked instant, itself included", () => {
    const { changes, change, seen } = followed();
    change(10, 5);
    change(20, 9);
    change(20, 7);
    const views = [9, 10, 19, 20].map((untilNs) => {
      changes.show(untilNs);
      return seen();
    });
    expect(views).toEqual([0, 5, 5, 7]);
  });

  it("are seen in order, however many wait", () => {
    const { changes, change, seen } = followed();
    for (let atNs = 1; atNs <= 3_000; atNs++) {
      change(atNs, 1 + (atNs % 7));
      changes.show(atNs < 700 ? atNs - 50 : 650);
    }
    expect(seen()).toBe(1 + (650 % 7));
    changes.show(2_999);
    expect(seen()).toBe(1 + (2_999 % 7));
  });

  it("keep a holding without blocks until they are seen", () => {
    const { changes, change, isThere } = followed();
    change(10, 5);
    change(20, 0);
    changes.show(15);
    expect(isThere()).toBe(true);
    changes.show(20);
    expect(isThere()).toBe(false);
  });

  it("keep a holding that was filled again, and free it when it was emptied again", () => {
    const { changes, change, isThere, seen } = followed();
    change(10, 0);
    change(11, 5);
    change(20, 0);
    changes.show(10);
    expect([isThere(), seen()]).toEqual([true, 0]);
    changes.show(19);
    expect([isThere(), seen()]).toEqual([true, 5]);
    changes.show(20);
    expect(isThere()).toBe(false);
  });

  it("may be told late, after later ones of others", () => {
    const { chains, changes, change, holdings, seen } = followed();
    const other = holdings.add(chains.fork(-1, 0), 5);
    holdings.pool.words[other + END] = 3;
    changes.nowNs = 30;
    changes.note(other);
    change(20, 7);
    changes.show(25);
    expect([seen(), changes.seenEnd(other)]).toEqual([7, 0]);
  });

  it("of a replica that is gone are seen by nobody, and free what they name", () => {
    const { chains, chain, changes, change, holding, holdings, isThere } = followed();
    change(10, 5);
    changes.lose(holding);
    chains.close(chain);
    expect([isThere(), chains.ownedIds()]).toEqual([false, 0]);
    const again = chains.fork(-1, 0);
    expect(holdings.add(again, 5)).toBe(holding);
    expect(changes.seenEnd(holding)).toBe(0);
  });

  it("keep the record of a lost holding that was emptied until that is seen", () => {
    const { chains, changes, change, holding, holdings } = followed();
    change(10, 0);
    changes.lose(holding);
    const again = chains.fork(-1, 0);
    expect(holdings.add(again, 4)).not.toBe(holding);
    changes.show(10);
    expect(holdings.add(again, 5)).toBe(holding);
  });

  it("are forgotten at once where nobody follows", () => {
    const chains = createChainRegistry();
    const holdings = new Holdings(chains, false);
    const changes = new CacheChanges(holdings);
    const chain = chains.fork(-1, 0);
    const holding = holdings.add(chain, 0);
    changes.note(holding);
    expect(holdings.find(chain, 0)).toBe(-1);
  });
});
