/** Recorded or generated agent sessions into turn templates. */
import type { SessionRecord, SessionRow } from "../records.ts";
import type { TurnTemplates } from "../turn-templates.ts";
import { agentTimeline } from "./agent-timeline.ts";
import { PrefixTrie, TRIE_ROOT } from "./prefix-trie.ts";
import type { TrieChains } from "./prefix-trie.ts";
import { TemplateBuilder } from "./template-builder.ts";
import type { RowSpec } from "./template-builder.ts";

export interface AgentTemplateOptions {
  /** Tokens of a block in the templates: a multiple of the recording's, or that (default). */
  readonly blockTokens?: number;
  /**
   * Recordings hash prompts, so they do not say that a turn begins with the answer before it. True:
   * a prompt that shares all of its prefix row's prompt shares that row's answer too, as far as it
   * goes. False: as recorded, for comparison with published hit rates. Default: true.
   */
  readonly reuseOutputs?: boolean;
}

const NS_PER_MS = 1e6;
const MAIN_AGENT = 0;

/**
 * Sessions with equal counts of tool and system tokens share these tokens' blocks, as do all runs
 * of one session; everything else is a run's own.
 * @throws RangeError when block sizes differ or do not fit
 */
export function compileAgentSessions(
  sessions: Iterable<SessionRecord>,
  options: AgentTemplateOptions = {},
): TurnTemplates {
  let compiler: AgentCompiler | null = null;
  for (const session of sessions) {
    compiler ??= new AgentCompiler(options.blockTokens ?? session.blockTokens, options);
    compiler.add(session);
  }
  if (compiler === null) throw new RangeError("no sessions");
  return compiler.build();
}

/** A row's lengths in blocks of the templates. */
interface RowBlocks {
  readonly prompt: number;
  readonly full: number;
}

class AgentCompiler {
  readonly #blockTokens: number;
  readonly #reuseOutputs: boolean;
  readonly #builder: TemplateBuilder;
  /** By `tool,system`: the static id of the chain that such sessions share. */
  readonly #prefixes = new Map<string, number>();

  constructor(blockTokens: number, { reuseOutputs }: AgentTemplateOptions) {
    this.#blockTokens = blockTokens;
    this.#reuseOutputs = reuseOutputs ?? true;
    this.#builder = new TemplateBuilder(blockTokens);
  }

  build(): TurnTemplates {
    return this.#builder.build();
  }

  add(session: SessionRecord): void {
    if (this.#blockTokens % session.blockTokens !== 0) {
      const text = `blocks of ${this.#blockTokens} tokens cannot be made of ${session.blockTokens}`;
      throw new RangeError(`session ${session.id}: ${text}`);
    }
    const trie = new PrefixTrie();
    const blocks = session.rows.map((row) => this.#blocksOf(row));
    const ends = this.#paths(session, trie, blocks);
    const chains = trie.chains(this.#builder.nextChain);
    const timeline = agentTimeline(session);
    const rows = session.rows.map((row, index): RowSpec => {
      const { predecessors, delayMs } = timeline[index] ?? { predecessors: [], delayMs: 0 };
      const prefix = prefixOf(chains, ends[index] ?? TRIE_ROOT, blocks[index]);
      const delayNs = Math.round(delayMs * NS_PER_MS);
      return { ...atLeastOne(row), ...prefix, delayNs, predecessors };
    });
    this.#builder.addSession(chains.chains, rows);
  }

  #blocksOf(row: SessionRow): RowBlocks {
    const { inputTokens, outputTokens } = atLeastOne(row);
    const blocks = (tokens: number): number => Math.floor(tokens / this.#blockTokens);
    return { prompt: blocks(inputTokens), full: blocks(inputTokens + outputTokens) };
  }

  /** @returns per row the node of the trie where its prompt and answer end */
  #paths(
    session: SessionRecord,
    trie: PrefixTrie,
    blocks: readonly RowBlocks[],
  ): readonly number[] {
    const ends: number[] = [];
    const first = session.rows.findIndex((row) => row.agent === MAIN_AGENT);
    session.rows.forEach((row, index) => {
      const mine = blocks[index] ?? { prompt: 0, full: 0 };
      if (index === first && row.prefixRow < 0) {
        const { node, depth } = this.#sharedPrefix(session, trie, mine.prompt);
        ends.push(trie.extend(node, depth, mine.full));
        return;
      }
      const depth = this.#depthShared(session, row, mine.prompt);
      ends.push(trie.extend(ends[row.prefixRow] ?? TRIE_ROOT, depth, mine.full));
    });
    return ends;
  }

  #sharedPrefix(
    { toolTokens, systemTokens }: SessionRecord,
    trie: PrefixTrie,
    promptBlocks: number,
  ): { readonly node: number; readonly depth: number } {
    const blocks = Math.floor((toolTokens + systemTokens) / this.#blockTokens);
    if (blocks === 0) return { node: TRIE_ROOT, depth: 0 };
    const key = `${toolTokens},${systemTokens}`;
    const known = this.#prefixes.get(key);
    const chain = known ?? this.#builder.sharedChain({ parent: -1, from: 0, to: blocks });
    this.#prefixes.set(key, chain);
    return { node: trie.addShared(chain, blocks), depth: Math.min(blocks, promptBlocks) };
  }

  /** @returns the leading blocks that a row has in common with its prefix row, answers included */
  #depthShared(session: SessionRecord, row: SessionRow, promptBlocks: number): number {
    const prefix = session.rows[row.prefixRow];
    if (prefix === undefined) return 0;
    const { inputTokens, outputTokens } = atLeastOne(prefix);
    const whole = Math.floor(inputTokens / session.blockTokens);
    const all = this.#reuseOutputs && row.sharedBlocks >= whole;
    const tokens = all ? inputTokens + outputTokens : row.sharedBlocks * session.blockTokens;
    return Math.min(Math.floor(tokens / this.#blockTokens), promptBlocks);
  }
}

/** An engine computes one token at least and answers with one at least. */
const atLeastOne = ({
  inputTokens,
  outputTokens,
}: Pick<SessionRow, "inputTokens" | "outputTokens">): Pick<
  RowSpec,
  "inputTokens" | "outputTokens"
> => ({ inputTokens: Math.max(1, inputTokens), outputTokens: Math.max(1, outputTokens) });

type PrefixColumns = Pick<RowSpec, "promptChain" | "promptBlocks" | "fullChain" | "fullBlocks">;

function prefixOf(
  chains: TrieChains,
  end: number,
  { prompt, full }: RowBlocks = { prompt: 0, full: 0 },
): PrefixColumns {
  return {
    promptChain: chains.chainAt(end, prompt),
    promptBlocks: prompt,
    fullChain: chains.chainAt(end, full),
    fullBlocks: full,
  };
}
