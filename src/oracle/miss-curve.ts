/** The share of turns that miss at a load, as measured: it never falls as load rises. */

/** So many turns were offered at a load, and so many of them missed. */
export interface MissPoint {
  readonly load: number;
  readonly turns: number;
  readonly missed: number;
}

/** Knots by rising load; between them shares are linear. */
export interface MissCurve {
  readonly knots: readonly { readonly load: number; readonly share: number }[];
}

/** Points are gathered in so many groups of as many turns each. Judgement: some hundred turns. */
const GROUPS = 24;

/**
 * Pooled adjacent violators: of neighbours that fall with load the turns count together.
 * @throws RangeError without any turn
 */
export function missCurve(points: readonly MissPoint[]): MissCurve {
  const pooled: MissPoint[] = [];
  for (const group of grouped(points.filter(({ turns }) => turns > 0))) {
    let top = group;
    for (let below = pooled.at(-1); below !== undefined; below = pooled.at(-1)) {
      if (share(below) < share(top)) break;
      pooled.pop();
      top = together([below, top]);
    }
    pooled.push(top);
  }
  if (pooled.length === 0) throw new RangeError("no turn was offered: nothing can be measured");
  return { knots: pooled.map((point) => ({ load: point.load, share: share(point) })) };
}

const share = ({ turns, missed }: MissPoint): number => Math.min(1, missed / turns);

function grouped(points: readonly MissPoint[]): readonly MissPoint[] {
  const sorted = points.toSorted((a, b) => a.load - b.load);
  const perGroup = sorted.reduce((sum, { turns }) => sum + turns, 0) / GROUPS;
  const groups: MissPoint[][] = [];
  let before = 0;
  for (const point of sorted) {
    const group = Math.min(GROUPS - 1, Math.floor((before + point.turns / 2) / perGroup));
    const members = groups[group] ?? [];
    members.push(point);
    groups[group] = members;
    before += point.turns;
  }
  return groups.flatMap((members) => (members === undefined ? [] : [together(members)]));
}

function together(points: readonly MissPoint[]): MissPoint {
  const turns = points.reduce((sum, point) => sum + point.turns, 0);
  return {
    load: points.reduce((sum, point) => sum + point.load * point.turns, 0) / turns,
    turns,
    missed: points.reduce((sum, point) => sum + point.missed, 0),
  };
}

/**
 * @returns the share missed at a load. Below the first knot its own; above the last, where nothing
 *   was measured because fleets collapse there, it rises to 1 within as much load again
 */
export function missedAt({ knots }: MissCurve, load: number): number {
  const above = knots.findIndex((knot) => knot.load >= load);
  const last = knots.at(-1) ?? { load: 1, share: 0 };
  if (above < 0) {
    const beyond = Math.min(1, (load - last.load) / Math.max(last.load, Number.EPSILON));
    return last.share + (1 - last.share) * beyond;
  }
  const to = knots[above] ?? last;
  const from = knots[above - 1] ?? to;
  if (to.load <= from.load) return to.share;
  const part = (load - from.load) / (to.load - from.load);
  return from.share + (to.share - from.share) * part;
}
