import { goesAnyway } from "../../intents.ts";
import { isServing } from "../../racks/phases.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard, Proposal, Verdict } from "../guard.ts";

/** A rack may only be drained when one can be, and not too many are already. */
export const drainSafetyGuard: Guard = {
  name: "drain-safety",
  check: (proposal, context) =>
    proposal.direction === "Out" ? PASS : drainable(context, proposal),
};

function drainable(context: GateContext, proposal: Proposal): Verdict {
  const { pool, poolMemory, summaries, victim } = context;
  if (poolMemory.wrongNodeGeneration === pool.generation) {
    return hold(reason("wrong-node-left", "Scale-in stays stopped until the RackPool is edited."));
  }
  const draining = summaries.filter(({ phase }) => phase === "Draining" || phase === "Releasing");
  if (draining.length >= pool.limits.maxDraining) {
    return hold(reason("drain-limit", `${draining.length} of ${pool.limits.maxDraining}.`));
  }
  if (victim === null) return hold(reason("no-victim"));
  return goesAnyway(proposal) ? PASS : keepsWhatServes(context, victim.id);
}

/** Racks held that do not serve yet, or never come, cannot stand in for one that does. */
function keepsWhatServes({ summaries, situation, awardedRacks }: GateContext, id: string): Verdict {
  const phase = summaries.find((summary) => summary.id === id)?.phase;
  const serves = phase !== undefined && isServing(phase);
  if (!serves || situation.servingRacks - 1 >= awardedRacks) return PASS;
  const found = `${situation.servingRacks} racks serve, ${awardedRacks} are needed.`;
  return hold(reason("no-victim", found));
}
