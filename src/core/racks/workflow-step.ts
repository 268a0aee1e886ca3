/** What the next idempotent step of an open intent is; progress is read off the world each time. */
import type { Action } from "../decision.ts";
import type { Reason } from "../reasons.ts";

export type WorkflowStep =
  | { readonly kind: "Act"; readonly actions: readonly Action[]; readonly reason: Reason }
  | { readonly kind: "Wait"; readonly reason: Reason }
  | { readonly kind: "Done"; readonly reason: Reason }
  /** Ends the intent without its goal; `restore` undoes what can be undone first. */
  | { readonly kind: "Cancel"; readonly restore: readonly Action[]; readonly reason: Reason }
  | { readonly kind: "Fail"; readonly restore: readonly Action[]; readonly reason: Reason };
