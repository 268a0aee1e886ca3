/** What people read on a FleetOverride: is it in force, and if not, what is stricter. */
import type { CompiledFleet } from "../core/compiled.ts";
import { standingOf } from "../core/override-standing.ts";
import { instantText } from "../core/supply/instant.ts";
import type { Condition, DesiredState, FleetOverrideOf } from "../ports/fleet-store.ts";
import type { EpochMs } from "../core/units.ts";
import { isAbout, overridesOf } from "./overrides-of.ts";

/** An override of every fleet of a large cluster names no more than these. */
const FLEETS_NAMED = 3;

/** @returns the conditions of the override as the tick at `now` decides by it */
export function overrideConditions(
  asked: FleetOverrideOf,
  desired: DesiredState,
  now: EpochMs,
): readonly Condition[] {
  const ready: Condition = { type: "Ready", status: "True", reason: "Ready", message: "" };
  return [ready, { type: "InForce", ...inForce(asked, desired, now) }];
}

function inForce(
  { fleet: target, override }: FleetOverrideOf,
  desired: DesiredState,
  now: EpochMs,
): Omit<Condition, "type"> {
  if (override.until <= now)
    return not("Ended", `It ended by itself at ${instantText(override.until)}.`);
  const fleets = desired.fleets.filter(({ key }) => isAbout(target, key));
  if (fleets.length === 0) {
    return not("NoSuchFleet", `Found no InferenceFleet ${target}: name one that exists.`);
  }
  const standings = fleets.map((fleet) => ({
    fleet,
    ...standingOf(override, fleet, overridesOf(desired, fleet.key, now)),
  }));
  const acts = sentences(standings.map(({ fleet, acts: said }) => ({ fleet, said })));
  const vain = sentences(standings.map(({ fleet, givesWay: said }) => ({ fleet, said })));
  const message = [acts, vain === "" ? "" : `Gives way: ${vain}`].filter(Boolean).join(" ");
  return acts === "" ? not("Superseded", message) : { status: "True", reason: "InForce", message };
}

const not = (reason: string, message: string): Omit<Condition, "type"> => ({
  status: "False",
  reason,
  message,
});

interface Said {
  readonly fleet: CompiledFleet;
  readonly said: readonly string[];
}

/** @returns "" where nothing is said of any fleet */
function sentences(all: readonly Said[]): string {
  const some = all.filter(({ said }) => said.length > 0);
  const named = some
    .slice(0, FLEETS_NAMED)
    .map(({ fleet, said }) => `${fleet.key}: ${said.join("; ")}.`);
  const more = some.length - named.length;
  return [...named, ...(more > 0 ? [`And ${more} more.`] : [])].join(" ");
}
