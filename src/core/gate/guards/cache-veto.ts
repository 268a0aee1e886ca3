import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard } from "../guard.ts";

/**
 * Growth whose only reason is a fall in hit rate that a rack does not cure needs a person, or is
 * held. While an objective is being missed it goes on: a mended cache would not be in time. That is
 * then said.
 */
export const cacheVetoGuard: Guard = {
  name: "cache-veto",
  check({ direction, reason: why, to }, context) {
    const { fleet } = context.situation;
    if (direction === "In" || fleet.cacheVeto === "Off" || !onlyForTheCache(context)) return PASS;
    if (why.code.endsWith("-floor") || why.code === "minimum") return PASS;
    const missed = missedObjective(context);
    if (missed !== null) {
      const text = `${missed} is being missed, and nothing else is in time. ${context.cache.text}`;
      return { kind: "Limit", to, reason: reason("cache-veto-waived", text) };
    }
    const veto = reason("cache-veto", context.cache.text);
    return fleet.cacheVeto === "Hold"
      ? hold(veto)
      : { kind: "Confirm", approvers: 1, reason: veto };
  },
};

/** A cause that cannot be told may be one that a rack cures: only a named one vetoes. */
function onlyForTheCache({ cache, wantAtUsualHitRate, heldRacks }: GateContext): boolean {
  if (cache.cause === "none" || cache.cause === "cannot-tell" || cache.rackHelps === true) {
    return false;
  }
  return wantAtUsualHitRate !== null && wantAtUsualHitRate <= heldRacks;
}

/** @returns the name of an objective that is not met now; null where all are */
function missedObjective({ situation }: GateContext): string | null {
  const missed = situation.fleet.objectives.find(({ name, share }) => {
    const seen = situation.signals.objectives.find((objective) => objective.name === name);
    return (seen?.share.value ?? 1) < share;
  });
  return missed?.name ?? null;
}
