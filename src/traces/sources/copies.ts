/** Plays a recording several times over, side by side, in the order of time. */
import type { SessionSource, SessionStart, TurnTemplates } from "../turn-templates.ts";

export interface RecordedStart {
  readonly atNs: number;
  readonly template: number;
  /** Of an anonymous turn; 0 otherwise. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Copies begin evenly spread over this long: played at the same instant, n copies would turn every
 * arrival into a burst of n. It is the resolution of Mooncake's stamps, and short against a scrape.
 */
const COPY_SPREAD_NS = 3e9;

/**
 * @param starts in order of time; read once, and held no longer than the copies are spread
 * @param copies whole, from 1; each is a run of its own, so its prefixes are too
 */
export function copiesSource(
  templates: TurnTemplates,
  starts: Iterable<RecordedStart>,
  copies: number,
): SessionSource {
  const merge = new CopyMerge(new StartWindow(starts[Symbol.iterator]()), copies);
  return { templates, next: (start) => merge.next(start) };
}

/** The starts between the first copy's place and the last one's. */
class StartWindow {
  readonly #starts: Iterator<RecordedStart>;
  #held: RecordedStart[] = [];
  #released = 0;

  constructor(starts: Iterator<RecordedStart>) {
    this.#starts = starts;
  }

  at(index: number): RecordedStart | null {
    while (index >= this.#released + this.#held.length) {
      const next = this.#starts.next();
      if (next.done === true) return null;
      this.#held.push(next.value);
    }
    return this.#held[index - this.#released] ?? null;
  }

  /** Forgets what is before `index`, when that is worth the copying. */
  release(index: number): void {
    const surplus = index - this.#released;
    if (surplus < 1_024 || surplus * 2 < this.#held.length) return;
    this.#held = this.#held.slice(surplus);
    this.#released = index;
  }
}

interface Copy {
  readonly offsetNs: number;
  index: number;
  atNs: number;
}

class CopyMerge {
  readonly #window: StartWindow;
  /** A binary heap by time and, of equals, by offset: the copy that is due next is first. */
  readonly #heap: Copy[];
  readonly #last: Copy | undefined;

  constructor(window: StartWindow, copies: number) {
    this.#window = window;
    const firstNs = window.at(0)?.atNs ?? Number.POSITIVE_INFINITY;
    // Already a heap: times ascend with offsets.
    this.#heap = Array.from({ length: copies }, (_, copy) => {
      const offsetNs = Math.floor((copy * COPY_SPREAD_NS) / copies);
      return { offsetNs, index: 0, atNs: firstNs + offsetNs };
    });
    this.#last = this.#heap.at(-1);
  }

  next(start: SessionStart): boolean {
    const copy = this.#heap[0];
    const entry = copy === undefined ? null : this.#window.at(copy.index);
    if (copy === undefined || entry === null) return false;
    start.atNs = copy.atNs;
    start.template = entry.template;
    start.inputTokens = entry.inputTokens;
    start.outputTokens = entry.outputTokens;
    copy.index += 1;
    const following = this.#window.at(copy.index);
    copy.atNs = following === null ? Number.POSITIVE_INFINITY : following.atNs + copy.offsetNs;
    this.#sink();
    this.#window.release(this.#last?.index ?? 0);
    return true;
  }

  #sink(): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const child = this.#earlier(2 * at + 1, 2 * at + 2);
      const [here, below] = [heap[at], heap[child]];
      if (here === undefined || below === undefined || !isBefore(below, here)) return;
      heap[at] = below;
      heap[child] = here;
      at = child;
    }
  }

  #earlier(left: number, right: number): number {
    const [a, b] = [this.#heap[left], this.#heap[right]];
    return a !== undefined && b !== undefined && isBefore(b, a) ? right : left;
  }
}

const isBefore = (a: Copy, b: Copy): boolean =>
  a.atNs < b.atNs || (a.atNs === b.atNs && a.offsetNs < b.offsetNs);
