/** FleetOverride → OverrideObservation, with the fleet it is about. */
import { type FleetKey, fleetKey } from "../core/compiled.ts";
import type { OverrideObservation } from "../core/observation.ts";
import { epochMs, rackCount } from "../core/units.ts";
import { decodeObject } from "./decode-object.ts";
import type { Compilation } from "./field-error.ts";
import { FLEET_OVERRIDE } from "./fleet-override.ts";

export interface CompiledOverride {
  /** `namespace/*`: every fleet of the namespace. */
  readonly fleet: FleetKey;
  readonly namespace: string;
  readonly override: OverrideObservation;
}

/** @returns the override, ended or not: who reads it compares `until` with now. */
export function compileOverride(raw: unknown): Compilation<CompiledOverride> {
  const decoded = decodeObject(FLEET_OVERRIDE, raw);
  if (!decoded.ok) return decoded;
  const { metadata, spec } = decoded.value;
  const racks = (count: number | undefined) => (count === undefined ? null : rackCount(count));
  const override = {
    name: metadata.name,
    pauseOut: spec.pause.out,
    pauseIn: spec.pause.in,
    floorRacks: racks(spec.floorRacks),
    ceilingRacks: racks(spec.ceilingRacks),
    until: epochMs(Date.parse(spec.until)),
    reason: spec.reason,
    ...(spec.breakGlass && { breakGlass: true as const }),
    ...(spec.by !== undefined && { by: spec.by }),
    generation: metadata.generation,
  };
  const { namespace } = metadata;
  const fleet = fleetKey({ namespace, name: spec.fleet });
  return { ok: true, value: { fleet, namespace, override } };
}
