import type { Intent, PoolCount } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { RackCount } from "../units.ts";
import type { WorkflowStep } from "./workflow-step.ts";

/**
 * The next step of a growth: at `from` write the count, at `to` done, anything else is somebody
 * else's doing.
 * @param asked the `to` fixed when execution started
 */
export function outStep(intent: Intent, count: PoolCount | null, asked: RackCount): WorkflowStep {
  if (count === null) return { kind: "Wait", reason: reason("pool-unknown") };
  if (count.desired === asked) {
    return { kind: "Done", reason: reason("count-written", `${intent.pool} asks for ${asked}.`) };
  }
  if (count.desired !== intent.fromRacks) {
    const found = `Found ${count.desired}, expected ${intent.fromRacks} or ${asked}.`;
    return { kind: "Fail", restore: [], reason: reason("count-conflict", found) };
  }
  const why = reason(intent.reason.code, `${intent.fromRacks} → ${asked} racks.`);
  return {
    kind: "Act",
    reason: why,
    actions: [
      {
        kind: "SetCount",
        intent: intent.name,
        pool: intent.pool,
        uid: count.uid,
        from: intent.fromRacks,
        to: asked,
        reason: why,
      },
    ],
  };
}
