/** Turns with block identities into one session whose rows arrive at their recorded times. */
import type { TurnRecord } from "../records.ts";
import type { TurnTemplates } from "../turn-templates.ts";
import { PrefixTrie, TRIE_ROOT } from "./prefix-trie.ts";
import { TemplateBuilder } from "./template-builder.ts";
import type { RowSpec } from "./template-builder.ts";

export interface HashTemplateOptions {
  /** Tokens that one identity stands for. */
  readonly blockTokens: number;
  /** Where a recorded time is played, ns; for surges. Default: where it was. */
  readonly playedAt?: (recordedNs: number) => number;
}

/**
 * Identities are interned, so the memory is that of the distinct blocks. Only whole blocks count:
 * the identity of a partly filled last block is dropped. Answers are nobody's prefix, as recorded.
 * @throws RangeError when there is no turn
 */
export function compileHashedTurns(
  turns: Iterable<TurnRecord>,
  { blockTokens, playedAt = (ns) => ns }: HashTemplateOptions,
): TurnTemplates {
  const trie = new PrefixTrie();
  const blocks = new BlockIdentities();
  const played: PlayedTurn[] = [];
  let zeroNs: number | null = null;
  for (const turn of turns) {
    const { atNs, hashIds } = turn;
    zeroNs ??= atNs;
    const inputTokens = Math.max(1, turn.inputTokens);
    const outputTokens = Math.max(1, turn.outputTokens);
    const promptBlocks = Math.floor(inputTokens / blockTokens);
    const fullBlocks = Math.floor((inputTokens + outputTokens) / blockTokens);
    const end = blocks.path(trie, { ids: hashIds ?? [], promptBlocks, fullBlocks });
    const delayNs = Math.round(playedAt(atNs - zeroNs));
    played.push({ inputTokens, outputTokens, promptBlocks, fullBlocks, delayNs, end });
  }
  if (played.length === 0) throw new RangeError("no turns");
  return oneSession(blockTokens, trie, played);
}

type Plain = "inputTokens" | "outputTokens" | "promptBlocks" | "fullBlocks" | "delayNs";

interface PlayedTurn extends Pick<RowSpec, Plain> {
  readonly end: number;
}

/** A recording's rows wait for none but the clock. */
const NO_ROWS: readonly number[] = [];

function oneSession(
  blockTokens: number,
  trie: PrefixTrie,
  played: readonly PlayedTurn[],
): TurnTemplates {
  const builder = new TemplateBuilder(blockTokens);
  const { chains, chainAt } = trie.chains(builder.nextChain);
  // Named one by one: a rest of fields is slow to take, and a recording has many rows.
  const rows = played.map((turn): RowSpec => {
    const { inputTokens, outputTokens, promptBlocks, fullBlocks, delayNs } = turn;
    return {
      inputTokens,
      outputTokens,
      promptBlocks,
      fullBlocks,
      promptChain: chainAt(turn.end, promptBlocks),
      fullChain: chainAt(turn.end, fullBlocks),
      delayNs,
      predecessors: NO_ROWS,
    };
  });
  builder.addSession(chains, rows);
  return builder.build();
}

interface HashedPath {
  readonly ids: readonly number[];
  readonly promptBlocks: number;
  readonly fullBlocks: number;
}

/** Where in the trie each block is. */
class BlockIdentities {
  /** By identity; in `rest` the block of one that came behind other blocks than the first time. */
  readonly #first = new Map<number, number>();
  readonly #rest = new Map<string, number>();
  readonly #before: number[] = [];
  readonly #node: number[] = [];

  /** @returns the node in which the turn's prompt and answer end */
  path(trie: PrefixTrie, { ids, promptBlocks, fullBlocks }: HashedPath): number {
    const whole = Math.min(promptBlocks, ids.length);
    let last = -1;
    let depth = 0;
    for (; depth < whole; depth += 1) {
      const known = this.#find(last, ids[depth] ?? -1);
      if (known < 0) break;
      last = known;
    }
    const end = trie.extend(this.#node[last] ?? TRIE_ROOT, depth, fullBlocks);
    for (; depth < whole; depth += 1) last = this.#add(last, ids[depth] ?? -1, end);
    return end;
  }

  #find(before: number, id: number): number {
    const block = this.#first.get(id) ?? -1;
    if (block < 0 || this.#before[block] === before) return block;
    return this.#rest.get(`${before},${id}`) ?? -1;
  }

  #add(before: number, id: number, node: number): number {
    const block = this.#node.length;
    this.#node.push(node);
    this.#before.push(before);
    if (this.#first.has(id)) this.#rest.set(`${before},${id}`, block);
    else this.#first.set(id, block);
    return block;
  }
}
