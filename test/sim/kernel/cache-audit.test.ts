import { describe, expect, it } from "vitest";
import { auditCaches } from "../../../src/sim/kernel/cache-audit.ts";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import { END, HOST_FROM, PIN_END, TOTAL_END } from "../../../src/sim/kernel/holdings.ts";
import { createPrefixCaches, type ExtentCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { FREE, PRIVATE, ROOM } from "../../../src/sim/kernel/replica-words.ts";

/** Offset of the second holding. */
const SECOND = 16;

/** One running turn of 6 blocks, 4 blocks that were released, and 5 in the host tier. */
function someCaches(): ExtentCaches {
  const registry = createChainRegistry();
  const sizes = { blockTokens: 4, evictAtLeastTokens: 0, hostTokens: 400 };
  const caches = createPrefixCaches({ registry, ...sizes });
  caches.addReplica(0, 40);
  const released = registry.fork(-1, 0);
  const turn = { chain: released, blocks: 9, privateTokens: 0 };
  caches.admit(0, { ...turn, maxHitBlocks: 0 });
  caches.release(0, { ...turn, fullChain: released, fullBlocks: 9 });
  const running = registry.fork(-1, 0);
  caches.admit(0, { chain: running, blocks: 6, privateTokens: 0, maxHitBlocks: 0 });
  return caches;
}

/** What is wrong, the word that is one too large, and how the audit says it. */
type Spoilt = readonly [string, { replicas?: number; holdings?: number }, string];

describe("an audit of caches", () => {
  it("finds nothing where nothing is wrong", () => {
    expect(() => auditCaches(someCaches())).not.toThrow();
  });

  const spoilt: readonly Spoilt[] = [
    ["a token too many", { replicas: FREE }, "replica 0: free tokens: found 1, expected 0"],
    ["a pin too many", { replicas: ROOM }, "replica 0: room: found 17, expected 16"],
    ["private tokens from nowhere", { replicas: PRIVATE }, "replica 0: free tokens"],
    ["a block too many", { holdings: SECOND + END }, "extents of 16: end of the deepest"],
    ["a pin behind the end", { holdings: SECOND + PIN_END }, "pinned to 7 of 6"],
    ["a pin of no turn", { holdings: PIN_END }, "holding 0 of replica 0: pinned by a turn"],
    ["a host block too many", { holdings: TOTAL_END }, "extents of 7: end of the deepest"],
    ["a host part that begins late", { holdings: HOST_FROM }, "first host block: found 5"],
  ];

  it.each(spoilt)("finds %s", (_, { replicas, holdings }, message) => {
    const caches = someCaches();
    addOne(caches.replicas, replicas);
    addOne(caches.holdings.pool.words, holdings);
    expect(() => auditCaches(caches)).toThrow(message);
  });

  it("finds a holding that is in no list", () => {
    const caches = someCaches();
    caches.holdings.unlink(0);
    expect(() => auditCaches(caches)).toThrow("holdings in lists of holders: found 1, expected 2");
  });
});

function addOne(words: Int32Array, index: number | undefined): void {
  if (index !== undefined) words[index] = (words[index] ?? 0) + 1;
}
