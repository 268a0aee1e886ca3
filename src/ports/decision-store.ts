import type { Action } from "../core/decision.ts";
import type { Intent } from "../core/observation.ts";

export type OpenIntent = Extract<Action, { kind: "OpenIntent" }>;
export type SetPhase = Extract<Action, { kind: "SetPhase" }>;

/** What the approver reads; written when the intent is opened and while it is pending. */
export interface Evidence {
  readonly attainmentIfDone: number | null;
  readonly attainmentIfNot: number | null;
  /** How sure the forecast is, 0 to 1; absent where nothing was forecast on. */
  readonly confidence?: number;
  readonly cacheCause: string;
  readonly alternatives: readonly string[];
  readonly policyDigest: string;
  readonly observationDigest: string;
}

/** Intents, as ScaleDecision objects. */
export interface DecisionStore {
  /** Open intents and those closed in the last hour. @throws PortError when never listed. */
  list(): Promise<readonly Intent[]>;
  /** Creates the object; one that exists under the name with the same spec is success. */
  open(action: OpenIntent, evidence: Evidence): Promise<void>;
  setPhase(action: SetPhase): Promise<void>;
}
