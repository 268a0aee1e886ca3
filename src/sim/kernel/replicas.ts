import { BucketHistogram } from "./bucket-histogram.ts";
import type { ReplicaRole } from "./contract.ts";
import { FinishHeaps } from "./finish-heaps.ts";

/** A replica's words are at `replica << REPLICA_SHIFT`. */
export const REPLICA_SHIFT = 5;

/**
 * The stretch of iterations that runs: when it began, how many it has (0: none runs), what the
 * first costs and how much more each next one, in 1/1024 ns.
 */
export const STARTED_NS = 0;
export const ITERATIONS = 1;
export const FIRST_SUBS = 2;
export const STEP_SUBS = 3;
/** Fraction of a nanosecond carried from one iteration to the next, in 1/1024 ns. */
export const CARRY_SUBS = 4;
/** 1 when a turn that joins the queue would be admitted by the next iteration. */
export const CUTTABLE = 5;
/** Tokens that the unfinished prefill computes in each iteration of the stretch. */
export const CHUNK = 6;
/** Iterations that ended: the index of the one that runs, or is next. */
export const ITERATION = 7;
/** Decoding sequences, and the sum of their contexts, at the start of the stretch. */
export const DECODERS = 8;
export const CONTEXT = 9;
/** Admitted sequences; a number for the next. */
export const RUNNERS = 10;
export const ADMISSIONS = 11;
/** The turn whose prefill goes on after this iteration, or -1. */
export const PREFILL = 12;
/** Turns whose prefill ends with this iteration, in order of admission: first and last, or -1. */
export const ENDING_FIRST = 13;
export const ENDING_LAST = 14;
export const QUEUE_FIRST = 15;
export const QUEUE_LAST = 16;
export const QUEUE_LENGTH = 17;
export const SLOWDOWN = 18;
/** Counters of the metrics endpoint. */
export const PROMPT_TOKENS = 19;
export const CACHED_TOKENS = 20;
export const HOST_CACHED_TOKENS = 21;
export const GENERATED_TOKENS = 22;
export const FIRST_TOKENS = 23;
export const FINISHED = 24;
export const PREEMPTIONS = 25;
export const STATUS = 26;
export const ROLE = 27;
/** The iteration at whose end the next decoding sequence finishes; Infinity for none. */
export const NEXT_FINISH = 28;
/** 1 when all KV of its turns is private: decode units, and those whose prefix caching is off. */
export const PREFIXLESS = 29;
/** Read where some replica has settings of its own. */
export const KV_TOKENS = 30;
/** A counter of the metrics endpoint, where there is a shared store. */
export const STORE_CACHED_TOKENS = 31;

/** ROLE. */
export const AGGREGATED = 0;
export const PREFILL_UNIT = 1;
export const DECODE_UNIT = 2;

/** STATUS. */
export const GONE = 0;
export const ROUTABLE = 1;
export const EJECTED = 2;

const INITIAL: readonly (readonly [word: number, value: number])[] = [
  [PREFILL, -1],
  [ENDING_FIRST, -1],
  [ENDING_LAST, -1],
  [QUEUE_FIRST, -1],
  [QUEUE_LAST, -1],
  [SLOWDOWN, 1],
  [STATUS, ROUTABLE],
  [NEXT_FINISH, Infinity],
];

const ROLES: Readonly<Record<ReplicaRole, number>> = {
  Aggregated: AGGREGATED,
  Prefill: PREFILL_UNIT,
  Decode: DECODE_UNIT,
};

/** The replicas of a fleet, by id from 0 on; ids are not used again. */
export class Replicas {
  words = new Float64Array(64 << REPLICA_SHIFT);
  count = 0;
  /** The decoding sequences. */
  readonly finishes = new FinishHeaps();
  readonly ttft: BucketHistogram;
  readonly itl: BucketHistogram;

  constructor(ttftBounds: Float64Array, itlBounds: Float64Array) {
    this.ttft = new BucketHistogram(ttftBounds);
    this.itl = new BucketHistogram(itlBounds);
  }

  /** @returns the id of a replica that has nothing to do. */
  add(role: ReplicaRole, prefixCaching = true): number {
    const replica = this.count++;
    const words = replica << REPLICA_SHIFT;
    if (words === this.words.length) this.grow();
    for (const [word, value] of INITIAL) this.words[words + word] = value;
    this.words[words + ROLE] = ROLES[role];
    this.words[words + PREFIXLESS] = prefixCaching && role !== "Decode" ? 0 : 1;
    this.finishes.fit(replica);
    this.ttft.fit(replica);
    this.itl.fit(replica);
    return replica;
  }

  /** @returns AGGREGATED, PREFILL_UNIT or DECODE_UNIT. */
  role(replica: number): number {
    return this.words[(replica << REPLICA_SHIFT) | ROLE]!;
  }

  /** @returns GONE for one that never was. */
  status(replica: number): number {
    return replica >= 0 && replica < this.count
      ? this.words[(replica << REPLICA_SHIFT) | STATUS]!
      : GONE;
  }

  private grow(): void {
    const words = new Float64Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}
