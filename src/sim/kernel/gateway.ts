import type { GatewayCounts } from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import { DECODE_UNIT, KV_TOKENS, REPLICA_SHIFT } from "./replicas.ts";
import type { Sequences } from "./sequences.ts";
import { numberOfSession } from "./session-slots.ts";
import type { StretchClock } from "./stretch-clock.ts";
import type { TurnEnds } from "./turn-ends.ts";
import { TryRing } from "./try-ring.ts";
import {
  AT_GATEWAY,
  AWAITING_DECODE,
  BLOCKS,
  CACHED,
  CHAIN,
  FLAGS,
  GENERATED,
  GENERATION,
  HOST_CACHED,
  INPUT,
  OUTPUT,
  REPLICA,
  ROUTE_ORDER,
  ROUTED_NS,
  SESSION,
  STATE,
  TRIES,
  TRY_ADMITTED,
  TRY_HAD_TOKEN,
  UNDERWAY,
} from "./turn-slots.ts";

/** Where tries come in: routes them to replicas, or keeps them until there is one. */
export class Gateway {
  /** Routed, and not yet in the queue of their engine; in the order in which they get there. */
  readonly underway = new TryRing();
  private readonly waiting = new TryRing();
  private readonly awaitingDecode = new TryRing();
  /** Replicas that take tries, by id; and those that take transfers are counted. */
  private readonly routable: number[] = [];
  private decoders = 0;
  private tries = 0;
  private waitingTries = 0;
  private routed = 0;
  private misroutedShare = 0;
  private indexKnown = true;
  private lookups = 0;
  private bestReplicaBlocks = 0;
  /** Whether engines may differ in KV, so that one may be too small for what it is sent. */
  private refuses = false;
  private readonly state: FleetState;
  private readonly sequences: Sequences;
  private readonly clock: StretchClock;
  private readonly ends: TurnEnds;

  constructor(
    state: FleetState,
    {
      sequences,
      clock,
      ends,
    }: { readonly sequences: Sequences; readonly clock: StretchClock; readonly ends: TurnEnds },
  ) {
    this.state = state;
    this.sequences = sequences;
    this.clock = clock;
    this.ends = ends;
  }

  counts(): GatewayCounts {
    const counts = { tries: this.tries, waiting: this.waitingTries };
    if (this.state.options.router.index !== true) return counts;
    const { lookups, bestReplicaBlocks } = this;
    return { ...counts, index: { lookups, bestReplicaBlocks } };
  }

  setMisroutedShare(share: number): void {
    this.misroutedShare = share;
  }

  setIndexKnown(known: boolean): void {
    this.indexKnown = known;
  }

  /** From now on engines reject what exceeds their own KV. */
  refuseTooLarge(): void {
    this.refuses = true;
  }

  /** The replica takes turns from now on: those that wait for one come first. */
  open(replica: number): void {
    if (this.state.replicas.role(replica) === DECODE_UNIT) {
      this.decoders++;
      while (this.awaitingDecode.nextNs < Infinity) this.deliverWaiting();
      return;
    }
    this.routable.push(replica);
    this.routable.sort((a, b) => a - b);
    while (this.waiting.nextNs < Infinity) this.routeWaiting();
  }

  close(replica: number): void {
    if (this.state.replicas.role(replica) === DECODE_UNIT) this.decoders--;
    else this.routable.splice(this.routable.indexOf(replica), 1);
  }

  /** The client sends the next try of the turn. */
  send(turn: number): void {
    const { words, wide } = this.state.turns;
    this.tries++;
    words[turn | TRIES]!++;
    words[turn | FLAGS]! &= ~(TRY_HAD_TOKEN | TRY_ADMITTED);
    words[turn | GENERATED] = 0;
    words[turn | REPLICA] = -1;
    words[turn | CACHED] = 0;
    wide[turn | HOST_CACHED] = 0;
    if (this.routable.length > 0) {
      this.route(turn);
      return;
    }
    words[turn | STATE] = AT_GATEWAY;
    this.waitingTries++;
    this.waiting.push(this.state.nowNs, turn, words[turn | GENERATION]!, words[turn | TRIES]!);
  }

  /** A try that waits here is withdrawn. */
  withdraw(): void {
    this.waitingTries--;
  }

