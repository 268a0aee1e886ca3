/** Stretches of a series: where it is out of the ordinary, from where to where. */

/** Half-open, indices. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface EpisodeRule {
  /** A stretch has a score of at least this somewhere… */
  readonly enter: number;
  /** … and reaches as far as the scores stay above this. */
  readonly leave: number;
  /** Stretches no further apart are one. */
  readonly gap: number;
}

/** @param scores null where nothing was measured: it neither makes nor ends a stretch */
export function episodes(
  scores: readonly (number | null)[],
  { enter, leave, gap }: EpisodeRule,
): readonly Stretch[] {
  const found: Stretch[] = [];
  let from: number | null = null;
  let entered = false;
  let last = 0;
  for (const [at, score] of [...scores, Number.NEGATIVE_INFINITY].entries()) {
    if (score === null) continue;
    if (score > leave) {
      from ??= at;
      entered ||= score >= enter;
      last = at + 1;
    } else if (from !== null) {
      if (entered) found.push({ from, to: last });
      from = null;
      entered = false;
    }
  }
  return merged(found, gap);
}

/** @returns in order, those no further apart than `gap` made one */
export function merged(stretches: readonly Stretch[], gap: number): readonly Stretch[] {
  const out: Stretch[] = [];
  for (const next of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last === undefined || next.from - last.to > gap) out.push(next);
    else out[out.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
  }
  return out;
}

export const overlaps = (a: Stretch, b: Stretch): boolean => a.from < b.to && b.from < a.to;
