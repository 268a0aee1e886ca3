/** The terms on which autoscalers of replicas run here: what they do not have is switched off. */
import type { CompiledGroup } from "../compiled.ts";

/**
 * @returns the group without people, budgets, schedules and vetoes; pools, limits, drains and the
 *   fleets' bounds stay, since these are the same for everyone
 */
export const onPeerTerms = (group: CompiledGroup): CompiledGroup => ({
  ...group,
  fleets: group.fleets.map((fleet) => ({
    ...fleet,
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    confirm: [],
    budget: null,
    cacheVeto: "Off",
    schedule: [],
  })),
});
