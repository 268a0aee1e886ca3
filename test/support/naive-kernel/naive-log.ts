/** What a replica did, as lists; its metrics are recounted from them. */
import type { NaiveTurn } from "./naive-turn.ts";

/** So many gaps between tokens took so long together. */
export interface Gaps {
  readonly sumNs: number;
  readonly count: number;
}

export class UnitLog {
  promptTokens = 0;
  cachedTokens = 0;
  hostCachedTokens = 0;
  storeCachedTokens = 0;
  generatedTokens = 0;
  finishedTurns = 0;
  preemptions = 0;
  readonly ttftNs: number[] = [];
  readonly gaps: Gaps[] = [];

  finish(nowNs: number, turn: NaiveTurn): void {
    this.finishedTurns += 1;
    const count = turn.outputTokens - 1;
    if (turn.generated < turn.outputTokens || count === 0) return;
    this.gaps.push({ sumNs: nowNs - turn.tryFirstTokenNs, count });
  }
}
