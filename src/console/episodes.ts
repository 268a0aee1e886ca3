/** Falls of the hit rate and what was said of them, read off the history. */
import { causeOf, type HistoryPoint } from "../api/history-view.ts";

type Cause = NonNullable<ReturnType<typeof causeOf>>;

/** Instants in a row at which one cause was named. */
export interface Episode {
  readonly cause: Cause;
  readonly fromSeconds: number;
  /** Of the last point that named it. */
  readonly untilSeconds: number;
  /** Of the fall, what the cause explained at last; null: not told. */
  readonly share: number | null;
  readonly lowestHitRate: number | null;
}

/** @returns the episodes that lie in the window, the oldest first; what is usual is none */
export function episodesOf(
  points: readonly HistoryPoint[],
  { fromSeconds, untilSeconds }: { readonly fromSeconds: number; readonly untilSeconds: number },
): readonly Episode[] {
  const episodes: Episode[] = [];
  let open = false;
  for (const { atSeconds, values } of points) {
    if (atSeconds < fromSeconds || atSeconds > untilSeconds) continue;
    const cause = causeOf(values["cacheCause"] ?? 0) ?? "none";
    const last = episodes.at(-1);
    const told = { cause, share: values["cacheCauseShare"] ?? null };
    const hitRate = values["hitRate"] ?? null;
    if (open && last?.cause === cause) {
      const lowestHitRate = lowest(last.lowestHitRate, hitRate);
      episodes[episodes.length - 1] = { ...last, ...told, untilSeconds: atSeconds, lowestHitRate };
    } else if (cause !== "none") {
      const at = { fromSeconds: atSeconds, untilSeconds: atSeconds };
      episodes.push({ ...told, ...at, lowestHitRate: hitRate });
    }
    open = cause !== "none";
  }
  return episodes;
}

const lowest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
