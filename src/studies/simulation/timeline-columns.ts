/** Columns of a timeline while a run fills them, and made coarser where there would be too many. */
import type { TimelineColumn, TimelineColumns, TimelineSeries } from "../../api/timeline.ts";

/** How values of one step, and steps that are put together, become one. */
type TimelineReduction = "sum" | "max" | "min" | "last";

/** Latencies keep their peak and hit rates their trough; of a state the newest stands. */
const TIMELINE_SERIES: Readonly<Record<TimelineSeries, TimelineReduction>> = {
  arrived: "sum",
  met: "sum",
  forecastP10: "last",
  forecastP50: "last",
  forecastP90: "last",
  ttftP95: "max",
  itlP95: "max",
  hitRate: "min",
  racksWanted: "last",
  racksHeld: "last",
  racksServing: "last",
  racksArriving: "last",
};

const NAMES = Object.keys(TIMELINE_SERIES).filter(isSeries);

function isSeries(name: string): name is TimelineSeries {
  return name in TIMELINE_SERIES;
}

export type TimelineValues = Partial<Readonly<Record<TimelineSeries, number | null>>>;

export class ColumnStore {
  private readonly columns = new Map<TimelineSeries, (number | null)[]>();

  /** Values before the first step are dropped. */
  note(step: number, values: TimelineValues): void {
    if (step < 0) return;
    for (const name of NAMES) {
      const value = values[name];
      if (value === undefined) continue;
      const column = this.columns.get(name) ?? [];
      this.columns.set(name, column);
      while (column.length <= step) column.push(null);
      column[step] = reduced(TIMELINE_SERIES[name], column[step] ?? null, value);
    }
  }

  /** @returns every series, `steps` long, `each` of the noted steps put together */
  finished(steps: number, each: number): TimelineColumns {
    const of = (name: TimelineSeries): TimelineColumn =>
      coarser(this.columns.get(name) ?? [], { steps, each, how: TIMELINE_SERIES[name] });
    return {
      arrived: of("arrived"),
      met: of("met"),
      forecastP10: of("forecastP10"),
      forecastP50: of("forecastP50"),
      forecastP90: of("forecastP90"),
      ttftP95: of("ttftP95"),
      itlP95: of("itlP95"),
      hitRate: of("hitRate"),
      racksWanted: of("racksWanted"),
      racksHeld: of("racksHeld"),
      racksServing: of("racksServing"),
      racksArriving: of("racksArriving"),
    };
  }
}

function coarser(
  column: TimelineColumn,
  { steps, each, how }: { steps: number; each: number; how: TimelineReduction },
): TimelineColumn {
  const out: (number | null)[] = Array.from({ length: steps }, () => null);
  for (const [at, value] of column.entries()) {
    const step = Math.floor(at / each);
    if (step < steps) out[step] = reduced(how, out[step] ?? null, value);
  }
  return out;
}

function reduced(
  how: TimelineReduction,
  older: number | null,
  newer: number | null,
): number | null {
  if (older === null || newer === null) return newer ?? older;
  if (how === "sum") return older + newer;
  if (how === "last") return newer;
  return how === "max" ? Math.max(older, newer) : Math.min(older, newer);
}
