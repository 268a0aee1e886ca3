/**
 * What ticks saw of a fleet's objectives. Recorded and simulated ticks are watched alike, through
 * the same signals, so that the two can be held against each other.
 */
import type { CompiledFleet, CompiledGroup, FleetKey } from "../../core/compiled.ts";
import type { Decision } from "../../core/decision.ts";
import type { SignalReading } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import { MINUTE_MS } from "../../core/units.ts";
import type { PastFleet } from "../../ports/past-source.ts";

export interface WatchedTick {
  readonly group: CompiledGroup;
  readonly observation: { readonly now: EpochMs; readonly fleets: readonly PastFleet[] };
  readonly decision: Pick<Decision, "plan">;
}

export interface WatchedFleet {
  readonly fleet: FleetKey;
  /** Mean of the share inside the threshold, each tick weighed by its arrivals; null: not seen. */
  readonly objectives: readonly { readonly name: string; readonly share: number | null }[];
  /** Turns that arrived, by the rates seen. */
  readonly turns: number;
  /** Times that an objective was missed, until all held again for two minutes, and how long. */
  readonly episodes: number;
  readonly outsideMinutes: number;
}

export interface WatchedRun {
  readonly fleets: readonly WatchedFleet[];
  /** Decisions that asked people to confirm. */
  readonly interventions: number;
}

/** An observation counts for as long as it stands; after longer gaps nothing is known. */
const LONGEST_TICK_MS = 5 * MINUTE_MS;
/** DESIGN's time to absorb: until inside the objective again for two minutes. */
const BACK_INSIDE_MS = 2 * MINUTE_MS;

interface Sums {
  readonly shares: Map<string, { weighed: number; weight: number }>;
  turns: number;
  episodes: number;
  outsideMs: number;
  /** Of the episode under way: its start, and since when all is well again. */
  outsideSince: EpochMs | null;
  insideSince: EpochMs | null;
}

export class WatchedTicks {
  private readonly fleets = new Map<FleetKey, Sums>();
  private lastAt: EpochMs | null = null;
  private interventions = 0;

  add({ group, observation, decision }: WatchedTick): void {
    const { now } = observation;
    const elapsedMs = this.lastAt === null ? 0 : now - this.lastAt;
    this.lastAt = now;
    const forMs = elapsedMs > LONGEST_TICK_MS ? 0 : elapsedMs;
    for (const action of decision.plan) {
      if (action.kind === "OpenIntent" && action.intent.requiredApprovals > 0)
        this.interventions += 1;
    }
    for (const fleet of group.fleets) {
      const seen = observation.fleets.find(({ key }) => key === fleet.key);
      if (seen !== undefined) this.addFleet(fleet, seen, { now, forMs });
    }
  }

  result(): WatchedRun {
    const fleets = [...this.fleets].map(([fleet, sums]): WatchedFleet => {
      const { shares, turns, episodes, outsideMs } = sums;
      const objectives = [...shares].map(([name, { weighed, weight }]) => {
        return { name, share: weight > 0 ? weighed / weight : null };
      });
      return { fleet, objectives, turns, episodes, outsideMinutes: outsideMs / MINUTE_MS };
    });
    return { fleets, interventions: this.interventions };
  }

  private addFleet(
    fleet: CompiledFleet,
    seen: PastFleet,
    { now, forMs }: { readonly now: EpochMs; readonly forMs: number },
  ): void {
    const sums = this.fleets.get(fleet.key) ?? noSums();
    this.fleets.set(fleet.key, sums);
    const turns = (valueOf(seen.signals.arrivals) ?? 0) * (forMs / 1_000);
    sums.turns += turns;
    let outside = false;
    for (const { name, share } of fleet.objectives) {
      const found = seen.objectives.find((objective) => objective.name === name);
      const value = found === undefined ? null : valueOf(found.share);
      const sum = sums.shares.get(name) ?? { weighed: 0, weight: 0 };
      sums.shares.set(name, sum);
      if (value === null) continue;
      sum.weighed += value * turns;
      sum.weight += turns;
      outside ||= value < share;
    }
    noteEpisode(sums, outside, { now, forMs });
  }
}

const noSums = (): Sums => ({
  shares: new Map(),
  turns: 0,
  episodes: 0,
  outsideMs: 0,
  outsideSince: null,
  insideSince: null,
});

function noteEpisode(
  sums: Sums,
  outside: boolean,
  { now, forMs }: { readonly now: EpochMs; readonly forMs: number },
): void {
  if (outside && sums.outsideSince === null) {
    sums.outsideSince = now;
    sums.episodes += 1;
  }
  if (outside) sums.outsideMs += forMs;
  if (outside || sums.outsideSince === null) {
    sums.insideSince = null;
    return;
  }
  sums.insideSince ??= now;
  if (now - sums.insideSince >= BACK_INSIDE_MS) sums.outsideSince = null;
}

/** @returns the number of a reading; null where there is none */
export const valueOf = (reading: SignalReading): number | null =>
  reading.kind === "value" && Number.isFinite(reading.value) ? reading.value : null;
