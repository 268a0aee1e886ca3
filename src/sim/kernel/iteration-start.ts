import { type EngineModel, SUBS_PER_NS } from "./contract.ts";
import type { FleetState } from "./fleet-state.ts";
import { endNs, exactIterations } from "./iteration-stretch.ts";
import {
  CHUNK,
  CONTEXT,
  CUTTABLE,
  DECODE_UNIT,
  DECODERS,
  ENDING_FIRST,
  FIRST_SUBS,
  ITERATION,
  ITERATIONS,
  NEXT_FINISH,
  PREFILL,
  QUEUE_FIRST,
  REPLICA_SHIFT,
  ROLE,
  RUNNERS,
  SLOWDOWN,
  STARTED_NS,
  STEP_SUBS,
} from "./replicas.ts";
import type { Sequences } from "./sequences.ts";
import type { StretchClock } from "./stretch-clock.ts";
import { GENERATED, INPUT, NEED } from "./turn-slots.ts";

/**
 * Begins iterations: who takes part, what it costs, and how many alike follow. An iteration in
 * which a prefill ends, KV is loaded or somebody was preempted stands alone, as do those of slowed
 * replicas.
 */
export class IterationStart {
  private readonly state: FleetState;
  private readonly sequences: Sequences;
  private readonly clock: StretchClock;
  /**
   * Whether a stretch goes on where decoding evicts. A router that sees the caches as they are
   * would have to be shown each eviction when it happens: then such an iteration begins a stretch.
   */
  private readonly growsOn: boolean;
  /** Of the iteration that begins: prefill tokens, and the sum of t(2s + t) over its chunks. */
  private tokens = 0;
  private pairs = 0;

  constructor(state: FleetState, sequences: Sequences, clock: StretchClock) {
    const { kind, lagNs } = state.options.router;
    this.state = state;
    this.sequences = sequences;
    this.clock = clock;
    this.growsOn = kind !== "prefix-affinity" || lagNs > 0;
  }

  /** Begins the replica's next iteration now. @returns false when there is nothing to do */
  begin(replica: number): boolean {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    const engine = this.state.engineOf(replica);
    this.tokens = 0;
    this.pairs = 0;
    this.sequences.loadedTokens = 0;
    this.sequences.fetchedTokens = 0;
    const preempted = words[at | DECODERS]! > 0 && this.takeDecodeTokens(replica);
    if (words[at | ROLE] === DECODE_UNIT) {
      if (!preempted) this.admitDecoders(replica, engine);
    } else this.prefill(replica, engine, preempted);
    if (words[at | DECODERS] === 0 && this.tokens === 0) return false;
    this.launch(replica, engine, preempted);
    return true;
  }

  /** Step 1. @returns whether a sequence had to be preempted. */
  private takeDecodeTokens(replica: number): boolean {
    const { caches, replicas } = this.state;
    const { words } = replicas;
    const decoders = (replica << REPLICA_SHIFT) + DECODERS;
    let preempted = false;
    while (words[decoders]! > 0 && !caches.grow(replica, words[decoders]!)) {
      this.sequences.preemptLast(replica);
      preempted = true;
    }
    return preempted;
  }

