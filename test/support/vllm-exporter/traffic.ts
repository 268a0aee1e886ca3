import { existsSync, readFileSync } from "node:fs";
import { recordingPath } from "../recordings.ts";

/** One request of an hour that repeats. */
export interface Turn {
  readonly atMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Identities of its prefix-chained blocks of `BLOCK_TOKENS`. */
  readonly blocks: readonly number[];
}

export interface Traffic {
  /** Says what it is, for people who read the test's output. */
  readonly description: string;
  readonly turns: readonly Turn[];
  readonly lengthMs: number;
}

/** The block of Mooncake's recordings; the generator uses the same. */
export const BLOCK_TOKENS = 512;

const RECORDING = "mooncake-conversation.jsonl";

/** @returns the recorded conversation where the folder has it, otherwise generated traffic. */
export function loadTraffic(seed: number): Traffic {
  const file = recordingPath(RECORDING);
  return existsSync(file) ? recorded(file) : generated(seed);
}

/** @throws Error naming the first line that is not a request of the Mooncake format */
function recorded(file: string): Traffic {
  const lines = readFileSync(file, "utf8").split("\n");
  const turns = lines.flatMap((line, index) =>
    line.trim() === "" ? [] : [turnOf(JSON.parse(line), `${RECORDING}:${index + 1}`)],
  );
  const lengthMs = (turns.at(-1)?.atMs ?? 0) + 1;
  const description = `recorded: ${RECORDING}, ${turns.length} turns`;
  return { description, turns, lengthMs };
}

function turnOf(row: unknown, place: string): Turn {
  if (typeof row !== "object" || row === null) throw new Error(`${place}: expected an object`);
  const { timestamp, input_length, output_length, hash_ids } = Object.assign(
    { timestamp: undefined, input_length: undefined, output_length: undefined, hash_ids: [] },
    row,
  );
  const [atMs, inputTokens, outputTokens] = [timestamp, input_length, output_length].map(Number);
  if (!Number.isFinite((atMs ?? NaN) + (inputTokens ?? NaN) + (outputTokens ?? NaN))) {
    throw new Error(`${place}: expected timestamp, input_length and output_length as numbers`);
  }
  const blocks = Array.isArray(hash_ids) ? hash_ids.map(Number) : [];
  return {
    atMs: atMs ?? 0,
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    blocks,
  };
}

/**
 * Poisson arrivals of conversations that grow. Figures of the recording it stands in for: 3.4
 * turns/s, median prompt 6,900 tokens with a long tail, median answer 350, ideal hit rate 37 %.
 */
export function generated(seed: number): Traffic {
  const draw = randomNumbers(seed);
  const lengthMs = 3_600_000;
  const conversations: number[][] = [];
  const turns: Turn[] = [];
  let nextBlock = 0;
  for (let atMs = 0; atMs < lengthMs; atMs += -Math.log(1 - draw()) * (1000 / 3.4)) {
    const goesOn = draw() < 0.45 && conversations.length > 0;
    const before = goesOn ? (conversations[Math.floor(draw() * conversations.length)] ?? []) : [];
    const addedTokens = 5_000 * Math.exp(1.1 * normal(draw));
    const grown = Array.from({ length: Math.ceil(addedTokens / BLOCK_TOKENS) }, () => nextBlock++);
    const blocks = [...before, ...grown].slice(0, 200);
    conversations[conversations.length < 200 ? conversations.length : Math.floor(draw() * 200)] =
      blocks;
    const outputTokens = Math.max(1, Math.round(350 * Math.exp(0.6 * normal(draw))));
    turns.push({ atMs, inputTokens: blocks.length * BLOCK_TOKENS, outputTokens, blocks });
  }
  return { description: `generated from seed ${seed}: ${turns.length} turns`, turns, lengthMs };
}

/** Box-Muller. */
const normal = (draw: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** mulberry32: uniform in [0, 1), the same sequence for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
