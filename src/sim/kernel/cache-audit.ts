import type { CacheChanges } from "./cache-changes.ts";
import { DOWN, END as EXTENT_END, type Extents, HOLDING, NEWER, UP } from "./extents.ts";
import {
  ABOVE,
  CHAIN,
  END,
  FROM,
  HOST,
  HOST_FROM,
  type Holdings,
  NEXT,
  PIN_END,
  REPLICA,
  SHALLOWEST,
  TOTAL_END,
} from "./holdings.ts";
import type { HostTier } from "./host-tier.ts";
import type { Pins } from "./pins.ts";
import type { RecordPool } from "./record-pool.ts";
import { ANCHOR, FREE, KV, PRIVATE, REPLICA_STRIDE, ROOM } from "./replica-words.ts";
import type { SharedStore } from "./shared-store.ts";

/** What is recounted. */
export interface Audited {
  readonly blockTokens: number;
  readonly holdings: Holdings;
  readonly extents: Extents;
  readonly pins: Pins;
  readonly changes: Pick<CacheChanges, "countRuns">;
  readonly host: HostTier | null;
  readonly store: SharedStore | null;
  readonly replicas: Int32Array;
}

/** What a recount of one replica finds: blocks, and extents. */
interface Recount {
  resident: number;
  pinned: number;
  extents: number;
  hostBlocks: number;
  hostExtents: number;
}

/** Recounts caches from their holdings. @throws on the first difference, naming where it is */
export function auditCaches(caches: Audited): void {
  const holdings = liveHoldings(caches.holdings.pool);
  const recounts = Array.from({ length: caches.replicas.length / REPLICA_STRIDE }, newRecount);
  for (const holding of holdings) {
    auditHolding(caches, holding, recounts[caches.holdings.pool.words[holding + REPLICA]!]!);
  }
  auditLists(caches.holdings, holdings);
  if (caches.store !== null) auditStore(caches.store);
  const { kept, waiting } = caches.changes.countRuns();
  expectEqual("runs of evictions", kept, waiting);
  recounts.forEach((recount, replica) => {
    const present = caches.replicas[replica * REPLICA_STRIDE + ANCHOR]! >= 0;
    if (present) auditReplica(caches, replica, recount);
    else expectEqual(`blocks of absent replica ${replica}`, recount.resident, 0);
  });
}

const newRecount = (): Recount => ({
  resident: 0,
  pinned: 0,
  extents: 0,
  hostBlocks: 0,
  hostExtents: 0,
});

function liveHoldings({ words, end, stride }: RecordPool): readonly number[] {
  const live: number[] = [];
  for (let holding = 0; holding < end; holding += stride) {
    if (words[holding + REPLICA]! >= 0) live.push(holding);
  }
  return live;
}

function auditHolding(caches: Audited, holding: number, recount: Recount): void {
  const { words } = caches.holdings.pool;
  const from = words[holding + FROM]!;
  const end = words[holding + END]!;
  const pinEnd = words[holding + PIN_END]!;
  const what = `holding ${holding} of replica ${words[holding + REPLICA]}`;
  if (pinEnd < from || pinEnd > end) throw new Error(`${what}: pinned to ${pinEnd} of ${end}`);
  const { turns, deepest } = caches.pins.count(words, holding);
  expectEqual(`${what}: pinned by a turn`, turns > 0, deepest > from);
  if (end > from) auditAbove(caches, holding, what);
  recount.resident += end - from;
  recount.pinned += pinEnd - from;
  recount.extents += auditExtents(caches.extents, words, holding);
  if (caches.host === null) return;
  expectEqual(`${what}: first host block`, words[holding + HOST_FROM], end);
  recount.hostBlocks += words[holding + TOTAL_END]! - end;
  recount.hostExtents += auditExtents(caches.host.extents, words, holding + HOST);
}

/** What is above a resident block is resident, and above a pinned one pinned. */
function auditAbove({ holdings }: Audited, holding: number, what: string): void {
  const { words } = holdings.pool;
  const from = words[holding + FROM]!;
  const parent = holdings.chains.parent(words[holding + CHAIN]!);
  if (parent < 0) return;
  const above = words[holding + ABOVE]!;
  expectEqual(`${what}: holding above`, above, holdings.find(parent, words[holding + REPLICA]!));
  if (words[above + END]! < from) throw new Error(`${what}: not resident above ${from}`);
  if (words[holding + PIN_END]! > from && words[above + PIN_END]! < from) {
    throw new Error(`${what}: not pinned above ${from}`);
  }
}

/**
 * Extents tile what a tier of a holding has and nobody pins.
 * @param part the holding, or its host part
 * @returns how many there are
 */
