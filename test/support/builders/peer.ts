/** A policy that wants what a test says, and the stage it is asked on. */
import type { Policy, PolicySlice, PolicyView } from "../../../src/core/policy/policy.ts";
import type { PerRole, RoleReplicas } from "../../../src/core/policy/policy.ts";
import { SECOND_MS, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "./compiled.ts";
import { NOW, aFleetObservation } from "./observed.ts";

export const NOTHING_REMEMBERED: PolicySlice = { schemaVersion: 1, series: {}, numbers: {} };

/** @param replicas wanted by an aggregated fleet, the nth time it is asked */
export const aPolicy = (replicas: (asked: number, view: PolicyView) => number): Policy => ({
  name: "as-told",
  knob: 1,
  everyMs: millis(30 * SECOND_MS),
  init: () => NOTHING_REMEMBERED,
  want: (view, memory) => {
    const asked = (memory.numbers["asked"] ?? 0) + 1;
    return {
      replicas: { Aggregated: replicas(asked, view) },
      memory: { ...memory, numbers: { asked } },
      text: "As told.",
    };
  },
});

/** Two racks of eight units, all ready, of a fleet that may have 1 to 10 racks. */
export function aView(
  changes: Partial<PolicyView> = {},
  replicas: Partial<RoleReplicas> = {},
): PolicyView {
  const roles: PerRole<RoleReplicas> = {
    Aggregated: {
      filled: 16,
      present: replicas.filled ?? 16,
      ready: replicas.filled ?? 16,
      perRack: 8,
      min: 8,
      max: 80,
      ...replicas,
    },
  };
  return { fleet: aSmallFleet(), observed: aFleetObservation(), now: NOW, roles, ...changes };
}
