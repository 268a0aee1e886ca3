/** What one simulated run is given, and what it gives back. */
import type { SimulationResult } from "../api/results.ts";
import type { RunTimeline } from "../api/timeline.ts";
import type { CompiledScenario } from "../config/compiled-scenario.ts";
import type { Digest } from "../core/canonical.ts";
import type { FleetKey } from "../core/compiled.ts";
import type { Millis } from "../core/units.ts";
import type { TickReport } from "../ports/telemetry.ts";
import type { SessionSource } from "../traces/turn-templates.ts";

/** The clients of one fleet; its sources add up. */
export interface FleetTraffic {
  readonly fleet: FleetKey;
  readonly sources: readonly SessionSource[];
}

/**
 * @param changed the scenario with other traffic, of which to give the sources; absent: as it is
 * @returns fresh sources, one entry a fleet; the same seed gives the same sessions.
 */
export type TrafficOf = (seed: number, changed?: CompiledScenario) => readonly FleetTraffic[];

export interface SimulationRun {
  readonly scenario: CompiledScenario;
  /** A name of the table of policies. */
  readonly policy: string;
  /** The value of the policy's main knob; absent: its default. */
  readonly knob?: number;
  readonly seed: number;
  readonly traffic: TrafficOf;
  /** SHA-256 in lower-case hex. */
  readonly digest: Digest;
  readonly codeVersion: string;
  /** How often the controller ticks; absent: every 15 s. */
  readonly tickEveryMs?: Millis;
  /** Milliseconds on a monotonic clock; absent: no time is measured. */
  readonly stopwatch?: () => number;
  /** Whether to keep a timeline, for reports; absent: none is kept. */
  readonly timeline?: boolean;
  /** Called with each decision record's canonical line; absent: no records are made. */
  readonly onRecord?: (line: string) => void;
  /** Called with what each tick saw and decided; unlike a record, it costs nothing to make. */
  readonly onTick?: (report: TickReport) => void;
  /** Called with the scraped series, as OpenMetrics text in pieces; absent: nothing is exported. */
  readonly onOpenMetrics?: (text: string) => void;
  /** Called after each tick with the share of the run that is done, 0..1. */
  readonly onProgress?: (share: number) => void;
}

/** How long the machine took: told apart from the result, which is the same on every machine. */
export interface SimulationTiming {
  readonly wallMs: number;
  /** Part of it inside the controller's tick. */
  readonly tickMs: number;
  readonly ticks: number;
}

export interface SimulationOutcome {
  readonly result: SimulationResult;
  readonly timing: SimulationTiming;
  /** Of runs that were asked for it. */
  readonly timeline?: RunTimeline;
}
