import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard, Verdict } from "../guard.ts";

/** A rack may only be drained when one can be, and not too many are already. */
export const drainSafetyGuard: Guard = {
  name: "drain-safety",
  check: ({ direction }, context) => (direction === "Out" ? PASS : drainable(context)),
};

function drainable({ pool, poolMemory, summaries, victim }: GateContext): Verdict {
  if (poolMemory.wrongNodeGeneration === pool.generation) {
    return hold(reason("wrong-node-left", "Scale-in stays stopped until the RackPool is edited."));
  }
  const draining = summaries.filter(({ phase }) => phase === "Draining" || phase === "Releasing");
  if (draining.length >= pool.limits.maxDraining) {
    return hold(reason("drain-limit", `${draining.length} of ${pool.limits.maxDraining}.`));
  }
  return victim === null ? hold(reason("no-victim")) : PASS;
}
