import type { FlipsAnswer, WhatIfAnswer, WhyNotAnswer } from "../../api/counterfactual-view.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import type { Assumption } from "../../core/counterfactual/assumptions.ts";

/** One fleet's decision, and what can be asked about it: a running controller's, or a log's. */
export interface Explained {
  /** The decision that was asked for by name; null: a fleet was. */
  readonly asked: { readonly answer: unknown; readonly text: string } | null;
  fleet(): Promise<FleetView>;
  whatIf(assumptions: readonly Assumption[]): Promise<WhatIfAnswer>;
  whyNot(racks: number): Promise<WhyNotAnswer>;
  flips(): Promise<FlipsAnswer>;
}
