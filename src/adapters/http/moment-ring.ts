import { gunzipSync, gzipSync } from "node:zlib";
import type { FleetView } from "../../api/fleet-view.ts";
import type { GroupView } from "../../api/group-view.ts";
import type { DecisionView } from "../../api/decision-view.ts";
import type { PoolView } from "../../api/pool-view.ts";

/** What one tick of one group showed. */
export interface GroupMoment {
  readonly group: GroupView;
  readonly fleets: readonly FleetView[];
  readonly pools: readonly PoolView[];
  readonly decisions: readonly DecisionView[];
}

interface Kept {
  readonly atSeconds: number;
  readonly packed: Buffer;
}

interface Tier {
  readonly everySeconds: number;
  readonly count: number;
  readonly maxBytes: number;
}

/**
 * Three hours by the minute, as charts open with, and a week by twenty minutes. A moment of a fleet
 * of 8 racks packs to about 4 kB: room for 8 such fleets, of more the oldest moments go.
 */
const TIERS: readonly Tier[] = [
  { everySeconds: 60, count: 180, maxBytes: 8_000_000 },
  { everySeconds: 1_200, count: 504, maxBytes: 20_000_000 },
];

/** What the page showed at earlier instants, packed; the oldest goes when there is too much. */
export class MomentRing {
  readonly #tiers = TIERS.map((tier) => new MomentTier(tier));

  add(moment: GroupMoment): void {
    const { atSeconds, group } = moment.group;
    if (atSeconds === null) return;
    const due = this.#tiers.filter((tier) => tier.isDue(group, atSeconds));
    if (due.length === 0) return;
    const packed = gzipSync(JSON.stringify(moment));
    for (const tier of due) tier.add(group, { atSeconds, packed });
  }

  forget(group: string): void {
    for (const tier of this.#tiers) tier.forget(group);
  }

  /** @returns per group what it last showed by then; groups that nothing is kept of are absent. */
  at(seconds: number): readonly GroupMoment[] {
    const groups = new Set(this.#tiers.flatMap((tier) => tier.groups()));
    return [...groups].flatMap((group) => {
      const found = this.#tiers.flatMap((tier) => tier.latest(group, seconds) ?? []);
      const newest = found.toSorted((a, b) => b.atSeconds - a.atSeconds)[0];
      return newest === undefined ? [] : [unpacked(newest)];
    });
  }

  /** @returns the first instant of which something is kept; null before the first tick. */
  fromSeconds(): number | null {
    const firsts = this.#tiers.flatMap((tier) => tier.fromSeconds() ?? []);
    return firsts.length === 0 ? null : Math.min(...firsts);
  }
}

function unpacked({ packed }: Kept): GroupMoment {
  return JSON.parse(gunzipSync(packed).toString("utf8"));
}

class MomentTier {
  readonly #byGroup = new Map<string, Kept[]>();
  readonly #tier: Tier;
  #bytes = 0;

  constructor(tier: Tier) {
    this.#tier = tier;
  }

  isDue(group: string, atSeconds: number): boolean {
    const newest = this.#byGroup.get(group)?.at(-1);
    return newest === undefined || this.#slot(atSeconds) > this.#slot(newest.atSeconds);
  }

  #slot(atSeconds: number): number {
    return Math.floor(atSeconds / this.#tier.everySeconds);
  }

  add(group: string, kept: Kept): void {
    const list = this.#byGroup.get(group) ?? [];
    this.#byGroup.set(group, list);
    list.push(kept);
    this.#bytes += kept.packed.length;
    if (list.length > this.#tier.count) this.#dropFirst(list);
    this.#shrink();
  }

  #shrink(): void {
    while (this.#bytes > this.#tier.maxBytes) {
      const oldest = [...this.#byGroup.values()].toSorted((a, b) => startOf(a) - startOf(b))[0];
      if (oldest === undefined) return;
      this.#dropFirst(oldest);
    }
  }

  #dropFirst(list: Kept[]): void {
    this.#bytes -= list.shift()?.packed.length ?? 0;
  }

  forget(group: string): void {
    for (const { packed } of this.#byGroup.get(group) ?? []) this.#bytes -= packed.length;
    this.#byGroup.delete(group);
  }

  groups(): readonly string[] {
    return [...this.#byGroup.keys()];
  }

  latest(group: string, seconds: number): Kept | undefined {
    return this.#byGroup.get(group)?.findLast(({ atSeconds }) => atSeconds <= seconds);
  }

  fromSeconds(): number | null {
    const firsts = [...this.#byGroup.values()].flatMap((list) => list[0]?.atSeconds ?? []);
    return firsts.length === 0 ? null : Math.min(...firsts);
  }
}

const startOf = (list: readonly Kept[]): number => list[0]?.atSeconds ?? Number.POSITIVE_INFINITY;
