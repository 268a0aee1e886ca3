import { SUBS_PER_NS } from "./contract.ts";
import { DecodeEvictions } from "./decode-evictions.ts";
import type { FleetState } from "./fleet-state.ts";
import { endNs, iterationsBelow, stretchSubs } from "./iteration-stretch.ts";
import {
  CARRY_SUBS,
  CHUNK,
  CONTEXT,
  CUTTABLE,
  DECODERS,
  FIRST_SUBS,
  GENERATED_TOKENS,
  ITERATION,
  ITERATIONS,
  PREFILL,
  REPLICA_SHIFT,
  STARTED_NS,
  STEP_SUBS,
} from "./replicas.ts";
import { NEED } from "./turn-slots.ts";

/** Where the iterations of a stretch stand in time. */
export class StretchClock {
  private readonly state: FleetState;
  private readonly evictions: DecodeEvictions;

  constructor(state: FleetState) {
    this.state = state;
    this.evictions = new DecodeEvictions(state.caches);
    state.caches.pending.settle = (replica) => this.settle(replica);
  }

  /** A turn joined the queue: if the next iteration would admit it, the stretch ends before. */
  cutForJoin(replica: number): void {
    const { words } = this.state.replicas;
    if (words[(replica << REPLICA_SHIFT) | CUTTABLE] !== 0) this.cut(replica);
  }

  /** Ends the stretch with the iteration that runs now. */
  cut(replica: number): void {
    const { replicas, nowNs, begunNs, timers } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    const iterations = words[at | ITERATIONS]!;
    if (iterations <= 1) return;
    // At an instant at which replicas have begun already, the iteration behind the boundary runs.
    const strict = nowNs === begunNs ? 1 : 0;
    const running = this.endedBefore(at, nowNs + strict) + 1;
    words[at | CUTTABLE] = 0;
    if (running >= iterations) return;
    words[at | ITERATIONS] = running;
    timers.set(replica, endNs(words, at, running));
  }

  /** Brings the replica's counters to now: where an iteration has ended, the next one has begun. */
  catchUp(replica: number): void {
    this.catchUpTo(replica, this.state.nowNs + 1);
  }

  /** Brings the replica to just before now: an iteration that ends now has not ended yet. */
  settle(replica: number): void {
    this.catchUpTo(replica, this.state.nowNs);
  }

  /** The whole stretch has ended. */
  end(replica: number): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    const iterations = words[at | ITERATIONS]!;
    if (iterations > 1) this.grow(replica, iterations - 1);
    this.state.caches.pending.clear(replica);
    this.pass(at, iterations);
  }

  /** Notes when the running stretch evicts first, if it does. */
  foresee(replica: number): void {
    const { replicas, caches } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    const decoders = words[at | DECODERS]!;
    const free = caches.freeTokens(replica);
    if (free >= decoders * (words[at | ITERATIONS]! - 1)) caches.pending.clear(replica);
    else caches.pending.set(replica, endNs(words, at, Math.floor(free / decoders) + 1));
  }

  private catchUpTo(replica: number, timeNs: number): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    if (words[at | ITERATIONS]! <= 1) return;
    const ended = this.endedBefore(at, timeNs);
    if (ended === 0 || ended >= words[at | ITERATIONS]!) return;
    this.grow(replica, ended);
    this.pass(at, ended);
    this.foresee(replica);
  }

  /** The decoding sequences take their tokens of the stretch's next `iterations` iterations. */
  private grow(replica: number, iterations: number): void {
    const { replicas, caches } = this.state;
    const tokens = replicas.words[(replica << REPLICA_SHIFT) | DECODERS]! * iterations;
    if (tokens <= caches.freeTokens(replica)) {
      if (tokens > 0) caches.grow(replica, tokens);
    } else if (this.evictions.applies) {
      this.evictions.grow(replica, replicas.words, iterations);
      caches.advance(this.state.nowNs);
    } else this.growFull(replica, iterations);
  }

  /** The same where some of the iterations evict, and blocks fall to another tier: one by one. */
  private growFull(replica: number, iterations: number): void {
    const { replicas, caches, nowNs } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    const decoders = words[at | DECODERS]!;
    let begun = 0;
    for (;;) {
      const fit = Math.floor(caches.freeTokens(replica) / decoders);
      if (begun + fit >= iterations) break;
      begun += fit + 1;
      caches.advance(endNs(words, at, begun));
      caches.grow(replica, (fit + 1) * decoders);
    }
    if (begun < iterations) caches.grow(replica, (iterations - begun) * decoders);
    caches.advance(nowNs);
  }

  /** @returns how many iterations of the stretch ended before `timeNs`, later than its start. */
  private endedBefore(at: number, timeNs: number): number {
    const { words } = this.state.replicas;
    const subs = SUBS_PER_NS * (timeNs - words[at | STARTED_NS]!) - words[at | CARRY_SUBS]!;
    return iterationsBelow(words[at | FIRST_SUBS]!, words[at | STEP_SUBS]!, subs);
  }

  /** Moves the start of the stretch behind its first `ended` iterations. */
  private pass(at: number, ended: number): void {
    const { replicas, turns } = this.state;
    const { words } = replicas;
    const first = words[at | FIRST_SUBS]!;
    const step = words[at | STEP_SUBS]!;
    const subs = words[at | CARRY_SUBS]! + stretchSubs(first, step, ended);
    const ns = Math.floor(subs / SUBS_PER_NS);
    const tokens = words[at | DECODERS]! * ended;
    words[at | CARRY_SUBS] = subs - ns * SUBS_PER_NS;
    words[at | STARTED_NS]! += ns;
    words[at | FIRST_SUBS] = first + step * ended;
    words[at | ITERATIONS]! -= ended;
    words[at | ITERATION]! += ended;
    words[at | GENERATED_TOKENS]! += tokens;
    words[at | CONTEXT]! += tokens;
    const prefill = words[at | PREFILL]!;
    if (prefill >= 0) turns.words[prefill | NEED]! -= words[at | CHUNK]! * ended;
  }
}
