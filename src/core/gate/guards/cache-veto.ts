import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard } from "../guard.ts";

/** Growth whose only reason is a fall in hit rate that a rack does not cure needs a person. */
export const cacheVetoGuard: Guard = {
  name: "cache-veto",
  check({ direction, reason: why }, context) {
    const { fleet } = context.situation;
    if (direction === "In" || fleet.cacheVeto === "Off" || !onlyForTheCache(context)) return PASS;
    if (why.code.endsWith("-floor") || why.code === "minimum") return PASS;
    const veto = reason("cache-veto", context.cache.text);
    return fleet.cacheVeto === "Hold"
      ? hold(veto)
      : { kind: "Confirm", approvers: 1, reason: veto };
  },
};

/** Not while an objective is being missed: then nothing else is in time. */
function onlyForTheCache(context: GateContext): boolean {
  const { cache, wantAtUsualHitRate, heldRacks, situation } = context;
  if (cache.cause === "none" || cache.rackHelps === true) return false;
  if (wantAtUsualHitRate === null || wantAtUsualHitRate > heldRacks) return false;
  return situation.fleet.objectives.every(({ name, share }) => {
    const seen = situation.signals.objectives.find((objective) => objective.name === name);
    return (seen?.share.value ?? 1) >= share;
  });
}
