/**
 * Recordings of sessions whose prompts are written out token by token, with a fault in them: what a
 * prompt template does wrong, not what it does to a cache. Lines are Mooncake's, with session ids.
 */
import { draws } from "./draws.ts";

export const BLOCK_TOKENS = 64;

export type PromptFault =
  | { readonly kind: "none" }
  /** A clock in the system prompt that shows another time in so many turns. */
  | {
      readonly kind: "clock";
      readonly atToken: number;
      readonly share: number;
      /** Tokens by which it stands deeper in each session than in the one before. */
      readonly deeper?: number;
    }
  /** So many turns list their tools in an order of their own. */
  | { readonly kind: "shuffled-tools"; readonly share: number }
  /** Of the history only so many messages are kept. */
  | { readonly kind: "window"; readonly messages: number }
  /** From an instant on, another wording of the system prompt. */
  | { readonly kind: "new-wording"; readonly atToken: number; readonly atMs: number };

export interface FaultyRecording {
  readonly lines: string;
  /** Turns that follow another, and how many of these the fault changed. */
  readonly followers: number;
  readonly changed: number;
}

interface Piece {
  readonly text: string;
  readonly tokens: number;
}

const SYSTEM_TOKENS = 3_200;
const TOOLS = 9;
const TOOL_TOKENS = 300;

export function faultyRecording(fault: PromptFault, seed: number, sessions = 24): FaultyRecording {
  const made = new Recorder(fault, seed);
  for (let session = 0; session < sessions; session += 1) made.session(session);
  return made.done();
}

class Recorder {
  readonly #fault: PromptFault;
  readonly #draws: ReturnType<typeof draws>;
  readonly #identities = new Map<string, number>();
  readonly #lines: { readonly timestamp: number; readonly line: string }[] = [];
  #followers = 0;
  #changed = 0;

  constructor(fault: PromptFault, seed: number) {
    this.#fault = fault;
    this.#draws = draws(seed + 1);
  }

  done(): FaultyRecording {
    const lines = this.#lines.toSorted((a, b) => a.timestamp - b.timestamp);
    const text = `${lines.map(({ line }) => line).join("\n")}\n`;
    return { lines: text, followers: this.#followers, changed: this.#changed };
  }

  session(session: number): void {
    const { uniform, exponential } = this.#draws;
    const history: Piece[] = [];
    let before: string | null = null;
    let atMs = Math.floor(uniform() * 600_000);
    let clock = 0;
    let order = TOOL_NAMES;
    const turns = 12 + Math.floor(uniform() * 14);
    for (let turn = 0; turn < turns; turn += 1) {
      const struck = turn > 0 && "share" in this.#fault && uniform() < this.#fault.share;
      if (struck && this.#fault.kind === "clock") clock = atMs;
      if (struck && this.#fault.kind === "shuffled-tools") order = this.#shuffled(order);
      const name = `${session}.${turn}`;
      history.push({ text: `question ${name}`, tokens: 100 + Math.floor(exponential() * 400) });
      const kept = this.#kept(history);
      const head = this.#head({ session, clock: `${session} ${clock}`, order, atMs });
      const first = kept[0]?.text ?? "";
      const look = JSON.stringify([head, first]);
      const outputTokens = 50 + Math.floor(exponential() * 200);
      this.#write({ session, atMs, outputTokens }, [...head, ...kept]);
      this.#followers += turn > 0 ? 1 : 0;
      this.#changed += before !== null && before !== look ? 1 : 0;
      before = look;
      history.push({ text: `answer ${name}`, tokens: outputTokens });
      atMs += 6_000 + Math.floor(exponential() * 60_000);
    }
  }

  #shuffled(order: readonly string[]): readonly string[] {
    const left = [...order];
    const shuffled: string[] = [];
    while (left.length > 0) {
      shuffled.push(...left.splice(Math.floor(this.#draws.uniform() * left.length), 1));
    }
    return shuffled;
  }

  #kept(history: readonly Piece[]): readonly Piece[] {
    return this.#fault.kind === "window" ? history.slice(-this.#fault.messages) : history;
  }

  #head(now: {
    readonly session: number;
    readonly clock: string;
    readonly order: readonly string[];
    readonly atMs: number;
  }): readonly Piece[] {
    const tools = now.order.map((text) => ({ text, tokens: TOOL_TOKENS }));
    const fault = this.#fault;
    if (fault.kind !== "clock" && fault.kind !== "new-wording") {
      return [{ text: "system", tokens: SYSTEM_TOKENS }, ...tools];
    }
    const worded = fault.kind === "new-wording" && now.atMs >= fault.atMs ? "new" : "old";
    const text = fault.kind === "clock" ? `the time is ${now.clock}` : `${worded} wording`;
    const deeper = fault.kind === "clock" ? (fault.deeper ?? 0) * now.session : 0;
    const rest = SYSTEM_TOKENS - fault.atToken;
    const system = { text: "system", tokens: fault.atToken + deeper };
    return [system, { text, tokens: 12 }, { text: "system's end", tokens: rest }, ...tools];
  }

  #write(
    turn: { readonly session: number; readonly atMs: number; readonly outputTokens: number },
    pieces: readonly Piece[],
  ): void {
    const hash_ids: number[] = [];
    let block = "";
    let length = 0;
    const close = (): void => {
      hash_ids.push(this.#identity(`${hash_ids.at(-1)}|${block}`));
      block = "";
    };
    for (const { text, tokens } of pieces) {
      for (let at = 0; at < tokens; ) {
        const to = Math.min(tokens, at + BLOCK_TOKENS - (length % BLOCK_TOKENS));
        block += `${text}:${at}-${to} `;
        length += to - at;
        at = to;
        if (length % BLOCK_TOKENS === 0) close();
      }
    }
    if (block !== "") close();
    const line = JSON.stringify({
      timestamp: turn.atMs,
      session_id: `agent-${turn.session}`,
      input_length: length,
      output_length: turn.outputTokens,
      hash_ids,
    });
    this.#lines.push({ timestamp: turn.atMs, line });
  }

  #identity(content: string): number {
    const id = this.#identities.get(content) ?? this.#identities.size;
    this.#identities.set(content, id);
    return id;
  }
}

const TOOL_NAMES: readonly string[] = Array.from({ length: TOOLS }, (_, at) => `tool ${at}`);
