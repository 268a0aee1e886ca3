/**
 * One session of each template, alone on engines that never forget: when its turns would arrive and
 * end, and which of their tokens an unbounded cache would hold.
 */
import type { TurnTemplates } from "../../traces/turn-templates.ts";
import { TimeHeap } from "./time-heap.ts";
import type { UnloadedEngines } from "./unloaded-turn.ts";
import { unloadedTurnNs } from "./unloaded-turn.ts";

/** One entry a turn that is reached, in order of arrival; times since the session started. */
export interface WalkedTemplate {
  readonly arrivalNs: readonly number[];
  /** Of the template table. */
  readonly rows: readonly number[];
  /** Infinity for a turn that no engine could take: larger than its KV. */
  readonly endNs: readonly number[];
  readonly promptTokens: readonly number[];
  /** Of the prompt, in shared chains all: who computed them first is not the session's affair. */
  readonly idealTokens: readonly number[];
  /** Last arrival or end, and sums over all turns. */
  readonly lastNs: number;
  readonly promptTokensInAll: number;
  readonly idealTokensInAll: number;
  /** Deepest block that prompts reach on each shared chain, by static id. */
  readonly sharedDepth: ReadonlyMap<number, number>;
}

/** Completions of one instant come before its arrivals. */
const COMPLETES = 0;
const ARRIVES = 1;

interface TurnEvent {
  readonly kind: typeof COMPLETES | typeof ARRIVES;
  /** Row of the template table. */
  readonly row: number;
}

export function walkTemplate(
  templates: TurnTemplates,
  template: number,
  engines: UnloadedEngines,
): WalkedTemplate {
  return new Walk(templates, template, engines).run();
}

class Walk {
  private readonly templates: TurnTemplates;
  private readonly engines: UnloadedEngines;
  private readonly events = new TimeHeap<TurnEvent>();
  private readonly joined = new Map<number, number>();
  private readonly depths = new Map<number, number>();
  private readonly sharedDepth = new Map<number, number>();
  private readonly arrivalNs: number[] = [];
  private readonly rows: number[] = [];
  private readonly endNs: number[] = [];
  private readonly promptTokens: number[] = [];
  private readonly idealTokens: number[] = [];
  private rejected = false;

  constructor(templates: TurnTemplates, template: number, engines: UnloadedEngines) {
    this.templates = templates;
    this.engines = engines;
    const { rows, sessions } = templates;
    const firstRow = sessions.firstRow[template] ?? 0;
    const roots = sessions.rootRows[template] ?? 0;
    for (let row = firstRow; row < firstRow + roots; row += 1) {
      this.events.push(rows.delayNs[row] ?? 0, ARRIVES, { kind: ARRIVES, row });
    }
  }

  run(): WalkedTemplate {
    for (let next = this.events.pop(); next !== null; next = this.events.pop()) {
      const { at, item } = next;
      if (item.kind === COMPLETES) this.complete(item.row, at);
      else if (!this.rejected) this.arrive(item.row, at);
    }
    const { arrivalNs, endNs, promptTokens, idealTokens, sharedDepth } = this;
    return {
      arrivalNs,
      rows: this.rows,
      endNs,
      promptTokens,
      idealTokens,
      lastNs: latest([...arrivalNs, ...endNs]),
      promptTokensInAll: sum(promptTokens),
      idealTokensInAll: sum(idealTokens),
      sharedDepth,
    };
  }

  private arrive(row: number, at: number): void {
    const { rows, blockTokens } = this.templates;
    const input = rows.inputTokens[row] ?? 0;
    const output = rows.outputTokens[row] ?? 1;
    this.arrivalNs.push(at);
    this.rows.push(row);
    this.promptTokens.push(input);
    if (input + output > this.engines.engine.kvTokens) {
      // The engine rejects it and the session ends: what has not arrived never does.
      this.rejected = true;
      this.endNs.push(Number.POSITIVE_INFINITY);
      this.idealTokens.push(0);
      return;
    }
    const chain = rows.promptChain[row] ?? -1;
    const blocks = rows.promptBlocks[row] ?? 0;
    // One prompt token is always computed.
    const cap = Math.floor((input - 1) / blockTokens);
    const cachedTokens = Math.min(this.resident(chain, blocks), cap) * blockTokens;
    this.insert(chain, blocks, true);
    const endNs = at + unloadedTurnNs(this.engines, { input, output, cachedTokens });
    this.idealTokens.push(cachedTokens);
    this.endNs.push(endNs);
    this.events.push(endNs, COMPLETES, { kind: COMPLETES, row });
  }

  private complete(row: number, at: number): void {
    const { rows } = this.templates;
    if (this.engines.engine.cacheOutputs)
      this.insert(rows.fullChain[row] ?? -1, rows.fullBlocks[row] ?? 0, false);
    const from = rows.successorStart[row] ?? 0;
    const to = rows.successorStart[row + 1] ?? from;
    for (let each = from; each < to; each += 1) this.reach(rows.successors[each] ?? 0, at);
  }

  private reach(row: number, at: number): void {
    const joined = (this.joined.get(row) ?? 0) + 1;
    this.joined.set(row, joined);
    const { delayNs, joins } = this.templates.rows;
    if (joined < (joins[row] ?? 0)) return;
    this.events.push(at + (delayNs[row] ?? 0), ARRIVES, { kind: ARRIVES, row });
  }

  /** Leading blocks of the prefix that some turn has put there; shared chains are always there. */
  private resident(chain: number, blocks: number): number {
    const { from, parent, shared } = this.templates.chains;
    let [at, depth] = [chain, blocks];
    while (at >= 0) {
      const begins = from[at] ?? 0;
      if (shared[at] === 1 && depth > begins) return depth;
      const reached = this.depths.get(at) ?? begins;
      if (reached > begins) return Math.min(depth, reached);
      depth = Math.min(depth, begins);
      at = parent[at] ?? -1;
    }
    return 0;
  }

  private insert(chain: number, blocks: number, ofPrompt: boolean): void {
    const { from, parent, shared } = this.templates.chains;
    let [at, depth] = [chain, blocks];
    while (at >= 0) {
      const begins = from[at] ?? 0;
      if (depth > begins) {
        deepen(this.depths, at, depth);
        if (ofPrompt && shared[at] === 1) deepen(this.sharedDepth, at, depth);
      }
      depth = Math.min(depth, begins);
      at = parent[at] ?? -1;
    }
  }
}

/** Turns that never end do not count. */
const latest = (times: readonly number[]): number =>
  times.reduce((most, at) => (Number.isFinite(at) ? Math.max(most, at) : most), 0);
const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

function deepen(depths: Map<number, number>, chain: number, depth: number): void {
  if (depth > (depths.get(chain) ?? 0)) depths.set(chain, depth);
}