function auditExtents(extents: Extents, held: Int32Array, part: number): number {
  const { words } = extents.pool;
  const what = `extents of ${part}`;
  let count = 0;
  let end = held[part + PIN_END]!;
  let up = -1;
  for (let extent = held[part + SHALLOWEST]!; extent >= 0; extent = words[extent + DOWN]!) {
    expectEqual(`${what}: holding`, words[extent + HOLDING], part);
    expectEqual(`${what}: the one above`, words[extent + UP], up);
    if (words[extent + EXTENT_END]! <= end) throw new Error(`${what}: one without blocks`);
    end = words[extent + EXTENT_END]!;
    up = extent;
    count++;
  }
  expectEqual(`${what}: end of the deepest`, end, held[part + END]);
  return count;
}

/** Every holding is in its chain's list of holders, and nothing else is. */
function auditLists(holdings: Holdings, live: readonly number[]): void {
  const { words } = holdings.pool;
  const { chains } = holdings;
  let listed = 0;
  for (const chain of new Set(live.map((holding) => words[holding + CHAIN]!))) {
    const before = listed;
    for (let holding = holdings.first(chain); holding >= 0; holding = words[holding + NEXT]!) {
      const what = `holding ${holding} of chain ${chain}`;
      expectEqual(`${what}: chain`, words[holding + CHAIN], chain);
      expectEqual(`${what}: first block`, words[holding + FROM], chains.from(chain));
      expectEqual(`${what}: found`, holdings.find(chain, words[holding + REPLICA]!), holding);
      listed++;
    }
    expectEqual(`holders of chain ${chain}`, listed - before, holdings.count(chain));
  }
  expectEqual("holdings in lists of holders", listed, live.length);
}

function auditReplica(caches: Audited, replica: number, recount: Recount): void {
  const record = replica * REPLICA_STRIDE;
  const { replicas, blockTokens } = caches;
  const kv = replicas[record + KV]! - replicas[record + PRIVATE]!;
  const what = `replica ${replica}`;
  expectEqual(`${what}: free tokens`, replicas[record + FREE], kv - recount.resident * blockTokens);
  expectEqual(`${what}: room`, replicas[record + ROOM], kv - recount.pinned * blockTokens);
  if (replicas[record + FREE]! < 0) throw new Error(`${what}: holds more than its cache`);
  if (replicas[record + PRIVATE]! < 0) throw new Error(`${what}: private tokens below 0`);
  const ordered = auditOrder(caches.extents, replicas[record + ANCHOR]!, what);
  expectEqual(`${what}: ordered extents`, ordered, recount.extents);
  if (caches.host === null) return;
  const arrived = auditOrder(caches.host.extents, caches.host.anchors[replica]!, `${what} (host)`);
  expectEqual(`${what}: ordered host extents`, arrived, recount.hostExtents);
  expectEqual(`${what}: host blocks`, caches.host.used[replica], recount.hostBlocks);
}

/** Of a holding, deeper extents came earlier. @returns extents in the order */
function auditOrder(extents: Extents, anchor: number, what: string): number {
  const { words } = extents.pool;
  const passed = new Set<number>();
  for (let extent = words[anchor + NEWER]!; extent !== anchor; extent = words[extent + NEWER]!) {
    const down = words[extent + DOWN]!;
    if (down >= 0 && !passed.has(down)) throw new Error(`${what}: a deeper block is more recent`);
    passed.add(extent);
  }
  return passed.size;
}

/** What it has is a prefix of each path, tiled by uses of which deeper ones are older. */
function auditStore(store: SharedStore): void {
  const { words } = store.pool;
  const { chains } = store;
  let blocks = 0;
  let uses = 0;
  for (const entry of liveHoldings(store.pool)) {
    const chain = words[entry + CHAIN]!;
    const from = chains.from(chain);
    const what = `chain ${chain} in the store`;
    expectEqual(`${what}: found`, store.find(chain), entry);
    expectEqual(`${what}: first block`, words[entry + FROM], from);
    auditAncestor(store, chain, what);
    blocks += words[entry + END]! - from;
    uses += auditExtents(store.extents, words, entry);
  }
  expectEqual("blocks in the store", store.used, blocks);
  if (blocks > store.blocks) throw new Error(`the store has ${blocks} blocks of ${store.blocks}`);
  expectEqual("uses in the store", auditOrder(store.extents, store.anchor, "the store"), uses);
}

function auditAncestor(store: SharedStore, chain: number, what: string): void {
  const { chains } = store;
  const from = chains.from(chain);
  const parent = chains.parent(chain);
  if (parent < 0) return;
  const above = store.find(parent);
  if (above < 0 || store.pool.words[above + END]! < from) {
    throw new Error(`${what}: nothing above ${from}`);
  }
}

type Counted = number | boolean | undefined;

function expectEqual(what: string, found: Counted, expected: Counted): void {
  if (found === expected) return;
  throw new Error(`${what}: found ${String(found)}, expected ${String(expected)}`);
}
