/** What a fleet is told of the racks of its pools that are on loan. */
import { drawsOn } from "../compiled.ts";
import type { CompiledFleet } from "../compiled.ts";
import type { Step } from "../decision.ts";
import { startTime } from "../racks/lead-time.ts";
import type { PoolState } from "../racks/pool-state.ts";
import { MINUTE_MS } from "../units.ts";

/** @returns a step per pool with racks on loan: how many, and how soon one of them serves */
export const loanSteps = (fleet: CompiledFleet, pools: readonly PoolState[]): readonly Step[] =>
  pools.flatMap((state) => {
    const { pool, racksByPhase } = state;
    if (pool.loan === undefined || !drawsOn(fleet, pool)) return [];
    const leadMs = pool.loan.graceMs + (startTime(state, fleet)?.p95Ms ?? 0);
    const found = `${racksByPhase.Loaned} racks of ${pool.name} are on loan`;
    const text = `${found}; one that is past its tenure serves within ${minutes(leadMs)} min.`;
    const numbers = { onLoan: racksByPhase.Loaned, leadMs };
    return [{ stage: "supply" as const, name: `loan/${pool.name}`, text, numbers }];
  });

const minutes = (ms: number): number => Math.ceil(ms / MINUTE_MS);
