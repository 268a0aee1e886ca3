import { describe, expect, it } from "vitest";
import { CacheChanges } from "../../../src/sim/kernel/cache-changes.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { END, Holdings, SEEN_END } from "../../../src/sim/kernel/holdings.ts";
import { DECODERS, FIRST_SUBS } from "../../../src/sim/kernel/replicas.ts";

function followed() {
  const chains = createChainRegistry();
  const chain = chains.fork(-1, 0);
  const holdings = new Holdings(chains, false);
  const changes = new CacheChanges(holdings);
  changes.addReplica(5);
  changes.follow();
  const holding = holdings.add(chain, 4);
  const change = (atNs: number, end: number, of = holding): void => {
    changes.advance(atNs);
    holdings.pool.words[of + END] = end;
    changes.note(of);
  };
  const look = (replica: number, untilNs: number): void => {
    changes.showUntil(untilNs);
    changes.show(replica);
  };
  const seen = (of = holding): number | undefined => holdings.pool.words[of + SEEN_END];
  const isThere = (): boolean => holdings.find(chain, 4) === holding;
  return { chains, chain, holdings, changes, holding, change, look, seen, isThere };
}

describe("changes of what a replica holds", () => {
  it("are seen up to the asked instant, itself included", () => {
    const { change, look, seen } = followed();
    change(10, 5);
    change(20, 9);
    change(20, 7);
    const views = [9, 10, 19, 20].map((untilNs) => {
      look(4, untilNs);
      return seen();
    });
    expect(views).toEqual([0, 5, 5, 7]);
  });

  it("are seen in order, however many wait", () => {
    const { change, look, seen } = followed();
    for (let atNs = 1; atNs <= 3_000; atNs++) {
      change(atNs, 1 + (atNs % 7));
      look(4, atNs < 700 ? atNs - 50 : 650);
    }
    expect(seen()).toBe(1 + (650 % 7));
    look(4, 2_999);
    expect(seen()).toBe(1 + (2_999 % 7));
  });

  it("are seen of that replica alone that is looked at", () => {
    const { chains, change, look, holdings, seen } = followed();
    const other = holdings.add(chains.fork(-1, 0), 5);
    change(10, 5);
    change(10, 3, other);
    look(5, 10);
    expect([seen(), seen(other)]).toEqual([0, 3]);
  });

  it("may be told late, after later ones of other replicas", () => {
    const { chains, change, look, holdings, seen } = followed();
    const other = holdings.add(chains.fork(-1, 0), 5);
    change(30, 3, other);
    change(20, 7);
    look(4, 25);
    look(5, 25);
    expect([seen(), seen(other)]).toEqual([7, 0]);
  });

  it("are taken in without a look when there are many that could be seen", () => {
    const { change, changes, seen } = followed();
    for (let atNs = 1; atNs <= 1_000; atNs++) {
      changes.showUntil(atNs);
      change(atNs, atNs);
    }
    expect(seen()).toBeGreaterThan(900);
  });

  it("keep a holding without blocks until they are seen", () => {
    const { change, look, isThere } = followed();
    change(10, 5);
    change(20, 0);
    look(4, 15);
    expect(isThere()).toBe(true);
    look(4, 20);
    expect(isThere()).toBe(false);
  });

  it("keep a holding that was filled again, and free it when it was emptied again", () => {
    const { change, look, isThere, seen } = followed();
    change(10, 0);
    change(11, 5);
    change(20, 0);
    look(4, 10);
    expect([isThere(), seen()]).toEqual([true, 0]);
    look(4, 19);
    expect([isThere(), seen()]).toEqual([true, 5]);
    look(4, 20);
    expect(isThere()).toBe(false);
  });

  it("of a replica that is gone are seen by nobody", () => {
    const { chains, chain, changes, change, holding, holdings, look, seen } = followed();
    change(10, 5);
    holdings.drop(holding);
    changes.removeReplica(4);
    chains.close(chain);
    expect(chains.ownedIds()).toBe(0);
    expect(holdings.add(chains.fork(-1, 0), 4)).toBe(holding);
    look(4, 10);
    expect(seen()).toBe(0);
  });

  it("give their runs of evictions back, seen or with their replica", () => {
    const { chains, changes, holdings, look } = followed();
    const words = new Float64Array(32);
    words[DECODERS] = 1;
    words[FIRST_SUBS] = 1_024;
    const evicting = { words, at: 0, free: 0, blockTokens: 1 };
    const evict = (atNs: number, replica: number): void => {
      const holding = holdings.add(chains.fork(-1, 0), replica);
      changes.advance(atNs);
      holdings.pool.words[holding + END] = 4;
      changes.noteRun(holding, evicting, 3);
    };
    evict(1, 4);
    evict(2, 4);
    evict(2, 5);
    expect(changes.countRuns()).toEqual({ waiting: 3, kept: 3 });
    look(4, 1);
    expect(changes.countRuns()).toEqual({ waiting: 3, kept: 3 });
    look(5, 3);
    expect(changes.countRuns()).toEqual({ waiting: 2, kept: 2 });
    changes.removeReplica(4);
    expect(changes.countRuns()).toEqual({ waiting: 0, kept: 0 });
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
