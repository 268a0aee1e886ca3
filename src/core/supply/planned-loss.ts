/**
 * Racks that go at a known instant, whatever anybody wants: of a capacity block that ends, and
 * those that their provider has announced to take. What is done about either is the same: nothing
 * counts on them beyond that, what they do is replaced before, and they are emptied in time.
 */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet } from "../compiled.ts";
import type { Step } from "../decision.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { after } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { nextEnd } from "./calendar.ts";
import { instantText } from "./instant.ts";
import { toHundredths } from "../numeric.ts";

export interface PlannedLoss {
  /** Which rack; null where only how many is known. */
  readonly rack: string | null;
  readonly racks: number;
  readonly by: EpochMs;
}

type Losing = Pick<PoolState, "pool" | "summaries">;

/** @returns the pool's losses to come, those announced first, then the end of the next block */
export function plannedLosses({ pool, summaries }: Losing, now: EpochMs): readonly PlannedLoss[] {
  const announced = summaries.flatMap(({ id, leavesBy }) =>
    leavesBy === undefined ? [] : [{ rack: id, racks: 1, by: leavesBy }],
  );
  const { windows } = pool.supply;
  const end = nextEnd(windows, now);
  if (end === null) return announced;
  const ending = windows.filter(({ from, until }) => from <= now && until === end);
  const racks = ending.reduce((sum, window) => sum + window.racks, 0);
  return [...announced, { rack: null, racks, by: end }];
}

/** @returns what is lost within so long of the pools that the fleet draws on: a step a pool */
export function lossSteps(
  fleet: CompiledFleet,
  pools: readonly PoolState[],
  { now, horizonMs }: { readonly now: EpochMs; readonly horizonMs: Millis },
): readonly Step[] {
  return pools
    .filter(({ pool }) => drawsOn(fleet, pool))
    .flatMap((state) => {
      const losses = plannedLosses(state, now).filter(({ by }) => by <= after(now, horizonMs));
      const { expectedMissing, replacedHere, missing } = state.doubt;
      if (losses.length === 0 && replacedHere + missing === 0) return [];
      const goingRacks = losses.reduce((sum, { racks }) => sum + racks, 0);
      const text =
        `${losses.map(lossText).join("")}${toHundredths(expectedMissing)} more racks are not ` +
        `expected to serve in time; ${replacedHere} are asked for again here, ` +
        `${missing} elsewhere.`;
      const numbers = {
        goingRacks,
        expectedMissing: toHundredths(expectedMissing),
        replacedHere,
        missing,
      };
      return [{ stage: "supply", name: `losses of ${state.pool.name}`, text, numbers } as const];
    });
}

const lossText = ({ rack, racks, by }: PlannedLoss): string =>
  `${rack === null ? `${racks} racks go` : `Rack ${rack} goes`} by ${instantText(by)}. `;

/** @returns a reason for each rack of the pool whose loss is announced */
export const announcedReasons = (state: Losing): readonly Reason[] =>
  state.summaries.flatMap(({ id, leavesBy }) => {
    if (leavesBy === undefined) return [];
    const found = `Rack ${id} of RackPool ${state.pool.name} goes by ${instantText(leavesBy)}.`;
    return [reason("interruption", found)];
  });
