/** Racks of a count that nobody should count on: they go shortly, or will not serve in time. */
import type { RackSummary } from "../decision.ts";
import { arrivalCredit } from "../racks/arrival-credit.ts";
import type { ArrivalTimes } from "../racks/arrival-credit.ts";
import { isServing } from "../racks/phases.ts";
import type { ComingRack } from "../racks/step-list.ts";
import type { Millis } from "../units.ts";
import { survival } from "./survival.ts";

export interface Doubt {
  /** Racks that their provider has said it takes. */
  readonly announced: number;
  /** Racks that, in the mean, will not serve once one asked for now would; a fraction. */
  readonly expectedMissing: number;
  /** Of both, those that are asked for again here, on top of the count. */
  readonly replacedHere: number;
  /** Those that another pool has to make up for. */
  readonly missing: number;
}

export const NO_DOUBT: Doubt = { announced: 0, expectedMissing: 0, replacedHere: 0, missing: 0 };

export interface DoubtView {
  readonly summaries: readonly RackSummary[];
  readonly coming: readonly ComingRack[];
  /** Of the fleet whose engines start slowest; null where none draws on the pool. */
  readonly known: ArrivalTimes | null;
  /** How long a rack asked for now takes. */
  readonly withinMs: Millis;
  readonly takenPerRackHour: number;
  /** Racks that may still be asked for above the count. */
  readonly room: number;
  /** The provider has none to give now. */
  readonly short: boolean;
}

/**
 * In whole racks, the mean rounded: half a rack that may not come is asked for again. Where is
 * no room above the count, the provider replaces by itself what it takes, but not what does not
 * come up.
 */
export function doubtOf(view: DoubtView): Doubt {
  const announced = view.summaries.filter(({ leavesBy }) => leavesBy !== undefined).length;
  const expectedMissing = expectedMissingOf(view);
  const unlikely = Math.round(expectedMissing);
  if (view.short) {
    return { announced, expectedMissing, replacedHere: 0, missing: announced + unlikely };
  }
  const replacedHere = Math.min(announced + unlikely, Math.max(0, view.room));
  const missing = Math.max(0, unlikely - Math.max(0, view.room - announced));
  return { announced, expectedMissing, replacedHere, missing };
}

/**
 * Σ over racks under repair (1 − what each counts as) + Spot racks in service x (1 − survival).
 * A rack on its way for the first time counts whole while in time: asked for twice it is there
 * no sooner. Where one is late its pool's stock is in doubt (`unfilled.ts`), a half one is
 * given back (`partial.ts`), and engines that hang would hang on another rack as well.
 */
function expectedMissingOf({ summaries, coming, known, ...view }: DoubtView): number {
  const repairs = known === null ? [] : coming.filter(({ phase }) => phase === "Repairing");
  const late = repairs.reduce((sum, rack) => {
    return sum + (known === null ? 0 : 1 - arrivalCredit(rack, known, view.withinMs));
  }, 0);
  const standing = summaries.filter(({ phase }) => isServing(phase)).length;
  return late + standing * (1 - survival(view.takenPerRackHour, view.withinMs));
}
