/** Sequences of what engines do to caches and routers. */
import fc from "fast-check";
import type { RouterKind } from "../../../src/sim/kernel/contract.ts";
import type { ChainTable } from "../../../src/traces/turn-templates.ts";

/** Numbers are taken modulo what there is to choose from when the operation comes. */
export interface Operation {
  readonly kind: (typeof KINDS)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Drawn as often as they are listed. */
const KINDS = [
  ...(["admit", "admit", "admit", "admit", "admit", "admit", "route", "route", "route"] as const),
  ...(["release", "release", "release", "grow", "grow", "done", "open", "close", "fork"] as const),
  ...(["advance", "flush", "assign", "addReplica", "removeReplica", "eject", "readmit"] as const),
] as const;

export interface Setting {
  readonly chains: ChainTable;
  readonly sharedCount: number;
  readonly blockTokens: number;
  readonly evictAtLeastTokens: number;
  readonly kvTokens: number;
  /** 0: no host tier. */
  readonly hostTokens: number;
  /** 0: no shared store. */
  readonly storeTokens: number;
  /** To begin with. */
  readonly replicas: number;
  readonly kind: RouterKind;
  readonly lagNs: number;
  readonly guard: number;
  readonly operations: readonly Operation[];
}

const number = fc.nat({ max: 1_000_000 });

const anOperation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  a: number,
  b: number,
  c: number,
});

const chain = fc.record({ parent: fc.nat(), after: fc.nat({ max: 4 }) });

/** Shared chains first, then those of the one template; some begin where their parent does. */
function chainTable(
  entries: readonly { readonly parent: number; readonly after: number }[],
  sharedCount: number,
): ChainTable {
  const parent: number[] = [];
  const from: number[] = [];
  entries.forEach((entry, index) => {
    const above = (entry.parent % (index + 1)) - 1;
    parent.push(above);
    from.push(above < 0 ? 0 : (from[above] ?? 0) + entry.after);
  });
  return {
    parent: Int32Array.from(parent),
    from: Int32Array.from(from),
    to: Int32Array.from(from, (depth) => depth + 8),
    shared: Uint8Array.from(entries, (_, index) => (index < sharedCount ? 1 : 0)),
  };
}

/** Small caches, so that nearly every admission evicts something. */
export const aSetting: fc.Arbitrary<Setting> = fc
  .record({
    entries: fc.array(chain, { minLength: 1, maxLength: 7 }),
    shared: fc.nat({ max: 3 }),
    blockTokens: fc.constantFrom(1, 3, 16),
    evictAtLeastBlocks: fc.constantFrom(0, 0, 1.5, 6),
    kvBlocks: fc.integer({ min: 6, max: 40 }),
    hostBlocks: fc.constantFrom(0, 0, 4, 15),
    storeBlocks: fc.constantFrom(0, 0, 0, 5, 12, 60),
    replicas: fc.constantFrom(2, 3, 11),
    kind: fc.constantFrom<RouterKind>(
      ...(["prefix-affinity", "prefix-affinity", "prefix-affinity"] as const),
      ...(["session-sticky", "least-loaded", "round-robin"] as const),
    ),
    lagNs: fc.constantFrom(0, 0, 5, 40),
    guard: fc.constantFrom(0.3, 1, 1.25, 3, Number.POSITIVE_INFINITY),
    operations: fc.array(anOperation, { minLength: 1, maxLength: 120, size: "max" }),
  })
  .map(({ entries, shared, evictAtLeastBlocks, kvBlocks, hostBlocks, storeBlocks, ...rest }) => ({
    ...rest,
    chains: chainTable(entries, Math.min(shared, entries.length)),
    sharedCount: Math.min(shared, entries.length),
    evictAtLeastTokens: Math.floor(evictAtLeastBlocks * rest.blockTokens),
    kvTokens: kvBlocks * rest.blockTokens + 2,
    hostTokens: hostBlocks * rest.blockTokens,
    storeTokens: storeBlocks * rest.blockTokens,
  }));

/** Twelve replicas that hold the same few chains: lists of holders are long. */
export const aCrowd: fc.Arbitrary<Setting> = aSetting.map((setting) => ({
  ...setting,
  kind: "prefix-affinity",
  replicas: 12,
  kvTokens: 3 * setting.kvTokens,
}));
