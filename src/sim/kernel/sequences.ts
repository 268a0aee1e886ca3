import type { Admission, ReleasedTurn } from "./cache-contract.ts";
import type { FleetState } from "./fleet-state.ts";
import {
  ADMISSIONS,
  CACHED_TOKENS,
  CONTEXT,
  DECODERS,
  HOST_CACHED_TOKENS,
  ITERATION,
  NEXT_FINISH,
  PREEMPTIONS,
  PREFILL,
  PREFIXLESS,
  PROMPT_TOKENS,
  QUEUE_FIRST,
  QUEUE_LENGTH,
  REPLICA_SHIFT,
  RUNNERS,
  STORE_CACHED_TOKENS,
} from "./replicas.ts";
import {
  ADMISSION,
  BLOCKS,
  CACHED,
  CHAIN,
  DECODING,
  FLAGS,
  FULL_BLOCKS,
  FULL_CHAIN,
  GENERATED,
  HOLDING,
  HOST_CACHED,
  IN_RESULTS,
  INPUT,
  NEED,
  OUTPUT,
  PREFILLING,
  QUEUED,
  STATE,
  TRY_ADMITTED,
} from "./turn-slots.ts";

/** The KV of sequences: what they pin and hold while they run on a replica. */
export class Sequences {
  /** Tokens found in the host tier by those admitted since it was last set to 0. */
  loadedTokens = 0;
  /** The same of the shared store. */
  fetchedTokens = 0;
  private readonly state: FleetState;
  private readonly admission: Admission = {
    chain: -1,
    blocks: 0,
    privateTokens: 0,
    maxHitBlocks: 0,
  };
  private readonly released: ReleasedTurn = {
    chain: -1,
    blocks: 0,
    fullChain: -1,
    fullBlocks: 0,
    privateTokens: 0,
    holding: -1,
  };

  constructor(state: FleetState) {
    this.state = state;
  }

  /** Puts a turn into its replica's queue: at the end, or at the head. */
  enqueue(replica: number, turn: number): void {
    this.state.lists.append(replica, QUEUE_FIRST, turn);
    this.state.turns.words[turn | STATE] = QUEUED;
    this.state.replicas.words[(replica << REPLICA_SHIFT) | QUEUE_LENGTH]!++;
  }

  dequeue(replica: number, turn: number): void {
    this.state.lists.remove(replica, QUEUE_FIRST, turn);
    this.state.replicas.words[(replica << REPLICA_SHIFT) | QUEUE_LENGTH]!--;
  }

  /** @returns whether the head of the queue fits; then it prefills, and NEED is what it needs. */
  admitToPrefill(replica: number, turn: number): boolean {
    const { turns, caches, blockTokens } = this.state;
    const { words } = turns;
    const { admission } = this;
    const input = words[turn | INPUT]!;
    const generated = words[turn | GENERATED]!;
    const blocks = this.isPrefixless(replica) ? 0 : words[turn | BLOCKS]!;
    admission.chain = blocks === 0 ? -1 : words[turn | CHAIN]!;
    admission.blocks = blocks;
    admission.privateTokens = input - blocks * blockTokens + generated;
    admission.maxHitBlocks = Math.floor((input - 1) / blockTokens);
    const foundBlocks = caches.admit(replica, admission);
    if (foundBlocks < 0) return false;
    turns.wide[turn | HOLDING] = caches.deepest;
    const found = foundBlocks * blockTokens;
    words[turn | NEED] = input + generated - found;
    words[turn | STATE] = PREFILLING;
    this.enter(replica, turn);
    this.countFound(replica, turn, found);
    return true;
  }

  /** @returns whether the head of a decode unit's queue fits; then it decodes from now on. */
  admitToDecode(replica: number, turn: number): boolean {
    const { turns, caches } = this.state;
    const { words } = turns;
    const { admission } = this;
    admission.chain = -1;
    admission.blocks = 0;
    admission.privateTokens = words[turn | INPUT]! + words[turn | GENERATED]!;
    admission.maxHitBlocks = 0;
    if (caches.admit(replica, admission) < 0) return false;
    this.enter(replica, turn);
    const { words: replicas } = this.state.replicas;
    const next = replicas[(replica << REPLICA_SHIFT) | ITERATION]!;
    this.startDecoding(replica, turn, next - 1);
    return true;
  }

  /** The turn decodes from the iteration behind `ended` on. */
  startDecoding(replica: number, turn: number, ended: number): void {
    const { turns, replicas } = this.state;
    const generated = turns.words[turn | GENERATED]!;
    const at = replica << REPLICA_SHIFT;
    turns.words[turn | STATE] = DECODING;
    replicas.words[at | DECODERS]!++;
    replicas.words[at | CONTEXT]! += turns.words[turn | INPUT]! + generated;
    const finish = ended + turns.words[turn | OUTPUT]! - generated;
    if (finish < replicas.words[at | NEXT_FINISH]!) replicas.words[at | NEXT_FINISH] = finish;
    replicas.finishes.push(replica, finish, turns.wide[turn | ADMISSION]!, turn);
  }

