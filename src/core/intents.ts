/** What is asked of intents in more than one place: are they open, and does a person stop them. */
import type { CompiledFleet, Direction } from "./compiled.ts";
import type { Reason } from "./reasons.ts";
import type { IntentPhase, OverrideObservation } from "./observation.ts";

/** @returns whether something may still happen to an intent of this phase */
export const isOpen = (phase: IntentPhase): boolean =>
  phase === "Pending" || phase === "Approved" || phase === "Executing";

/** @returns whether the rack goes whatever the demand: its block ends, or it never came whole */
export const goesAnyway = ({ reason }: { readonly reason: Pick<Reason, "code"> }): boolean =>
  reason.code === "window-ends" || reason.code === "partial-arrival";

/** @returns whether it gives a fleet racks: it buys them, or calls them back from a loan */
export const isGrowth = (direction: Direction): boolean =>
  direction === "Out" || direction === "Reclaim";

/** @returns whether it takes a rack from a fleet: to give it back, to lend it, for another fleet */
export const isScaleIn = (direction: Direction): boolean =>
  direction === "In" || direction === "Lend" || direction === "Move";

/** @returns whether it is about a loan: no count changes */
export const isOfLoans = (direction: Direction): boolean =>
  direction === "Lend" || direction === "Reclaim";

/**
 * @returns the first override that pauses the direction; of a Move the giver's, as scale-in is: its
 *   taker's is asked for growth
 */
export const pausingOverride = (
  overrides: readonly OverrideObservation[],
  direction: Direction,
): OverrideObservation | undefined =>
  overrides.find(({ pauseOut, pauseIn }) => (isGrowth(direction) ? pauseOut : pauseIn));

/** @returns the override that lifts the fleet's limit the most; undefined where none does */
export const liftingOverride = (
  { racks }: Pick<CompiledFleet, "racks">,
  overrides: readonly OverrideObservation[],
): OverrideObservation | undefined =>
  overrides
    .filter(({ breakGlass, floorRacks }) => breakGlass === true && (floorRacks ?? 0) > racks.max)
    .reduce<OverrideObservation | undefined>(
      (most, next) => ((most?.floorRacks ?? 0) >= (next.floorRacks ?? 0) ? most : next),
      undefined,
    );

/** @returns the fleet's limit of racks, lifted where somebody broke the glass */
export const mostRacks = (
  fleet: Pick<CompiledFleet, "racks">,
  overrides: readonly OverrideObservation[],
): number => liftingOverride(fleet, overrides)?.floorRacks ?? fleet.racks.max;

/** @returns the most racks that people allow the fleet; Infinity where no override has a ceiling */
export const lowestCeiling = (overrides: readonly OverrideObservation[]): number =>
  Math.min(
    ...overrides.map(({ ceilingRacks }) => ceilingRacks ?? Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
  );
