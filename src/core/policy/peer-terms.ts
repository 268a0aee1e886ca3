/** The terms on which autoscalers of replicas run here: what they do not have is switched off. */
import type { CompiledGroup } from "../compiled.ts";
import type { GroupObservation, NodeObservation } from "../observation.ts";

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

/** @returns the observation without what providers announce to take: peers see racks go */
export function unannounced(observation: GroupObservation): GroupObservation {
  const isMarked = ({ notice }: NodeObservation): boolean => notice !== undefined;
  const { pools } = observation;
  if (!pools.some(({ racks }) => racks.some(({ nodes }) => nodes.some(isMarked)))) {
    return observation;
  }
  const bare = ({ notice: _notice, ...node }: NodeObservation): NodeObservation => node;
  return {
    ...observation,
    pools: pools.map((pool) => ({
      ...pool,
      racks: pool.racks.map((rack) => ({ ...rack, nodes: rack.nodes.map(bare) })),
    })),
  };
}
