import { COLLAPSE_LOAD_LIMIT } from "../../cache/response-law.ts";
import { prefillLoad } from "../../capacity/attainment.ts";
import { holdsObjectives } from "../../policy/want.ts";
import { loadOn, sizingTurnsPerSecond } from "../../policy/situation.ts";
import type { Situation } from "../../policy/situation.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold, racksAfter } from "../guard.ts";
import type { Guard, Verdict } from "../guard.ts";

/**
 * With fewer racks the cache is smaller and the hit rate lower, so work per turn rises. Two states
 * can then coexist, a good one and a collapsed one, wherever prefill capacity lies between the cold
 * work and the whole prompt work. There, scale-in keeps the prefill load under the router's limit.
 */
export const cacheSafetyGuard: Guard = {
  name: "cache-safety",
  check(proposal, context) {
    if (proposal.direction === "Out") return PASS;
    if (context.situation.fleet.without === "scale-in-safety") return PASS;
    const { move } = proposal;
    // Another fleet needs the rack more: what this one might miss was weighed. That what it has to
    // do by the median forecast collapses was not.
    const weighed = move !== undefined && move.ground !== "Spare";
    return safeWith(context.situation, racksAfter(proposal, context), weighed);
  },
};

function safeWith(situation: Situation, racks: number, weighed: boolean): Verdict {
  if (situation.point === null && (situation.demand?.promptTokensPerTurn ?? 0) > 0) {
    return hold(reason("cache-unsafe", "The hit rate cannot be measured."));
  }
  const turnsPerSecond = weighed ? (situation.band?.p50 ?? 0) : sizingTurnsPerSecond(situation);
  const { capacity, fleet } = situation;
  const load = loadOn(situation, racks, turnsPerSecond);
  if (!weighed && turnsPerSecond > 0 && !holdsObjectives(situation, racks, turnsPerSecond)) {
    return hold(reason("cache-unsafe", `The objectives would not hold with ${racks} racks.`));
  }
  const promptWork = turnsPerSecond * load.promptTokensPerTurn;
  const carriesCold = promptWork <= racks * capacity.prefillTokensPerSecond;
  const used = prefillLoad(racks, capacity, load);
  const limit = COLLAPSE_LOAD_LIMIT[fleet.router];
  if (carriesCold || used <= limit) return PASS;
  const found =
    `${racks} racks would use ${Math.round(used * 100)} % of prefill at a hit rate of ` +
    `${Math.round(load.hitRate * 100)} %; above ${limit * 100} % a fleet that cannot carry ` +
    "its load without a cache may collapse.";
  return hold(reason("cache-unsafe", found));
}
