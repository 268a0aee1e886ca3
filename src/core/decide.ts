/**
 * The front door: one group of pools and fleets, one observation, one memory → one decision.
 * want → arbitrate → gate; pure, total, replayable bit for bit.
 */
import { arbitrate } from "./arbitrate.ts";
import type { Award } from "./arbitrate.ts";
import type { CompiledGroup, CompiledPool, FleetKey } from "./compiled.ts";
import type { Action, Decision, PoolDecision } from "./decision.ts";
import { fleetPicture } from "./fleet-picture.ts";
import type { FleetPicture } from "./fleet-picture.ts";
import { proposeForPool } from "./gate/propose.ts";
import type { PoolProposal } from "./gate/propose.ts";
import { GUARDS, PEER_GUARDS, shadowHold } from "./gate/index.ts";
import { planIntent } from "./gate/plan.ts";
import type { IntentPlan } from "./gate/plan.ts";
import { inOrder } from "./in-order.ts";
import { isOpen, pausingOverride } from "./intents.ts";
import { checkDecision } from "./invariants.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_POOL_MEMORY, MEMORY_SCHEMA_VERSION } from "./memory.ts";
import type { GroupMemory, PoolMemory } from "./memory.ts";
import type { GroupObservation, Intent, PoolObservation } from "./observation.ts";
import { onPeerTerms } from "./policy/peer-terms.ts";
import type { Policy } from "./policy/policy.ts";
import { heldByFleet, ownedRacks, standingRacks } from "./racks/holdings.ts";
import { poolState } from "./racks/pool-state.ts";
import type { PoolState } from "./racks/pool-state.ts";
import { racksByPhase } from "./racks/phases.ts";
import { reason } from "./reasons.ts";
import type { Reason } from "./reasons.ts";
import { fleetDecision } from "./verdict.ts";
import { rackCount } from "./units.ts";
import type { EpochMs } from "./units.ts";

export interface Decided {
  readonly decision: Decision;
  readonly memory: GroupMemory;
}

/**
 * @param policy absent: our own. Another one sizes the fleets on its own terms: packing, drains and
 *   limits are shared, people, budgets, schedules and our other guards are not
 * @throws InvariantError when the decision breaks an invariant: a bug, nothing may be written
 */
export function decide(
  given: CompiledGroup,
  observed: GroupObservation,
  memory: GroupMemory,
  policy?: Policy,
): Decided {
  const terms = policy === undefined ? given : onPeerTerms(given);
  const { group, observation } = inOrder(terms, observed);
  const pools = group.pools.map((pool) => stateOf(pool, group, observation, memory));
  const fleets = group.fleets.map((fleet) =>
    fleetPicture(fleet, {
      group,
      observed: observation.fleets.find(({ key }) => key === fleet.key),
      memory: memory.fleets[fleet.key] ?? EMPTY_FLEET_MEMORY,
      now: observation.now,
      pools,
      ...(policy === undefined ? {} : { peer: { policy, wanted: wantedBefore(memory) } }),
    }),
  );
  const awards = awardsOf(fleets, group, pools);
  const held = Object.fromEntries(
    pools.map((state) => [state.pool.name, heldIn(state, awards, observation.intents)]),
  );
  const guards = policy === undefined ? GUARDS : PEER_GUARDS;
  const proposals = proposeInTurn(pools, { fleets, awards, held, observation, guards });
  const plans = openIntents(observation).flatMap((intent) =>
    planOf(intent, { fleets, pools, awards, observation }),
  );
  const decision: Decision = {
    at: observation.now,
    group: group.name,
    fleets: fleets.map((picture) =>
      fleetDecision(picture, { awards, held: Object.values(held), proposals }),
    ),
    pools: pools.map((state) => poolDecision(state, observation.now)),
    progress: plans.map(({ progress }) => progress),
    plan: [...plans.flatMap(({ actions }) => actions), ...proposals.flatMap(opening)],
  };
  checkDecision({ group, observation, decision });
  return { decision, memory: remember(fleets, pools, decision) };
}

const wantedBefore = ({ fleets }: GroupMemory): Readonly<Record<FleetKey, number>> =>
  Object.fromEntries(
    Object.entries(fleets).map(([key, { policy }]) => [key, policy?.racks ?? 0] as const),
  );

/** Pool by pool, each seeing what the ones before opened: a fleet gives back one rack at a time. */
function proposeInTurn(
  pools: readonly PoolState[],
  world: Omit<Parameters<typeof proposeForPool>[0], "state">,
): readonly PoolProposal[] {
  const proposals: PoolProposal[] = [];
  for (const state of pools) {
    const opened = proposals.flatMap(({ open }) => (open === null ? [] : [open.intent]));
    const intents = [...world.observation.intents, ...opened];
    const observation = { ...world.observation, intents };
    proposals.push(proposeForPool({ ...world, state, observation }));
  }
  return proposals;
}

