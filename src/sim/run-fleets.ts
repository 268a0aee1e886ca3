/** Lets the kernels of all fleets run together. */
import type { FleetWorld } from "./fleet-world.ts";

type Runner = Pick<FleetWorld, "isDraining" | "runUntil"> & {
  readonly kernel: Pick<FleetWorld["kernel"], "nextEventNs">;
};

/**
 * Runs every kernel up to `untilNs`, or all of them to the same earlier instant: that at which an
 * ejected engine has run empty, because what follows concerns racks and so every fleet.
 * @returns whether they stand at `untilNs`; if not, look at the world's events and call again
 */
export function runFleets(fleets: readonly Runner[], untilNs: number): boolean {
  const draining = fleets.filter((fleet) => fleet.isDraining());
  const others = fleets.filter((fleet) => !fleet.isDraining());
  let limitNs = untilNs;
  if (draining.length > 1) {
    // Which of them runs empty first is not known: all go from event to event together.
    for (const { kernel } of fleets) limitNs = Math.min(limitNs, kernel.nextEventNs());
  }
  for (const fleet of [...draining, ...others]) {
    limitNs = Math.min(limitNs, fleet.runUntil(limitNs));
  }
  return limitNs >= untilNs;
}
