import { PrefixCache } from "./prefix-cache.ts";
import { Replica, type ReplicaCapacity, type Request } from "./replica.ts";
import { BLOCK_TOKENS, type Traffic, type Turn } from "./traffic.ts";

export interface FleetModelOptions {
  readonly traffic: Traffic;
  readonly replicas: number;
  readonly perReplica: ReplicaCapacity;
}

/** Model time moves in steps of this; short against every latency bound that matters. */
const STEP_SECONDS = 0.05;

/** A fleet of replicas under repeating traffic, advanced from outside. Times are model seconds. */
export class FleetModel {
  readonly #options: FleetModelOptions;
  readonly #cache: PrefixCache;
  #replicas: Replica[] = [];
  #steps = 0;
  #load = 1;
  /** Position in the traffic, in its own milliseconds, over all repetitions. */
  #playedMs = 0;
  #nextTurn = 0;
  #arrived = 0;

  constructor(options: FleetModelOptions) {
    this.#options = options;
    this.#cache = new PrefixCache(0);
    this.setReplicas(options.replicas);
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  get nowSeconds(): number {
    return this.#steps * STEP_SECONDS;
  }

  get load(): number {
    return this.#load;
  }

  get turnsArrived(): number {
    return this.#arrived;
  }

  /** Turns per second of the traffic at load 1, on average. */
  get meanTurnsPerSecond(): number {
    const { turns, lengthMs } = this.#options.traffic;
    return turns.length / (lengthMs / 1000);
  }

  setLoad(factor: number): void {
    if (!(factor >= 0)) throw new Error(`the load is ${factor}; expected 0 or more`);
    this.#load = factor;
  }

  /** A replica that comes starts with empty counters; one that goes hands its turns on. */
  setReplicas(count: number): void {
    if (!Number.isInteger(count) || count < 1)
      throw new Error(`${count} replicas; expected 1 or more`);
    const gone = this.#replicas.splice(count);
    while (this.#replicas.length < count)
      this.#replicas.push(new Replica(this.#options.perReplica));
    const blocks = Math.floor((count * this.#options.perReplica.kvTokens) / BLOCK_TOKENS);
    this.#cache.resize(blocks);
    for (const request of gone.flatMap((replica) => replica.evacuate())) this.#route(request);
  }

  advanceTo(seconds: number): void {
    while ((this.#steps + 1) * STEP_SECONDS <= seconds) this.#step();
  }

  #step(): void {
    this.#steps += 1;
    this.#playedMs += this.#load * STEP_SECONDS * 1000;
    for (let turn = this.#due(); turn !== undefined; turn = this.#due()) this.#arrive(turn);
    for (const replica of this.#replicas) replica.step(this.nowSeconds, STEP_SECONDS);
  }

  #due(): { readonly turn: Turn; readonly repetition: number } | undefined {
    const { turns, lengthMs } = this.#options.traffic;
    const repetition = Math.floor(this.#nextTurn / turns.length);
    const turn = turns[this.#nextTurn % turns.length];
    if (turn === undefined || repetition * lengthMs + turn.atMs > this.#playedMs) return undefined;
    this.#nextTurn += 1;
    return { turn, repetition };
  }

  #arrive({ turn, repetition }: { readonly turn: Turn; readonly repetition: number }): void {
    this.#arrived += 1;
    // Fresh identities per repetition: the second hour must not find the first one's prompts.
    const blocks = turn.blocks.map((block) => block + repetition * REPETITION_STRIDE);
    const hitTokens = this.#cache.use(blocks) * BLOCK_TOKENS;
    // vLLM computes the last token of a prompt always.
    const cachedTokens = Math.max(0, Math.min(hitTokens, turn.inputTokens - 1));
    const { inputTokens, outputTokens } = turn;
    this.#route({ arrivedAt: this.nowSeconds, inputTokens, cachedTokens, outputTokens });
  }

  /** To the shortest prefill queue, the first among equals. */
  #route(request: Request): void {
    const shortest = this.#replicas.reduce((best, replica) =>
      replica.backlogTokens < best.backlogTokens ? replica : best,
    );
    shortest.accept(request);
  }
}

/** Above every block identity of a recording. */
const REPETITION_STRIDE = 1_000_000_000;
