/** Latencies of a run, one by one: for comparisons that ask for more digits than a sketch has. */
import type { LatencySummary } from "../kernel/contract.ts";

export class ExactLatencies {
  private readonly seconds: number[] = [];

  observe(latencySeconds: number): void {
    this.seconds.push(latencySeconds);
  }

  /** @returns quantiles as the peer's report takes them: the value of the nearest rank */
  summary(): LatencySummary {
    const sorted = Float64Array.from(this.seconds).sort();
    const count = sorted.length;
    const at = (q: number): number => sorted[Math.round(q * (count - 1))] ?? Number.NaN;
    const mean = this.seconds.reduce((sum, value) => sum + value, 0) / count;
    const quantiles = { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) };
    return { count, mean, ...quantiles, max: at(1) };
  }
}
