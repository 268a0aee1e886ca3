/** Who owns which series: prom-client expires none, so what a tick no longer says is removed. */
import type { MetricName } from "./catalogue.ts";
import type { Sample } from "./sample.ts";

export interface OwnedSeries {
  readonly metric: MetricName;
  readonly labels: Sample["labels"];
}

export class SeriesLedger {
  readonly #byGroup = new Map<string, Map<string, OwnedSeries>>();
  readonly #owner = new Map<string, string>();

  /** @returns whether the series existed before, under any group. */
  isNew(series: OwnedSeries): boolean {
    return !this.#owner.has(keyOf(series));
  }

  /**
   * Makes `current` all that the group owns.
   * @returns what it owned before and nobody owns now: a fleet that changed its group keeps its
   * series.
   */
  replace(group: string, current: readonly OwnedSeries[]): OwnedSeries[] {
    const before = this.#byGroup.get(group) ?? new Map<string, OwnedSeries>();
    const now = new Map(current.map((series) => [keyOf(series), series]));
    for (const key of now.keys()) this.#owner.set(key, group);
    const gone = [...before].filter(([key]) => !now.has(key) && this.#owner.get(key) === group);
    for (const [key] of gone) this.#owner.delete(key);
    if (now.size === 0) this.#byGroup.delete(group);
    else this.#byGroup.set(group, now);
    return gone.map(([, series]) => series);
  }
}

/** The labels of a metric are always written in one order, so the values alone tell it apart. */
function keyOf({ metric, labels }: OwnedSeries): string {
  return `${metric}\0${Object.values(labels).join("\0")}`;
}
