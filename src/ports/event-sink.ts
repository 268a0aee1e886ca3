import type { ObjectRef } from "../core/compiled.ts";
import type { Reason } from "../core/reasons.ts";

export interface ClusterEvent {
  readonly about: ObjectRef & { readonly uid: string };
  readonly type: "Normal" | "Warning";
  /** What was being done: `Scale`, `Hold`, `Drain`, `Observe`. */
  readonly action: string;
  readonly reason: Reason;
  /** The ScaleDecision that it is about; absent where it is about none. */
  readonly decision?: string;
}

/** Where people are told. Losing an event loses nothing: sinks log failures and go on. */
export interface EventSink {
  publish(event: ClusterEvent): Promise<void>;
}
