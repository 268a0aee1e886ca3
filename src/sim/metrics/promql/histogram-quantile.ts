/** `histogram_quantile` over cumulative buckets (promql/quantile.go, classic histograms). */
import type { Groups } from "./aggregate.ts";
import { groupsOf } from "./aggregate.ts";
import type { LabelChoice } from "./syntax.ts";
import { NO_SERIES, Remembered, Result } from "./vector.ts";
import type { Evaluation, Shape, Vector, VectorNode } from "./vector.ts";

const ALL_BUT_LE: LabelChoice = { only: false, labels: ["le"] };

interface Histograms {
  readonly shape: Shape;
  readonly buckets: readonly Buckets[];
}

/** Places of a histogram's buckets in the input, by their bounds, lowest first. */
interface Buckets {
  readonly bounds: readonly number[];
  readonly places: readonly number[];
}

export class HistogramQuantileNode implements VectorNode {
  private readonly q: number;
  private readonly child: VectorNode;
  private readonly remembered = new Remembered<Histograms>();
  private readonly result = new Result();
  private counts = new Float64Array(32);

  constructor(q: number, child: VectorNode) {
    this.q = q;
    this.child = child;
  }

  evaluate(evaluation: Evaluation): Vector {
    const input = this.child.evaluate(evaluation);
    const { shape, buckets } =
      this.remembered.of(input.shape, NO_SERIES) ??
      this.remembered.keep(input.shape, NO_SERIES, histogramsIn(input.shape));
    const values = this.result.begin(shape);
    for (let i = 0; i < buckets.length; i += 1) {
      const own = buckets[i];
      if (own === undefined) continue;
      this.count(own.places, input.values);
      values[i] = bucketQuantile(this.q, own.bounds, this.counts);
    }
    return this.result;
  }

  /** Buckets that were scraped at different times may shrink with the bound: not below. */
  private count(places: readonly number[], values: Float64Array): void {
    if (this.counts.length < places.length) this.counts = new Float64Array(2 * places.length);
    const { counts } = this;
    let highest = Number.NEGATIVE_INFINITY;
    for (let bucket = 0; bucket < places.length; bucket += 1) {
      highest = Math.max(highest, values[places[bucket] ?? 0] ?? Number.NaN);
      counts[bucket] = highest;
    }
  }
}

function histogramsIn(input: Shape): Histograms {
  const bounded = input.map(({ le = "" }, place) => ({ place, bound: boundOf(le) }));
  const { groupOf, shape }: Groups = groupsOf(input, ALL_BUT_LE);
  const buckets = shape.map((_, group) => {
    const own = bounded
      .filter(({ place, bound }) => groupOf[place] === group && !Number.isNaN(bound))
      .sort((a, b) => a.bound - b.bound);
    return { bounds: own.map(({ bound }) => bound), places: own.map(({ place }) => place) };
  });
  return { shape, buckets };
}

const boundOf = (le: string): number => {
  if (le === "+Inf") return Number.POSITIVE_INFINITY;
  return le === "" ? Number.NaN : Number(le);
};

/**
 * Linear inside the bucket, from 0 in the lowest; the highest finite bound for what lies beyond it.
 * @returns NaN without observations, or without a bucket for all of them
 */
export function bucketQuantile(q: number, bounds: readonly number[], counts: Float64Array): number {
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const last = bounds.length - 1;
  const all = counts[last] ?? 0;
  if (last < 1 || bounds[last] !== Number.POSITIVE_INFINITY || all === 0) return Number.NaN;
  const rank = q * all;
  let bucket = 0;
  while (bucket < last && !((counts[bucket] ?? 0) >= rank)) bucket += 1;
  if (bucket === last) return bounds[last - 1] ?? Number.NaN;
  const upper = bounds[bucket] ?? Number.NaN;
  if (bucket === 0 && upper <= 0) return upper;
  const lower = bucket === 0 ? 0 : (bounds[bucket - 1] ?? 0);
  const below = bucket === 0 ? 0 : (counts[bucket - 1] ?? 0);
  return lower + (upper - lower) * ((rank - below) / ((counts[bucket] ?? 0) - below));
}
