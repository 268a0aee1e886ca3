import { leadTime } from "../../racks/lead-time.ts";
import { reason } from "../../reasons.ts";
import { MINUTE_MS } from "../../units.ts";
import { DEFAULT_EXPIRY_MS } from "../approval.ts";
import { PASS, hold } from "../guard.ts";
import type { GateContext, Guard } from "../guard.ts";

/**
 * Growth whose only reason is a fall in hit rate that a rack does not cure needs a person, or is
 * held. It goes on where an objective is being missed and nothing else is in time: racks serve
 * before a person would have answered, or nobody did. That is then said.
 */
export const cacheVetoGuard: Guard = {
  name: "cache-veto",
  check({ direction, reason: why, to }, context) {
    const { fleet } = context.situation;
    if (direction === "In" || fleet.cacheVeto === "Off" || !onlyForTheCache(context)) return PASS;
    if (why.code.endsWith("-floor") || why.code === "minimum") return PASS;
    const missed = missedObjective(context);
    const urgent = missed === null ? null : nothingElseInTime(context);
    if (missed !== null && urgent !== null) {
      const text = `${missed} is being missed, and nothing else is in time: ${urgent}. `;
      const because = reason("cache-veto-waived", text + context.cache.text);
      return { kind: "Limit", to, reason: because };
    }
    const veto = reason(
      "cache-veto",
      (missed === null ? "" : timeToAsk(missed, context)) + context.cache.text,
    );
    return fleet.cacheVeto === "Hold"
      ? hold(veto)
      : { kind: "Confirm", approvers: 1, reason: veto };
  },
};

/** @returns why neither a person nor who mends the cause comes before the racks; null: they do */
function nothingElseInTime(context: GateContext): string | null {
  if (servesInMs(context) <= DEFAULT_EXPIRY_MS) return `racks serve in ${minutesText(context)}`;
  const { intents, pool, situation, cache } = context;
  const unanswered = intents.some(
    ({ fleet, pool: of, direction, phase, createdAt }) =>
      fleet === situation.fleet.key &&
      of === pool.name &&
      direction === "Out" &&
      phase === "Expired" &&
      createdAt >= (cache.since ?? situation.now),
  );
  return unanswered ? "nobody answered" : null;
}

const servesInMs = ({ situation, pool, times }: GateContext): number =>
  leadTime(situation.fleet, { pool, times }).p50Ms;

const minutesText = (context: GateContext): string =>
  `${Math.round(servesInMs(context) / MINUTE_MS)} min`;

const timeToAsk = (missed: string, context: GateContext): string =>
  `${missed} is being missed; racks would serve in ${minutesText(context)}: there is time to ask. `;

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
