/** What a fleet's engines export while their token counters are wrong. */
import type { ReplicaMetrics } from "./kernel/contract.ts";

/** The prompts' counters stand still, or computed tokens count again for as long as turns wait. */
export type BrokenCounters = "frozen" | "recounted";

/** The part of a scrape target that it changes. */
interface Shown {
  readonly metrics: ReplicaMetrics;
  /** Computed tokens that were counted more than once; absent: none. */
  readonly recountedTokens?: number;
}

interface Seen {
  readonly computed: number;
  readonly recounted: number;
}

export class CounterFault {
  private how: BrokenCounters | null = null;
  private readonly frozen = new Map<string, ReplicaMetrics>();
  private readonly seen = new Map<string, Seen>();

  break(how: BrokenCounters): void {
    this.how = how;
  }

  mend(): void {
    this.how = null;
    this.frozen.clear();
  }

  /** To be asked at every scrape, of engines that are alive. */
  shown(pod: string, metrics: ReplicaMetrics): Shown {
    if (this.how === "frozen") return { metrics: this.still(pod, metrics) };
    if (this.how === null && this.seen.size === 0) return { metrics };
    return { metrics, recountedTokens: this.recounted(pod, metrics) };
  }

  private still(pod: string, metrics: ReplicaMetrics): ReplicaMetrics {
    const first = this.frozen.get(pod) ?? metrics;
    this.frozen.set(pod, first);
    const { promptTokens, cachedTokens, hostCachedTokens, storeCachedTokens } = first;
    return { ...metrics, promptTokens, cachedTokens, hostCachedTokens, storeCachedTokens };
  }

  /** Every token twice; a counter never goes back, so what was counted stays. */
  private recounted(pod: string, { promptTokens, cachedTokens }: ReplicaMetrics): number {
    const computed = promptTokens - cachedTokens;
    const before = this.seen.get(pod) ?? { computed, recounted: 0 };
    const grown = this.how === "recounted" ? Math.max(0, computed - before.computed) : 0;
    const recounted = before.recounted + grown;
    this.seen.set(pod, { computed, recounted });
    return recounted;
  }
}
