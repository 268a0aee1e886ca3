/** `histogram_quantile` over cumulative buckets (promql/quantile.go, classic histograms). */
import type { Groups } from "./aggregate.ts";
import { groupsOf } from "./aggregate.ts";
import type { LabelChoice } from "./syntax.ts";
import { NO_SERIES, Remembered, Values } from "./vector.ts";
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
  private readonly values = new Values();
  private readonly counts = new Values();

  constructor(q: number, child: VectorNode) {
    this.q = q;
    this.child = child;
  }

  evaluate(evaluation: Evaluation): Vector {
    const input = this.child.evaluate(evaluation);
    const { shape, buckets } = this.remembered.of(input.shape, NO_SERIES, () =>
      histogramsIn(input.shape),
    );
    const values = this.values.room(shape.length);
    buckets.forEach(({ bounds, places }, index) => {
      const counts = this.counts.room(places.length);
      let highest = Number.NEGATIVE_INFINITY;
      places.forEach((place, bucket) => {
        // Buckets that were scraped at different times may shrink with the bound: not below.
        highest = Math.max(highest, input.values[place] ?? Number.NaN);
        counts[bucket] = highest;
      });
      values[index] = bucketQuantile(this.q, bounds, counts);
    });
    return { shape, values };
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
