import type { Knob, Policy, PolicyView } from "../core/policy/policy.ts";
import { HOUR_MS } from "../core/units.ts";
import { EMPTY_SLICE, everyRole } from "./roles.ts";

/**
 * Share of the most racks that a fleet may have, rounded up to whole racks: of the sizes a person
 * might fix, the one that transfers between fleets of different size.
 */
export const STATIC_KNOB: Knob = {
  name: "share-of-max",
  default: 0.7,
  sweep: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
};

/** A size that somebody chose, never changed: what every autoscaler must beat. */
export function staticPolicy(shareOfMax: number): Policy {
  return {
    name: "static",
    knob: shareOfMax,
    everyMs: HOUR_MS,
    init: () => EMPTY_SLICE,
    want: ({ roles, fleet }: PolicyView, memory) => {
      const racks = Math.ceil(shareOfMax * fleet.racks.max - ROUNDING);
      return {
        replicas: everyRole(roles, ({ perRack }) => racks * perRack),
        memory,
        text: `Always ${racks} racks, ${shareOfMax} of ${fleet.racks.max}.`,
      };
    },
  };
}

/** 0.7 of 10 is 7 racks, not 8, whatever binary fractions make of it. */
const ROUNDING = 1e-9;