  /** Steps 2 and 3. */
  private prefill(replica: number, engine: EngineModel, preempted: boolean): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    let left = engine.budgetTokens - words[at | DECODERS]!;
    const unfinished = words[at | PREFILL]!;
    if (unfinished >= 0) left -= this.compute(replica, unfinished, left);
    while (!preempted && left > 0 && words[at | RUNNERS]! < engine.maxSequences) {
      const turn = words[at | QUEUE_FIRST]!;
      if (turn < 0 || !this.sequences.admitToPrefill(replica, turn)) return;
      this.sequences.dequeue(replica, turn);
      left -= this.compute(replica, turn, left);
    }
  }

  /** The prefill of `turn` takes what is left. @returns tokens that it computes */
  private compute(replica: number, turn: number, left: number): number {
    const { turns, replicas, lists } = this.state;
    const at = replica << REPLICA_SHIFT;
    const need = turns.words[turn | NEED]!;
    const before = turns.words[turn | INPUT]! + turns.words[turn | GENERATED]! - need;
    const tokens = Math.min(need, left);
    this.tokens += tokens;
    this.pairs += tokens * (2 * before + tokens);
    if (tokens === need) {
      replicas.words[at | PREFILL] = -1;
      lists.append(replica, ENDING_FIRST, turn);
    } else {
      replicas.words[at | PREFILL] = turn;
      replicas.words[at | CHUNK] = tokens;
    }
    return tokens;
  }

  private admitDecoders(replica: number, engine: EngineModel): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    const limit = Math.min(engine.budgetTokens, engine.maxSequences);
    while (words[at | RUNNERS]! < limit) {
      const turn = words[at | QUEUE_FIRST]!;
      if (turn < 0 || !this.sequences.admitToDecode(replica, turn)) return;
      this.sequences.dequeue(replica, turn);
    }
  }

  /** Step 4: the cost of the iteration, and of those like it that follow. */
  private launch(replica: number, engine: EngineModel, preempted: boolean): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    const decoders = words[at | DECODERS]!;
    const slowdown = words[at | SLOWDOWN]!;
    const { loadedTokens, fetchedTokens } = this.sequences;
    const first =
      engine.iterationSubs +
      engine.prefillTokenSubs * this.tokens +
      engine.prefillPairSubs * this.pairs +
      engine.decodeSequenceSubs * decoders +
      engine.decodeContextSubs * words[at | CONTEXT]! +
      (engine.host === null ? 0 : engine.host.loadTokenSubs * loadedTokens) +
      (fetchedTokens === 0 ? 0 : this.fetchSubs(fetchedTokens));
    const chunk = words[at | PREFILL]! >= 0 ? words[at | CHUNK]! : 0;
    const ending = words[at | ENDING_FIRST]! >= 0;
    const loads = loadedTokens > 0 || fetchedTokens > 0;
    const alone = ending || preempted || loads || slowdown !== 1;
    const step = alone
      ? 0
      : engine.decodeContextSubs * decoders + 2 * engine.prefillPairSubs * chunk * chunk;
    words[at | STARTED_NS] = this.state.nowNs;
    words[at | FIRST_SUBS] = slowdown === 1 ? first : slowed(first, slowdown);
    words[at | STEP_SUBS] = step;
    words[at | ITERATIONS] = alone
      ? 1
      : exactIterations(first, step, this.alike(replica, decoders, chunk));
    words[at | CUTTABLE] = words[at | QUEUE_FIRST]! < 0 && chunk === 0 ? 1 : 0;
    this.state.timers.set(replica, endNs(words, at, words[at | ITERATIONS]!));
    if (words[at | ITERATIONS]! > 1) this.clock.foresee(replica);
  }

  /** @returns what it costs to fetch tokens from the shared store. */
  private fetchSubs(tokens: number): number {
    const { store } = this.state.options;
    return store === undefined ? 0 : store.fetchSubs + store.fetchTokenSubs * tokens;
  }

  /** @returns iterations in which the same sequences do the same, this one included. */
  private alike(replica: number, decoders: number, chunk: number): number {
    const { caches, replicas, turns } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    const need = chunk > 0 ? turns.words[words[at | PREFILL]! + NEED]! : 0;
    const chunks = chunk > 0 ? Math.floor((need - 1) / chunk) : Infinity;
    if (decoders === 0) return chunks;
    const untilFinish = words[at | NEXT_FINISH]! - words[at | ITERATION]! + 1;
    const most = untilFinish < chunks ? untilFinish : chunks;
    const until = this.growsOn ? caches.roomTokens(replica) : caches.freeTokens(replica);
    return decoders * (most - 1) <= until ? most : 1 + Math.floor(until / decoders);
  }
}

/** @returns the cost times `slowdown`, to the nearest 1/1024 ns, 1 ns at least. */
function slowed(subs: number, slowdown: number): number {
  return Math.max(SUBS_PER_NS, Math.floor(subs * slowdown + 0.5));
}
