import type { FleetState } from "./fleet-state.ts";
import type { Gateway } from "./gateway.ts";
import { ENDING_FIRST, PREFILL, QUEUE_FIRST, REPLICA_SHIFT } from "./replicas.ts";
import { SCHEDULE_RETRY, scheduleTurn } from "./schedule.ts";
import type { Sequences } from "./sequences.ts";
import type { StretchClock } from "./stretch-clock.ts";
import { TryRing } from "./try-ring.ts";
import type { TurnEnds } from "./turn-ends.ts";
import {
  AT_CLIENT,
  AT_GATEWAY,
  FLAGS,
  FREE,
  GENERATED,
  GENERATION,
  HAD_TOKEN,
  PREFILLING,
  QUEUED,
  REPLICA,
  STATE,
  TRIES,
  TRY_HAD_TOKEN,
  UNDERWAY,
} from "./turn-slots.ts";

interface ClientParts {
  readonly gateway: Gateway;
  readonly sequences: Sequences;
  readonly clock: StretchClock;
  readonly ends: TurnEnds;
}

/** What clients do: send, wait, give up a try, try again, abandon. */
export class Clients {
  /** When tries time out, and turns are abandoned, if there is no first token by then. */
  private readonly timeouts = new TryRing();
  private readonly abandons = new TryRing();
  private readonly state: FleetState;
  private readonly gateway: Gateway;
  private readonly sequences: Sequences;
  private readonly clock: StretchClock;
  private readonly ends: TurnEnds;

  constructor(state: FleetState, { gateway, sequences, clock, ends }: ClientParts) {
    this.state = state;
    this.gateway = gateway;
    this.sequences = sequences;
    this.clock = clock;
    this.ends = ends;
  }

  /** The first try of a turn that has just arrived. */
  begin(turn: number): void {
    const { abandonAfterNs } = this.state.options.clients;
    const generation = this.state.turns.words[turn | GENERATION]!;
    if (abandonAfterNs < Infinity) {
      this.abandons.push(this.state.nowNs + abandonAfterNs, turn, generation, 0);
    }
    this.send(turn);
  }

  /** Sends the next try. */
  send(turn: number): void {
    const { turns, options, nowNs } = this.state;
    const { timeoutNs } = options.clients;
    const generation = turns.words[turn | GENERATION]!;
    this.gateway.send(turn);
    if (timeoutNs === Infinity) return;
    this.timeouts.push(nowNs + timeoutNs, turn, generation, turns.words[turn | TRIES]!);
  }

  /** The try was lost: the client sends another one later, or abandons the turn. */
  fail(turn: number): void {
    const { turns, options } = this.state;
    const { retries, retryBackoffNs } = options.clients;
    const tries = turns.words[turn | TRIES]!;
    if (tries > retries) {
      this.ends.abandon(turn);
      return;
    }
    let backoffNs = retryBackoffNs;
    for (let doubled = 1; doubled < tries; doubled++) backoffNs *= 2;
    turns.words[turn | STATE] = AT_CLIENT;
    scheduleTurn(this.state, backoffNs, turn, SCHEDULE_RETRY);
  }

  /** @returns when the first client gives up; Infinity when none will. */
  nextNs(): number {
    while (this.abandons.nextNs < Infinity && !this.abandonHolds()) this.abandons.shift();
    while (this.timeouts.nextNs < Infinity && !this.timeoutHolds()) this.timeouts.shift();
    return Math.min(this.abandons.nextNs, this.timeouts.nextNs);
  }

  /** When the first client may give up: never later than it does. */
  earliestNs(): number {
    return Math.min(this.abandons.nextNs, this.timeouts.nextNs);
  }

  /** Lets every client give up whose time is now. */
  giveUpDue(): void {
    const { nowNs } = this.state;
    while (this.abandons.nextNs === nowNs) {
      const turn = this.abandons.turn();
      const holds = this.abandonHolds();
      this.abandons.shift();
      if (!holds) continue;
      this.withdraw(turn);
      this.ends.abandon(turn);
    }
    while (this.timeouts.nextNs === nowNs) {
      const turn = this.timeouts.turn();
      const holds = this.timeoutHolds();
      this.timeouts.shift();
      if (!holds) continue;
      this.withdraw(turn);
      this.fail(turn);
    }
  }

  private abandonHolds(): boolean {
    const { words } = this.state.turns;
    const turn = this.abandons.turn();
    return (
      words[turn | GENERATION] === this.abandons.generation() &&
      words[turn | STATE] !== FREE &&
      (words[turn | FLAGS]! & HAD_TOKEN) === 0
    );
  }

  private timeoutHolds(): boolean {
    const { turns } = this.state;
    const turn = this.timeouts.turn();
    return (
      turns.isTry(turn, this.timeouts.generation(), this.timeouts.tries()) &&
      turns.words[turn | STATE] !== AT_CLIENT &&
      (turns.words[turn | FLAGS]! & TRY_HAD_TOKEN) === 0
    );
  }

  /** Takes a try without a first token away from wherever it is. */
  private withdraw(turn: number): void {
    const { words } = this.state.turns;
    const state = words[turn | STATE]!;
    const replica = words[turn | REPLICA]!;
    if (state === AT_GATEWAY) this.gateway.withdraw();
    if (state === QUEUED) this.withdrawQueued(replica, turn);
    if (state === PREFILLING) this.withdrawPrefill(replica, turn);
    if (state === UNDERWAY || state === QUEUED || state === PREFILLING) this.state.leave(replica);
  }

  private withdrawQueued(replica: number, turn: number): void {
    const { words } = this.state.replicas;
    const head = words[(replica << REPLICA_SHIFT) | QUEUE_FIRST] === turn;
    this.sequences.dequeue(replica, turn);
    // Who is behind the head may fit where it did not.
    if (head) this.clock.cut(replica);
  }

  private withdrawPrefill(replica: number, turn: number): void {
    const { replicas, turns, lists } = this.state;
    const at = replica << REPLICA_SHIFT;
    // What was evicted so far was so before its KV is.
    this.clock.settle(replica);
    if (replicas.words[at | PREFILL] === turn) replicas.words[at | PREFILL] = -1;
    else lists.remove(replica, ENDING_FIRST, turn);
    this.sequences.withdraw(replica, turn, turns.words[turn | GENERATED]!);
    this.clock.cut(replica);
  }
}