function stateOf(
  pool: CompiledPool,
  group: CompiledGroup,
  observation: GroupObservation,
  memory: GroupMemory,
): PoolState {
  const observed =
    observation.pools.find(({ name }) => name === pool.name) ?? unobserved(pool.name);
  return poolState({
    pool,
    observed,
    fleets: group.fleets,
    intents: observation.intents,
    memory: memory.pools[pool.name] ?? EMPTY_POOL_MEMORY,
    now: observation.now,
  });
}

const unobserved = (name: string): PoolObservation => ({
  name,
  count: null,
  refusals: [],
  racks: [],
});

function awardsOf(
  fleets: readonly FleetPicture[],
  group: CompiledGroup,
  pools: readonly PoolState[],
): readonly Award[] {
  const claimants = fleets.map(({ situation, sizing, owned, claim }) => ({
    fleet: situation.fleet,
    want: { ...sizing.want, curve: claim ?? sizing.want.curve },
    owned,
  }));
  const ceilings = Object.fromEntries(pools.map(({ pool, ceiling }) => [pool.name, ceiling]));
  return arbitrate(claimants, group.pools, ceilings);
}

function heldIn(
  { pool, observed, summaries }: PoolState,
  awards: readonly Award[],
  intents: readonly Intent[],
): ReturnType<typeof heldByFleet> {
  const owned = ownedRacks(summaries);
  if (observed.count === null) return heldByFleet(pool, rackCount(0), owned, {});
  const standing = standingRacks(observed.count, pool.name, intents);
  const awarded = awards.map(({ fleet, byPool }) => [fleet, byPool[pool.name] ?? 0] as const);
  return heldByFleet(pool, standing, owned, Object.fromEntries(awarded));
}

const openIntents = ({ intents }: GroupObservation): readonly Intent[] =>
  intents.filter(({ phase }) => isOpen(phase));

function planOf(
  intent: Intent,
  world: {
    readonly fleets: readonly FleetPicture[];
    readonly pools: readonly PoolState[];
    readonly awards: readonly Award[];
    readonly observation: GroupObservation;
  },
): readonly IntentPlan[] {
  const state = world.pools.find(({ pool }) => pool.name === intent.pool);
  const picture = world.fleets.find(({ situation }) => situation.fleet.key === intent.fleet);
  if (state === undefined) return [];
  const { now, leading } = world.observation;
  const view = {
    now,
    leading,
    fleet: picture?.situation.fleet ?? null,
    state,
    awards: world.awards,
    paused: picture === undefined ? null : pausedBy(intent, picture),
    untrusted: picture?.sizing.want.shrinkHold ?? null,
  };
  return [planIntent(intent, view)];
}

function pausedBy(intent: Intent, picture: FleetPicture): Reason | null {
  const { mode } = picture.situation.fleet;
  const shadow = shadowHold(intent.direction === "Out" ? mode.scaleOut : mode.scaleIn);
  if (shadow !== null) return shadow;
  const pausing = pausingOverride(picture.situation.observed.overrides, intent.direction);
  return pausing === undefined ? null : reason("paused", `FleetOverride ${pausing.name}.`);
}

const opening = ({ open }: PoolProposal): readonly Action[] => (open === null ? [] : [open]);

function poolDecision(state: PoolState, now: EpochMs): PoolDecision {
  const { observed, summaries, pool, memory } = state;
  const foreign =
    memory.foreignHoldUntil === null || memory.foreignHoldUntil <= now
      ? []
      : [reason("foreign-write", observed.count?.lastWriter ?? "")];
  return {
    pool: pool.name,
    desiredRacks: observed.count?.desired ?? null,
    racksByPhase: racksByPhase(summaries, observed.count),
    racks: summaries,
    holds: [...observed.refusals.map(({ code, text }) => reason(code, text)), ...foreign],
  };
}

function remember(
  fleets: readonly FleetPicture[],
  pools: readonly PoolState[],
  decision: Decision,
): GroupMemory {
  return {
    schemaVersion: MEMORY_SCHEMA_VERSION,
    fleets: Object.fromEntries(
      fleets.map(({ situation, memory }) => [situation.fleet.key, memory]),
    ),
    pools: Object.fromEntries(
      pools.map((state) => [state.pool.name, rememberPool(state, decision)]),
    ),
  };
}

function rememberPool({ pool, memory }: PoolState, { at, plan }: Decision): PoolMemory {
  const opened = plan.some(
    (action) => action.kind === "OpenIntent" && action.intent.pool === pool.name,
  );
  const asked = plan.some(
    (action) => action.kind === "SetCount" && action.pool === pool.name && action.to > action.from,
  );
  const hold = memory.foreignHoldUntil;
  const wrong = plan.some(
    (action) =>
      action.kind === "SetPhase" &&
      action.reason.code === "wrong-node-left" &&
      action.intent.startsWith(`${pool.name}-in-`),
  );
  return {
    ...memory,
    foreignHoldUntil: hold !== null && hold > at ? hold : null,
    requests: asked ? [...memory.requests, at] : memory.requests,
    sequence: memory.sequence + (opened ? 1 : 0),
    wrongNodeGeneration: wrong ? pool.generation : memory.wrongNodeGeneration,
  };
}
