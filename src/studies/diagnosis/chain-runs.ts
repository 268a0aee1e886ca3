/**
 * Per chain its runs of blocks that were last used together, the shallowest on top: lists in typed
 * columns, because most chains have one run and there are as many chains as a bound lets there be.
 */
const FIRST_RUNS = 4_096;
const NONE = -1;

export class ChainRuns {
  readonly #top = new Map<number, number>();
  #end = new Int32Array(FIRST_RUNS);
  #slot = new Int32Array(FIRST_RUNS);
  #below = new Int32Array(FIRST_RUNS);
  #free = NONE;
  #used = 0;

  /** Chains that have a run. */
  get size(): number {
    return this.#top.size;
  }

  /** @returns the chain's shallowest run; -1: it has none */
  top(chain: number): number {
    return this.#top.get(chain) ?? NONE;
  }

  /** @returns the depth at which a run ends */
  endOf(run: number): number {
    return this.#end[run] ?? 0;
  }

  slotOf(run: number): number {
    return this.#slot[run] ?? 0;
  }

  below(run: number): number {
    return this.#below[run] ?? NONE;
  }

  /** Puts a run on top of `rest`, which is the chain's top or below it: what is between goes. */
  push(chain: number, run: { readonly end: number; readonly slot: number; readonly rest: number }) {
    const { end, slot, rest } = run;
    const top = this.top(chain);
    for (let at = top; at !== rest && at !== NONE; ) at = this.#drop(at);
    const place = this.#take();
    this.#end[place] = end;
    this.#slot[place] = slot;
    this.#below[place] = rest;
    if (place !== top) this.#top.set(chain, place);
  }

  /** Numbers slots anew; runs whose slot has no place any more go, and those below them too. */
  renumber(places: Int32Array): void {
    for (const [chain, top] of this.#top) {
      let above = NONE;
      let run = top;
      while (run !== NONE && (places[this.slotOf(run)] ?? NONE) >= 0) {
        this.#slot[run] = places[this.slotOf(run)] ?? NONE;
        above = run;
        run = this.below(run);
      }
      if (above === NONE) this.#top.delete(chain);
      else this.#below[above] = NONE;
      while (run !== NONE) run = this.#drop(run);
    }
  }

  /** @returns the run below it */
  #drop(run: number): number {
    const below = this.below(run);
    this.#below[run] = this.#free;
    this.#free = run;
    return below;
  }

  #take(): number {
    const place = this.#free;
    if (place !== NONE) {
      this.#free = this.below(place);
      return place;
    }
    if (this.#used === this.#end.length) this.#widen();
    this.#used += 1;
    return this.#used - 1;
  }

  #widen(): void {
    this.#end = longer(this.#end);
    this.#slot = longer(this.#slot);
    this.#below = longer(this.#below);
  }
}

/** @returns the column with room for as much again */
export function longer(column: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * column.length);
  copy.set(column);
  return copy;
}
