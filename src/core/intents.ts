/** What is asked of intents in more than one place: are they open, and does a person stop them. */
import type { Direction } from "./compiled.ts";
import type { Reason } from "./reasons.ts";
import type { IntentPhase, OverrideObservation } from "./observation.ts";

/** @returns whether something may still happen to an intent of this phase */
export const isOpen = (phase: IntentPhase): boolean =>
  phase === "Pending" || phase === "Approved" || phase === "Executing";

/** @returns whether the rack goes whatever the demand: its block ends, or it never came whole */
export const goesAnyway = ({ reason }: { readonly reason: Pick<Reason, "code"> }): boolean =>
  reason.code === "window-ends" || reason.code === "partial-arrival";

/** @returns the first override that pauses the direction; a Move is paused as scale-in is */
export const pausingOverride = (
  overrides: readonly OverrideObservation[],
  direction: Direction,
): OverrideObservation | undefined =>
  overrides.find(({ pauseOut, pauseIn }) => (direction === "Out" ? pauseOut : pauseIn));
