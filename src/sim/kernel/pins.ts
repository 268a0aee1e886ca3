import { FROM, PIN_COUNT, PIN_END, PINS } from "./holdings.ts";
import { RecordPool } from "./record-pool.ts";

/** Words of a pin: where it ends, how many turns it is for, and the next that ends before it. */
const DEPTH = 0;
const COUNT = 1;
const NEXT = 2;
const STRIDE = 4;

/**
 * How deep the running turns on a replica pin each chain. The deepest pin is in the holding itself;
 * those that end before it (sub-agents, sessions that leave a shared chain elsewhere) are a list,
 * deepest first.
 */
export class Pins {
  private readonly pool = new RecordPool(STRIDE, 64);
  private before = -1;

  /** Counts one more turn that pins `holding` up to `depth`. */
  add(holdings: Int32Array, holding: number, depth: number): void {
    const end = holdings[holding | PIN_END]!;
    if (depth === end) holdings[holding | PIN_COUNT]!++;
    else if (depth > end) this.deepen(holdings, holding, depth);
    else this.addBelow(holdings, holding, depth);
  }

  /** @throws when no turn pins it up to `depth` */
  remove(holdings: Int32Array, holding: number, depth: number): void {
    if (depth !== holdings[holding | PIN_END]!) this.removeBelow(holdings, holding, depth);
    else if (--holdings[holding | PIN_COUNT]! <= 0) this.raise(holdings, holding);
  }

  /** Forgets every pin of a holding. */
  clear(holdings: Int32Array, holding: number): void {
    while (holdings[holding | PINS]! >= 0) this.raise(holdings, holding);
    this.raise(holdings, holding);
  }

  /** @returns turns that pin a holding, and the deepest end they pin. */
  count(holdings: Int32Array, holding: number): { turns: number; deepest: number } {
    const { words } = this.pool;
    let turns = holdings[holding | PIN_COUNT]!;
    const deepest = holdings[holding | PIN_END]!;
    let before = deepest;
    for (let pin = holdings[holding | PINS]!; pin >= 0; pin = words[pin | NEXT]!) {
      if (words[pin | DEPTH]! >= before) throw new Error(`pins of ${holding} are out of order`);
      before = words[pin | DEPTH]!;
      turns += words[pin | COUNT]!;
    }
    return { turns, deepest };
  }

  private deepen(holdings: Int32Array, holding: number, depth: number): void {
    const count = holdings[holding | PIN_COUNT]!;
    if (count > 0) {
      const pin = this.make(holdings[holding | PIN_END]!, count, holdings[holding | PINS]!);
      holdings[holding | PINS] = pin;
    }
    holdings[holding | PIN_END] = depth;
    holdings[holding | PIN_COUNT] = 1;
  }

  private addBelow(holdings: Int32Array, holding: number, depth: number): void {
    const pin = this.seek(holdings, holding, depth);
    const { before } = this;
    if (pin >= 0 && this.pool.words[pin | DEPTH] === depth) this.pool.words[pin | COUNT]!++;
    else if (before < 0) holdings[holding | PINS] = this.make(depth, 1, pin);
    else {
      const made = this.make(depth, 1, pin);
      this.pool.words[before + NEXT] = made;
    }
  }

  private removeBelow(holdings: Int32Array, holding: number, depth: number): void {
    const pin = this.seek(holdings, holding, depth);
    const { words } = this.pool;
    if (pin < 0 || words[pin | DEPTH] !== depth) throw new Error(`no turn pins up to ${depth}`);
    if (--words[pin | COUNT]! > 0) return;
    if (this.before < 0) holdings[holding | PINS] = words[pin | NEXT]!;
    else words[this.before + NEXT] = words[pin | NEXT]!;
    this.pool.give(pin);
  }

  /** @returns the first pin of the list that does not end after `depth`; `before` precedes it */
  private seek(holdings: Int32Array, holding: number, depth: number): number {
    const { words } = this.pool;
    this.before = -1;
    let pin = holdings[holding | PINS]!;
    while (pin >= 0 && words[pin | DEPTH]! > depth) {
      this.before = pin;
      pin = words[pin | NEXT]!;
    }
    return pin;
  }

  private make(depth: number, count: number, next: number): number {
    const pin = this.pool.take();
    const { words } = this.pool;
    words[pin | DEPTH] = depth;
    words[pin | COUNT] = count;
    words[pin | NEXT] = next;
    return pin;
  }

  /** The deepest pin is gone: the next one is the deepest. */
  private raise(holdings: Int32Array, holding: number): void {
    const pin = holdings[holding | PINS]!;
    if (pin < 0) {
      holdings[holding | PIN_END] = holdings[holding | FROM]!;
      holdings[holding | PIN_COUNT] = 0;
      return;
    }
    const { words } = this.pool;
    holdings[holding | PIN_END] = words[pin | DEPTH]!;
    holdings[holding | PIN_COUNT] = words[pin | COUNT]!;
    holdings[holding | PINS] = words[pin | NEXT]!;
    this.pool.give(pin);
  }
}
