/** What replaying a plan gives, round by round. */
import type { ReferenceResult, SimulationResult } from "../../api/results.ts";
import type { CountChange } from "../../oracle/orders.ts";
import type { TickTiming } from "../run-policy.ts";
import type { OpenRun } from "../simulation/open-run.ts";

export interface Replayed {
  readonly open: OpenRun;
  readonly result: SimulationResult;
  readonly ticking: TickTiming;
}

/** Runs a plan like any other policy. */
export type Replay = (changes: readonly CountChange[]) => Promise<Replayed>;

/** The rounds of a reference, and the plan of the one that is reported. */
export interface Rounds {
  readonly reference: ReferenceResult;
  readonly changes: readonly CountChange[];
  readonly reported: Replayed;
}

export const outcomeOf = ({ result }: Replayed) => ({
  gpuHours: result.gpuHours.held,
  violations: result.slo.violations,
});
