/** What a decision log says of the past: demand by the minute, racks, and how it was served. */
import type { CompiledGroup, FleetKey } from "../../core/compiled.ts";
import type { TokenHistogram } from "../trace-record.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { MINUTE_MS, epochMs, millis } from "../../core/units.ts";
import type { Decision } from "../../core/decision.ts";
import type { PastFleet } from "../../ports/past-source.ts";
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
  /** How many turns had prompts of up to so many tokens; absent where no histogram was read. */
  readonly promptBuckets?: TokenHistogram["buckets"];
  /** How long a turn took, first to last token and the wait before: the mean of medians. */
  readonly turnSeconds: number | null;
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
  /** Medians that were read: of the wait for the first token, and of the gap between tokens. */
  readonly ttft: { sum: number; count: number };
  readonly itl: { sum: number; count: number };
}

/** What is read of a decision record, or of metrics as of one instant. */
export interface PastTick {
  readonly policy: CompiledGroup;
  readonly observation: {
    readonly now: EpochMs;
    readonly pools: readonly {
      readonly name: string;
      readonly count: { readonly desired: number } | null;
      readonly racks: readonly unknown[];
    }[];
    readonly fleets: readonly PastFleet[];
  };
  readonly decision: Pick<Decision, "plan">;
}

/** Cuts the past of one group into blocks, tick by tick. */
export class RecordedPast {
  private readonly blockMs: Millis;
  private readonly from: EpochMs;
  private readonly blocks: MutableBlock[] = [];

  /** @param from records before it are passed over */
  constructor(blockMs: Millis, from: EpochMs = epochMs(0)) {
    this.blockMs = blockMs;
    this.from = from;
  }

  add(tick: PastTick): void {
    const { policy: group, observation, decision } = tick;
    const { now } = observation;
    if (now < this.from) return;
    const block = this.blockAt(tick);
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
      note(sums.ttft, valueOf(signals.ttftP50));
      note(sums.itl, valueOf(signals.itlP50));
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

  private blockAt({ policy, observation }: PastTick): MutableBlock {
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
  ttft: { sum: 0, count: 0 },
  itl: { sum: 0, count: 0 },
});

function note(mean: DemandSums["ttft"], value: number | null): void {
  if (value === null) return;
  mean.sum += value;
  mean.count += 1;
}

const meanOf = ({ sum, count }: DemandSums["ttft"]): number | null =>
  count > 0 ? sum / count : null;

function demandOf(fleet: FleetKey, sums: DemandSums): FleetDemand {
  const { minutes, turns, promptTokens, outputTokens } = sums;
  const per = (tokens: number): number | null => (turns > 0 && tokens > 0 ? tokens / turns : null);
  const [ttft, itl, output] = [meanOf(sums.ttft), meanOf(sums.itl), per(outputTokens)];
  return {
    fleet,
    minutes: [...minutes].map(([minute, { sum, count }]) => ({
      at: epochMs(millis(minute * MINUTE_MS)),
      turnsPerSecond: sum / count,
    })),
    promptTokensPerTurn: per(promptTokens),
    outputTokensPerTurn: output,
    turnSeconds: ttft === null ? null : ttft + (itl ?? 0) * (output ?? 0),
  };
}
