/** The closed sets of words that the API uses, in the order in which they are shown. */
import { Type, type TSchema } from "typebox";
import type { CacheCause, RackPhase, RackStep } from "../core/decision.ts";
import type { IntentPhase } from "../core/observation.ts";
import type { Trust } from "../core/signals/trust.ts";

/** In the order in which a rack passes through them, the asides last. */
export const RACK_PHASES = [
  "Requested",
  "Provisioning",
  "Joining",
  "Starting",
  "Warming",
  "Serving",
  "Draining",
  "Releasing",
  "Gone",
  "Repairing",
  "Loaned",
  "Idle",
] as const satisfies readonly RackPhase[];

/** In the order in which a rack passes through them, the way back last. */
export const RACK_STEPS = [
  "grant",
  "boot",
  "join",
  "start",
  "repair",
] as const satisfies readonly RackStep[];

export const INTENT_PHASES = [
  "Pending",
  "Approved",
  "Executing",
  "Done",
  "PartiallyDone",
  "Rejected",
  "Expired",
  "Superseded",
  "Cancelled",
  "Failed",
] as const satisfies readonly IntentPhase[];

/** Phases after which nothing more happens to a decision. */
export const OPEN_PHASES: readonly IntentPhase[] = ["Pending", "Approved", "Executing"];

export const OUTCOMES = ["Grow", "Shrink", "Hold"] as const;
export const DIRECTIONS = ["Out", "In", "Move", "Lend", "Reclaim"] as const;
export const TRUSTS = [
  "Fresh",
  "Stale",
  "Missing",
  "Implausible",
] as const satisfies readonly Trust[];

export const CACHE_CAUSES = [
  "none",
  "workload-shift",
  "prompt-instability",
  "capacity-bound",
  "routing-spread",
  "spread-or-instability",
  "cold-replicas",
  "configuration-change",
  "broken-signal",
  "cannot-tell",
] as const satisfies readonly CacheCause[];

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const ReasonSchema = Type.Object({
  code: Type.String({ description: "A code of the closed table of reasons." }),
  text: Type.String(),
});
