import type { CandidateFleet } from "../core/candidate.ts";
import type { GroupObservation } from "../core/observation.ts";
import type { GroupMemory } from "../core/memory.ts";
import type { Decision } from "../core/decision.ts";
import type { CompiledGroup } from "../core/compiled.ts";
import type { Millis } from "../core/units.ts";

/** What one tick of one group saw, decided and did: metrics, the API and the console read this. */
export interface TickReport {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  /** What was carried into the decision. */
  readonly memory: GroupMemory;
  readonly decision: Decision;
  readonly actions: readonly ActionResult[];
  readonly durationMs: Millis;
  /** What fleets that try something out would have decided; absent where none does. */
  readonly candidate?: readonly CandidateFleet[];
}

export interface ActionResult {
  readonly kind: string;
  readonly intent: string;
  readonly outcome: "applied" | "unchanged" | "blocked" | "conflict" | "failed" | "fenced";
  readonly detail: string;
}

export interface Telemetry {
  tick(report: TickReport): void;
  /** A tick that was aborted: by a broken invariant or an error of a port. */
  tickFailed(group: string, code: string, message: string): void;
  /** The group is no longer decided on: its pools and fleets were deleted, or regrouped. */
  forget(group: string): void;
}