  /** A decoding sequence with all its tokens leaves; its output stays in the cache. */
  finish(replica: number, turn: number): void {
    const { turns, replicas } = this.state;
    const { words, wide } = turns;
    const at = replica << REPLICA_SHIFT;
    const { released } = this;
    const output = words[turn | OUTPUT]!;
    replicas.words[at | DECODERS]!--;
    replicas.words[at | CONTEXT]! -= words[turn | INPUT]! + output;
    released.fullChain = wide[turn | FULL_CHAIN]!;
    released.fullBlocks = wide[turn | FULL_BLOCKS]!;
    this.release(replica, turn, output - 1);
  }

  /** A sequence leaves without output; `generated` of its tokens are in the KV. */
  withdraw(replica: number, turn: number, generated: number): void {
    const { words } = this.state.turns;
    this.released.fullChain = words[turn | CHAIN]!;
    this.released.fullBlocks = words[turn | BLOCKS]!;
    this.release(replica, turn, generated);
  }

  /** The sequence admitted last goes back to the head of the queue. */
  preemptLast(replica: number): void {
    const { lists, turns, replicas } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    let turn = words[at | PREFILL]!;
    if (turn >= 0) {
      words[at | PREFILL] = -1;
      this.withdraw(replica, turn, turns.words[turn | GENERATED]!);
    } else turn = this.withdrawLastDecoder(replica);
    words[at | PREEMPTIONS]!++;
    words[at | QUEUE_LENGTH]!++;
    turns.words[turn | STATE] = QUEUED;
    lists.prepend(replica, QUEUE_FIRST, turn);
  }

  private withdrawLastDecoder(replica: number): number {
    const { turns, replicas } = this.state;
    const { words } = replicas;
    const at = replica << REPLICA_SHIFT;
    const { finishes } = replicas;
    const place = finishes.lastAdmitted(replica);
    const turn = finishes.turnAt(replica, place);
    const left = finishes.finishAt(replica, place) - (words[at | ITERATION]! - 1);
    const generated = turns.words[turn | OUTPUT]! - left;
    finishes.removeAt(replica, place);
    words[at | NEXT_FINISH] = finishes.nextFinish(replica);
    turns.words[turn | GENERATED] = generated;
    words[at | DECODERS]!--;
    words[at | CONTEXT]! -= turns.words[turn | INPUT]! + generated;
    this.withdraw(replica, turn, generated - 1);
    return turn;
  }

  private isPrefixless(replica: number): boolean {
    return this.state.replicas.words[(replica << REPLICA_SHIFT) | PREFIXLESS] === 1;
  }

  private enter(replica: number, turn: number): void {
    const { words } = this.state.replicas;
    const at = replica << REPLICA_SHIFT;
    words[at | RUNNERS]!++;
    this.state.turns.wide[turn | ADMISSION] = words[at | ADMISSIONS]!++;
  }

  private countFound(replica: number, turn: number, found: number): void {
    const { turns, replicas, caches, outcomes, blockTokens } = this.state;
    const { words } = turns;
    const at = replica << REPLICA_SHIFT;
    const input = words[turn | INPUT]!;
    const hostFound = caches.hostFound * blockTokens;
    this.loadedTokens += hostFound;
    replicas.words[at | PROMPT_TOKENS]! += input;
    replicas.words[at | CACHED_TOKENS]! += found;
    replicas.words[at | HOST_CACHED_TOKENS]! += hostFound;
    if (caches.storeFound > 0) this.countFetched(at, caches.storeFound * blockTokens);
    const flags = words[turn | FLAGS]!;
    if ((flags & TRY_ADMITTED) !== 0) return;
    words[turn | FLAGS] = flags | TRY_ADMITTED;
    words[turn | CACHED] = found;
    turns.wide[turn | HOST_CACHED] = hostFound;
    if ((flags & IN_RESULTS) !== 0) outcomes.admit(input, found);
  }

  private countFetched(at: number, tokens: number): void {
    this.fetchedTokens += tokens;
    this.state.replicas.words[at | STORE_CACHED_TOKENS]! += tokens;
  }

  /** Frees the KV of a sequence that was admitted; its full prefix is set already. */
  private release(replica: number, turn: number, generated: number): void {
    const { turns, caches, replicas, blockTokens } = this.state;
    const { released } = this;
    const { words } = turns;
    const prefixless = this.isPrefixless(replica);
    const blocks = prefixless ? 0 : words[turn | BLOCKS]!;
    released.holding = prefixless ? -1 : turns.wide[turn | HOLDING]!;
    released.chain = prefixless ? -1 : words[turn | CHAIN]!;
    released.blocks = blocks;
    released.privateTokens = words[turn | INPUT]! - blocks * blockTokens + generated;
    if (prefixless) {
      released.fullChain = -1;
      released.fullBlocks = 0;
    }
    caches.release(replica, released);
    replicas.words[(replica << REPLICA_SHIFT) | RUNNERS]!--;
  }
}
