/** What `/metrics` said, minute by minute. */
export interface SeriesHistory {
  /** As exported: `name{label="value"}`. */
  readonly name: string;
  /** One a minute; null where the series was not there, nothing after its end. */
  readonly values: readonly (number | null)[];
}

export interface MetricsHistory {
  readonly minutes: number;
  readonly series: readonly SeriesHistory[];
}
