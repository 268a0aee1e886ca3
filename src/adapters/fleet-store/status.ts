/** Statuses as they are written on our objects. */
import type { EpochMs } from "../../core/units.ts";
import type { Condition, FleetStatus, PoolStatus } from "../../ports/fleet-store.ts";
import { conditionsOf, type Json, objectAt } from "../kubernetes/decode.ts";
import { timestamp } from "../kubernetes/timestamps.ts";

/** What the schema allows a condition's message. */
const MESSAGE_CHARS = 32_768;

/** What is written, as far as `object` does not already say it: `lastTransitionTime` is kept. */
export interface StatusContext {
  readonly object: Json;
  readonly generation: number;
  readonly now: EpochMs;
}

export function poolStatus(status: PoolStatus, context: StatusContext): Json {
  return {
    observedGeneration: context.generation,
    ...(status.desiredRacks !== null && { desiredRacks: status.desiredRacks }),
    racksByPhase: status.racksByPhase,
    conditions: conditions(status.conditions, context),
  };
}

export function fleetStatus(status: FleetStatus, context: StatusContext): Json {
  const { conditions: judged, hitRate, ...numbers } = status;
  return {
    observedGeneration: context.generation,
    ...numbers,
    // Two digits: the third changes with every scrape and tells nobody anything.
    ...(hitRate !== null && { hitRate: hitRate.toFixed(2) }),
    conditions: conditions(judged, context),
  };
}

export const overrideStatus = (judged: readonly Condition[], context: StatusContext): Json => ({
  conditions: conditions(judged, context),
});

/** The status an object had, with `Ready` false; what was last known to be true stays readable. */
export function brokenStatus(message: string, context: StatusContext): Json {
  const ready: Condition = { type: "Ready", status: "False", reason: "InvalidSpec", message };
  return {
    ...objectAt(context.object, "status"),
    conditions: conditions([ready], context),
  };
}

function conditions(judged: readonly Condition[], context: StatusContext): readonly Json[] {
  const before = conditionsOf(context.object);
  return judged.map(({ type, status, reason, message }) => {
    const old = before.find((condition) => condition.type === type);
    const same = old?.status === status && old.lastTransitionTime !== "";
    return {
      type,
      status,
      reason,
      message: message.slice(0, MESSAGE_CHARS),
      lastTransitionTime: same ? old.lastTransitionTime : timestamp(context.now),
      observedGeneration: context.generation,
    };
  });
}

/** @returns the status without what drifts all the time and alone is not worth a write */
export function withoutDrift(status: Json): Json {
  const { hitRate: _hitRate, ...rest } = status;
  const settled = conditionsOf({ status }).map(({ type, status, reason }) => ({
    type,
    status,
    reason,
  }));
  return { ...rest, conditions: settled };
}
