/** Where the past of fleets is read from metrics, a sample a step. */
import type { CompiledFleet } from "../core/compiled.ts";
import type { FleetObservation, FleetSignals } from "../core/observation.ts";
import type { PastSignal } from "../core/queries/fleet-plan.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** Of what a tick sees of a fleet, as much as tells its demand and how it was served. */
export interface PastFleet extends Pick<FleetObservation, "key" | "objectives"> {
  readonly signals: Pick<FleetSignals, PastSignal>;
}

export interface PastRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: Millis;
}

export interface PastSource {
  /**
   * @returns the fleet at the instants of the range at which anything of it is known, oldest first
   * @throws PortError when nothing can be read
   */
  fleet(
    fleet: CompiledFleet,
    range: PastRange,
  ): Promise<readonly { readonly at: EpochMs; readonly seen: PastFleet }[]>;
  /**
   * @returns racks that were asked for of the pool, by Breakwater's own metric; empty: not known
   * @throws PortError when nothing can be read
   */
  racks(
    pool: string,
    range: PastRange,
  ): Promise<readonly { readonly at: EpochMs; readonly racks: number }[]>;
  /**
   * @returns turns by length of their prompts, those of the whole range; empty: not exported
   * @throws PortError when nothing can be read
   */
  promptBuckets(
    fleet: CompiledFleet,
    range: Pick<PastRange, "from" | "to">,
  ): Promise<readonly { readonly upTo: number | null; readonly turns: number }[]>;
}
