import { SUBS_PER_NS } from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import {
  ENDING_FIRST,
  ENDING_LAST,
  FINISHED,
  FIRST_TOKENS,
  GENERATED_TOKENS,
  ITERATION,
  NEXT_FINISH,
  PREFILL_UNIT,
  REPLICA_SHIFT,
  ROLE,
} from "./replicas.ts";
import { SCHEDULE_TRANSFER, scheduleTurn } from "./schedule.ts";
import type { Sequences } from "./sequences.ts";
import type { StretchClock } from "./stretch-clock.ts";
import type { TurnEnds } from "./turn-ends.ts";
import {
  FIRST_TOKEN_NS,
  FLAGS,
  GENERATED,
  HAD_TOKEN,
  IN_TRANSFER,
  INPUT,
  NEXT,
  OUTPUT,
  ROUTED_NS,
  STATE,
  TRY_HAD_TOKEN,
  TRY_TOKEN_NS,
} from "./turn-slots.ts";

/** Ends iterations: tokens appear, prefills end, sequences with all their tokens leave. */
export class IterationEnd {
  private readonly state: FleetState;
  private readonly clock: StretchClock;
  private readonly sequences: Sequences;
  private readonly ends: TurnEnds;

  constructor(
    state: FleetState,
    { clock, sequences, ends }: { clock: StretchClock; sequences: Sequences; ends: TurnEnds },
  ) {
    this.state = state;
    this.clock = clock;
    this.sequences = sequences;
    this.ends = ends;
  }

  /** Ends the replica's stretch, which is due now. Its timer is left as it is. */
  end(replica: number): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    this.clock.end(replica);
    if (words[at | ENDING_FIRST]! >= 0) this.endPrefills(replica);
    if (words[at | NEXT_FINISH]! < words[at | ITERATION]!) this.finishDecoders(replica);
  }

  private endPrefills(replica: number): void {
    const { turns, replicas } = this.state;
    const at = replica << REPLICA_SHIFT;
    const ended = replicas.words[at | ITERATION]! - 1;
    const prefillUnit = replicas.words[at | ROLE] === PREFILL_UNIT;
    let turn = replicas.words[at | ENDING_FIRST]!;
    replicas.words[at | ENDING_FIRST] = -1;
    replicas.words[at | ENDING_LAST] = -1;
    while (turn >= 0) {
      const next = turns.words[turn | NEXT]!;
      this.makeToken(replica, turn);
      if (prefillUnit) this.handOver(replica, turn);
      else this.sequences.startDecoding(replica, turn, ended);
      turn = next;
    }
  }

  /** A prefill ended: the first token of the try, or the next one of a preempted sequence. */
  private makeToken(replica: number, turn: number): void {
    const { turns, replicas, nowNs } = this.state;
    const { words, wide } = turns;
    const at = replica << REPLICA_SHIFT;
    words[turn | GENERATED]!++;
    replicas.words[at | GENERATED_TOKENS]!++;
    const flags = words[turn | FLAGS]!;
    if ((flags & TRY_HAD_TOKEN) !== 0) return;
    const ttftNs = nowNs - wide[turn | ROUTED_NS]!;
    replicas.words[at | FIRST_TOKENS]!++;
    replicas.ttft.add(replica, ttftNs, 1, ttftNs);
    words[turn | FLAGS] = flags | TRY_HAD_TOKEN | HAD_TOKEN;
    wide[turn | TRY_TOKEN_NS] = nowNs;
    if ((flags & HAD_TOKEN) === 0) wide[turn | FIRST_TOKEN_NS] = nowNs;
  }

  /** A prefill unit is done with the turn: its KV goes to a decode unit. */
  private handOver(replica: number, turn: number): void {
    const { turns, replicas, options } = this.state;
    const { words } = turns;
    replicas.words[(replica << REPLICA_SHIFT) | FINISHED]!++;
    this.sequences.withdraw(replica, turn, 0);
    this.state.leave(replica);
    if (words[turn | OUTPUT] === 1) {
      this.ends.complete(turn);
      return;
    }
    const { transferNs, transferTokenSubs } = options.engine;
    const tokensNs = Math.floor((transferTokenSubs * words[turn | INPUT]!) / SUBS_PER_NS);
    words[turn | STATE] = IN_TRANSFER;
    scheduleTurn(this.state, transferNs + tokensNs, turn, SCHEDULE_TRANSFER);
  }

  private finishDecoders(replica: number): void {
    const { replicas } = this.state;
    const { finishes } = replicas;
    const at = replica << REPLICA_SHIFT;
    const ended = replicas.words[at | ITERATION]! - 1;
    while (finishes.nextFinish(replica) === ended) {
      this.finish(replica, finishes.pop(replica));
    }
    replicas.words[at | NEXT_FINISH] = finishes.nextFinish(replica);
  }

  private finish(replica: number, turn: number): void {
    const { turns, replicas, nowNs } = this.state;
    const gaps = turns.words[turn | OUTPUT]! - 1;
    if (gaps > 0) {
      const streamNs = nowNs - turns.wide[turn | TRY_TOKEN_NS]!;
      replicas.itl.add(replica, streamNs / gaps, gaps, streamNs);
    }
    replicas.words[(replica << REPLICA_SHIFT) | FINISHED]!++;
    this.sequences.finish(replica, turn);
    this.state.leave(replica);
    this.ends.complete(turn);
  }
}
