/** A size that was settled beforehand, time by time, on the same tick as every other policy. */
import type { Policy, PolicySlice } from "../core/policy/policy.ts";
import { SECOND_MS, elapsed, millis } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import type { CountChange } from "./orders.ts";

/** The controller's usual pace: a plan is looked at in every tick. */
const EVERY_MS = millis(15 * SECOND_MS);

export interface Plan {
  readonly startsAt: EpochMs;
  /** Before the first change. */
  readonly startRacks: number;
  /** Earliest first. */
  readonly changes: readonly CountChange[];
}

const EMPTY_SLICE: PolicySlice = { schemaVersion: 1, series: {}, numbers: {} };

export function plannedPolicy(
  { name, knob }: Pick<Policy, "name" | "knob">,
  { startsAt, startRacks, changes }: Plan,
): Policy {
  return {
    name,
    knob,
    everyMs: EVERY_MS,
    init: () => EMPTY_SLICE,
    want: ({ roles, now }, memory) => {
      const atMs = elapsed(startsAt, now);
      const racks = changes.findLast((change) => change.atMs <= atMs)?.racks ?? startRacks;
      const replicas = Object.entries(roles).map(([role, { perRack }]) => [role, racks * perRack]);
      const text = `The plan has ${racks} racks ${Math.round(atMs / SECOND_MS)} s into the run.`;
      return { replicas: Object.fromEntries(replicas), memory, text };
    },
  };
}
