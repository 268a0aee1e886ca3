import { CHAIN_SHIFT, type Chains, HOLDERS, UNHELD } from "./chain-registry.ts";
import { HolderRows } from "./holder-rows.ts";
import { RecordPool } from "./record-pool.ts";

/** Words of a holding: what one replica has of one chain. */
export const REPLICA = 0;
export const CHAIN = 1;
/** Neighbours in the list of the chain's holders; the first has minus their number before it. */
export const NEXT = 2;
const PREVIOUS = 3;
/** The replica's holding of the parent chain; valid while blocks are resident. */
export const ABOVE = 4;
/** Depth of the chain's first block: blocks [FROM, END) are resident, [FROM, PIN_END) pinned. */
export const FROM = 5;
export const END = 6;
/** The shallowest of its extents, or -1. */
export const SHALLOWEST = 7;
export const PIN_END = 8;
/** Turns that pin up to PIN_END, and the list of pins that end before it, or -1. */
export const PIN_COUNT = 9;
export const PINS = 10;
/** END as a router that lags saw it last, and how many changes it has not seen: `CacheChanges`. */
export const SEEN_END = 11;
export const UNSEEN = 12;
/**
 * Added to a holding, this gives what `Extents` takes for its part of the host tier: the words END,
 * SHALLOWEST and PIN_END of it are TOTAL_END, the shallowest host extent and HOST_FROM.
 */
export const HOST = 7;
/** Blocks [FROM, TOTAL_END) are in one of the tiers, [HOST_FROM, TOTAL_END) in the host tier. */
export const TOTAL_END = END + HOST;
const HOST_SHALLOWEST = SHALLOWEST + HOST;
export const HOST_FROM = PIN_END + HOST;
const STRIDE = 16;

/** From this many holders on, a chain gets a row; at half as many the row goes. */
const ROW_FROM = 9;

/** HOLDERS of a chain with a row is this minus the row, of others the first holding. */
const FIRST_ROW = -2;

/** All holdings, and for each chain the list of its holders. */
export class Holdings {
  readonly pool = new RecordPool(STRIDE, 1_024);
  readonly rows = new HolderRows();
  readonly chains: Chains;
  /** The word that says where a holding ends for all who ask what a replica has: both tiers. */
  readonly visibleEnd: number;

  constructor(chains: Chains, hasHostTier: boolean) {
    this.chains = chains;
    this.visibleEnd = hasHostTier ? TOTAL_END : END;
  }

  /** @returns what the replica holds of the chain, or -1. */
  find(chain: number, replica: number): number {
    let holding = this.chains.words[(chain << CHAIN_SHIFT) | HOLDERS]!;
    if (holding <= FIRST_ROW) return this.rows.find(FIRST_ROW - holding, replica);
    const words = this.pool.words;
    while (holding >= 0 && words[holding | REPLICA] !== replica) holding = words[holding | NEXT]!;
    return holding;
  }

  /** @returns the first of those who hold the chain, or -1. */
  first(chain: number): number {
    const holders = this.chains.words[(chain << CHAIN_SHIFT) | HOLDERS]!;
    return holders <= FIRST_ROW ? this.rows.first(FIRST_ROW - holders) : holders;
  }

  /** @returns the row of the chain's holders, or -1. */
  row(chain: number): number {
    const holders = this.chains.words[(chain << CHAIN_SHIFT) | HOLDERS]!;
    return holders <= FIRST_ROW ? FIRST_ROW - holders : -1;
  }

  /** @returns how many hold the chain. */
  count(chain: number): number {
    const first = this.first(chain);
    return first < 0 ? 0 : -this.pool.words[first + PREVIOUS]!;
  }

  /** @returns a holding without blocks. */
  add(chain: number, replica: number): number {
    const holding = this.pool.take();
    const words = this.pool.words;
    const from = this.chains.from(chain);
    words[holding | REPLICA] = replica;
    words[holding | CHAIN] = chain;
    words[holding | ABOVE] = -1;
    words[holding | FROM] = from;
    words[holding | END] = from;
    words[holding | SHALLOWEST] = -1;
    words[holding | PIN_END] = from;
    words[holding | PIN_COUNT] = 0;
    words[holding | PINS] = -1;
    words[holding | SEEN_END] = from;
    words[holding | UNSEEN] = 0;
    words[holding | TOTAL_END] = from;
    words[holding | HOST_SHALLOWEST] = -1;
    words[holding | HOST_FROM] = from;
    this.link(holding);
    this.chains.retain(chain);
    return holding;
  }

  /** Frees it and lets go of its chain. */
  drop(holding: number): void {
    this.unlink(holding);
    this.pool.give(holding);
  }

  /** Takes it off the chain's list, and lets go of the chain. */
  unlink(holding: number): void {
    const { words } = this.pool;
    const chain = words[holding | CHAIN]!;
    const next = words[holding | NEXT]!;
    const previous = words[holding | PREVIOUS]!;
    const row = this.row(chain);
    const left = this.count(chain) - 1;
    if (next >= 0) words[next | PREVIOUS] = previous;
    if (previous >= 0) words[previous | NEXT] = next;
    else this.setFirst(chain, row, next);
    if (left > 0) words[this.first(chain) + PREVIOUS] = -left;
    if (row >= 0) this.leaveRow(row, holding, left);
    this.chains.release(chain);
  }

  private link(holding: number): void {
    const { words } = this.pool;
    const chain = words[holding | CHAIN]!;
    const next = this.first(chain);
    const count = next < 0 ? 1 : 1 - words[next | PREVIOUS]!;
    const row = this.row(chain);
    words[holding | NEXT] = next;
    words[holding | PREVIOUS] = -count;
    if (next >= 0) words[next | PREVIOUS] = holding;
    this.setFirst(chain, row, holding);
    if (row >= 0) this.rows.set(row, words[holding | REPLICA]!, holding);
    else if (count >= ROW_FROM) this.buildRow(chain, holding);
  }

  private setFirst(chain: number, row: number, holding: number): void {
    if (row >= 0) this.rows.setFirst(row, holding);
    else this.chains.words[(chain << CHAIN_SHIFT) | HOLDERS] = holding < 0 ? UNHELD : holding;
  }

  private buildRow(chain: number, first: number): void {
    const { words } = this.pool;
    const row = this.rows.take();
    this.chains.words[(chain << CHAIN_SHIFT) | HOLDERS] = FIRST_ROW - row;
    this.rows.setFirst(row, first);
    for (let holding = first; holding >= 0; holding = words[holding | NEXT]!) {
      this.rows.set(row, words[holding | REPLICA]!, holding);
    }
  }

  private leaveRow(row: number, holding: number, left: number): void {
    const { words } = this.pool;
    this.rows.set(row, words[holding | REPLICA]!, -1);
    if (2 * left >= ROW_FROM) return;
    const record = words[holding | CHAIN]! << CHAIN_SHIFT;
    this.chains.words[record | HOLDERS] = this.rows.first(row);
    this.rows.give(row);
  }
}
