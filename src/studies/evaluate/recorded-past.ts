/** What a decision log says of the past: demand by the minute, racks, and how it was served. */
import type { CompiledGroup, FleetKey } from "../../core/compiled.ts";
import type { DecisionRecord } from "../../core/record.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { MINUTE_MS, epochMs, millis } from "../../core/units.ts";
import { WatchedTicks, valueOf } from "./watched-ticks.ts";
import type { WatchedRun } from "./watched-ticks.ts";

export interface DemandMinute {
  readonly at: EpochMs;
  readonly turnsPerSecond: number;
}

export interface FleetDemand {
  readonly fleet: FleetKey;
  /** In order of time; minutes without a rate are left out: the one before stands. */
  readonly minutes: readonly DemandMinute[];
  /** Means over the turns; null where the engines do not show them. */
  readonly promptTokensPerTurn: number | null;
  readonly outputTokensPerTurn: number | null;
}

/** A stretch of the past that is simulated by itself. */
export interface PastBlock {
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly group: CompiledGroup;
  /** Racks of each pool when it began. */
  readonly startRacks: Readonly<Record<string, number>>;
  readonly demand: readonly FleetDemand[];
  readonly recorded: WatchedRun;
  /** GPUs of a rack times the time it was asked for. */
  readonly gpuHours: number;
}

interface MutableBlock extends Omit<PastBlock, "demand" | "recorded" | "until"> {
  until: EpochMs;
  gpuHours: number;
  readonly ticks: WatchedTicks;
  readonly fleets: Map<FleetKey, DemandSums>;
}

interface DemandSums {
  readonly minutes: Map<number, { sum: number; count: number }>;
  turns: number;
  promptTokens: number;
  outputTokens: number;
}

/** Cuts records of one group into blocks as they come. */
export class RecordedPast {
  private readonly blockMs: Millis;
  private readonly from: EpochMs;
  private readonly blocks: MutableBlock[] = [];

  /** @param from records before it are passed over */
  constructor(blockMs: Millis, from: EpochMs = epochMs(0)) {
    this.blockMs = blockMs;
    this.from = from;
  }

  add(record: DecisionRecord): void {
    const { policy: group, observation, decision } = record;
    const { now } = observation;
    if (now < this.from) return;
    const block = this.blockAt(record);
    const elapsedMs = Math.min(now - block.until, 5 * MINUTE_MS);
    block.until = now;
    block.ticks.add({ group, observation, decision });
    for (const pool of group.pools) {
      const racks = observation.pools.find(({ name }) => name === pool.name)?.count?.desired ?? 0;
      const gpus = racks * pool.rack.usableNodes * pool.rack.gpusPerNode;
      block.gpuHours += (gpus * elapsedMs) / (60 * MINUTE_MS);
    }
    for (const { key, signals } of observation.fleets) {
      const sums = block.fleets.get(key) ?? noDemand();
      block.fleets.set(key, sums);
      const rate = valueOf(signals.arrivals);
      if (rate === null) continue;
      const minute = Math.floor(now / MINUTE_MS);
      const bin = sums.minutes.get(minute) ?? { sum: 0, count: 0 };
      sums.minutes.set(minute, { sum: bin.sum + rate, count: bin.count + 1 });
      sums.turns += valueOf(signals.servedTurns) ?? rate;
      sums.promptTokens += valueOf(signals.promptTokens) ?? 0;
      sums.outputTokens += valueOf(signals.generatedTokens) ?? 0;
    }
  }

  /** @returns blocks that are long enough: half of the usual length, or the first */
  result(): readonly PastBlock[] {
    return this.blocks
      .filter(({ from, until }, at) => at === 0 || until - from >= this.blockMs / 2)
      .map(({ ticks, fleets, ...block }) => ({
        ...block,
        recorded: ticks.result(),
        demand: [...fleets].map(([fleet, sums]) => demandOf(fleet, sums)),
      }));
  }

  private blockAt({ policy, observation }: DecisionRecord): MutableBlock {
    const { now, pools } = observation;
    const open = this.blocks.at(-1);
    if (open !== undefined && now - open.from < this.blockMs) return open;
    const startRacks = Object.fromEntries(
      pools.map(({ name, count, racks }) => [name, count?.desired ?? racks.length]),
    );
    const block: MutableBlock = {
      from: now,
      until: now,
      group: policy,
      startRacks,
      gpuHours: 0,
      ticks: new WatchedTicks(),
      fleets: new Map(),
    };
    this.blocks.push(block);
    return block;
  }
}

const noDemand = (): DemandSums => ({
  minutes: new Map(),
  turns: 0,
  promptTokens: 0,
  outputTokens: 0,
});

function demandOf(fleet: FleetKey, sums: DemandSums): FleetDemand {
  const { minutes, turns, promptTokens, outputTokens } = sums;
  const per = (tokens: number): number | null => (turns > 0 && tokens > 0 ? tokens / turns : null);
  return {
    fleet,
    minutes: [...minutes].map(([minute, { sum, count }]) => ({
      at: epochMs(millis(minute * MINUTE_MS)),
      turnsPerSecond: sum / count,
    })),
    promptTokensPerTurn: per(promptTokens),
    outputTokensPerTurn: per(outputTokens),
  };
}
