import type { CompiledFleet } from "../core/compiled.ts";
import type { SeriesReading } from "../core/queries/series-plan.ts";
import type { EpochMs } from "../core/units.ts";

/** How much of a fleet's series its Prometheus has. */
export interface SeriesSurvey {
  /** @throws PortError when the source cannot be asked, or refuses one of the questions */
  read(fleet: CompiledFleet, at: EpochMs): Promise<SeriesReading>;
}