  /** @returns when the next try reaches its engine's queue; Infinity when none is underway. */
  nextJoinNs(): number {
    while (this.underway.nextNs < Infinity && !this.isUnderway()) this.underway.shift();
    return this.underway.nextNs;
  }

  /** A try that is underway reaches its engine's queue, if it still is. */
  joinNext(): void {
    const turn = this.underway.turn();
    const holds = this.isUnderway();
    this.underway.shift();
    if (holds) this.join(this.state.turns.words[turn | REPLICA]!, turn);
  }

  /** The KV of a turn has arrived: it joins a decode unit, or waits for one. */
  deliver(turn: number): void {
    const { turns, decodeRouter, nowNs } = this.state;
    const { words } = turns;
    if (this.decoders > 0) {
      const replica = decodeRouter.route(nowNs, 0, -1, 0);
      turns.wide[turn | ROUTE_ORDER] = this.routed++;
      this.join(replica, turn);
      return;
    }
    words[turn | STATE] = AWAITING_DECODE;
    this.awaitingDecode.push(nowNs, turn, words[turn | GENERATION]!, words[turn | TRIES]!);
  }

  private isUnderway(): boolean {
    const { underway } = this;
    const { turns } = this.state;
    const turn = underway.turn();
    return (
      turns.words[turn | STATE] === UNDERWAY &&
      turns.isTry(turn, underway.generation(), underway.tries())
    );
  }

  private deliverWaiting(): void {
    const turn = this.awaitingDecode.turn();
    this.awaitingDecode.shift();
    this.deliver(turn);
  }

  private routeWaiting(): void {
    const { turns } = this.state;
    const turn = this.waiting.turn();
    const valid = turns.isTry(turn, this.waiting.generation(), this.waiting.tries());
    this.waiting.shift();
    if (!valid || turns.words[turn | STATE] !== AT_GATEWAY) return;
    this.waitingTries--;
    this.route(turn);
  }

  private route(turn: number): void {
    const { turns, options, nowNs } = this.state;
    const { words, wide } = turns;
    words[turn | REPLICA] = this.choose(turn);
    words[turn | STATE] = UNDERWAY;
    wide[turn | ROUTED_NS] = nowNs;
    wide[turn | ROUTE_ORDER] = this.routed++;
    const { overheadNs } = options.engine;
    this.underway.push(nowNs + overheadNs, turn, words[turn | GENERATION]!, words[turn | TRIES]!);
  }

  private choose(turn: number): number {
    const { turns, router, options, nowNs } = this.state;
    const { words } = turns;
    if (options.router.index === true) this.lookUp(words[turn + CHAIN]!, words[turn + BLOCKS]!);
    const share = this.indexKnown ? this.misroutedShare : 1;
    if (share > 0 && options.random() < share) {
      const replica = this.routable[Math.floor(options.random() * this.routable.length)]!;
      router.assign(replica);
      return replica;
    }
    const session = numberOfSession(words[turn | SESSION]!);
    return router.route(nowNs, session, words[turn | CHAIN]!, words[turn | BLOCKS]!);
  }

  /** Counts what the replica with most has of a prompt, as of now. */
  private lookUp(chain: number, blocks: number): void {
    this.lookups++;
    if (!this.indexKnown) return;
    const { caches } = this.state;
    let best = 0;
    for (const replica of this.routable) {
      best = Math.max(best, caches.resident(replica, chain, blocks));
    }
    this.bestReplicaBlocks += best;
  }

  private isTooLarge(replica: number, turn: number): boolean {
    const { turns, replicas } = this.state;
    const tokens = turns.words[turn | INPUT]! + turns.words[turn | OUTPUT]!;
    return tokens > replicas.words[(replica << REPLICA_SHIFT) | KV_TOKENS]!;
  }

  private join(replica: number, turn: number): void {
    const { ready, timers } = this.state;
    if (this.refuses && this.isTooLarge(replica, turn)) {
      this.state.leave(replica);
      this.ends.reject(turn);
      return;
    }
    this.sequences.enqueue(replica, turn);
    if (timers.runs(replica)) this.clock.cutForJoin(replica);
    else ready.push(replica);
  }
}
