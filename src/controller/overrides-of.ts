/** Which overrides are about a fleet. */
import type { FleetKey } from "../core/compiled.ts";
import type { OverrideObservation } from "../core/observation.ts";
import type { EpochMs } from "../core/units.ts";
import { EVERY_FLEET } from "../ports/fleet-store.ts";
import type { DesiredState } from "../ports/fleet-store.ts";

/** @returns those that have not ended at `now` */
export const overridesOf = (
  { overrides }: Pick<DesiredState, "overrides">,
  key: FleetKey,
  now: EpochMs,
): readonly OverrideObservation[] =>
  overrides.flatMap(({ fleet, override }) =>
    isAbout(fleet, key) && override.until > now ? [override] : [],
  );

/** Fleets by name, all of a namespace, or all there are. */
export const isAbout = (target: string, key: FleetKey): boolean =>
  target === key ||
  target === EVERY_FLEET ||
  (target.endsWith("/*") && key.startsWith(target.slice(0, -1)));
