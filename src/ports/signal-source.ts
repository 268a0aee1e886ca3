import type { CompiledFleet } from "../core/compiled.ts";
import type {
  CacheReading,
  EngineReading,
  FleetSignals,
  LatencyTails,
  ObjectiveReading,
  PodHitRate,
} from "../core/observation.ts";
import type { EpochMs, Millis } from "../core/units.ts";

export interface SignalSnapshot {
  readonly signals: FleetSignals;
  readonly objectives: readonly ObjectiveReading[];
  readonly engines?: readonly EngineReading[];
  readonly hitRates?: readonly PodHitRate[];
  readonly caches?: CacheReading;
  readonly tails?: LatencyTails;
}

/** One point of recorded demand: what a lost memory is rebuilt from. */
export interface DemandSample {
  readonly at: EpochMs;
  readonly turnsPerSecond: number;
  readonly promptTokensPerSecond: number;
  readonly outputTokensPerSecond: number;
}

export interface SignalSource {
  /**
   * Reads every signal of a fleet as of one instant. Never throws: what could not be read is an
   * absent reading that says why.
   */
  read(fleet: CompiledFleet, at: EpochMs): Promise<SignalSnapshot>;
  /**
   * Recorded demand of the `window` before `at`, a sample per `step`, oldest first, no gaps filled.
   * @throws PortError when nothing can be read.
   */
  history(
    fleet: CompiledFleet,
    range: { readonly at: EpochMs; readonly windowMs: Millis; readonly stepMs: Millis },
  ): Promise<readonly DemandSample[]>;
}
