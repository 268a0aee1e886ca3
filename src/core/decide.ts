/**
 * The front door: one group of pools and fleets, one observation, one memory → one decision.
 * want → arbitrate → gate; pure, total, replayable bit for bit.
 */
import type { Award } from "./arbitrate.ts";
import { drawsOn } from "./compiled.ts";
import type {
  CompiledFleet,
  CompiledGroup,
  CompiledPool,
  Direction,
  FleetKey,
} from "./compiled.ts";
import { deal, shortagesOf } from "./deal.ts";
import type { Deal } from "./deal.ts";
import type { Action, Decision, PoolDecision } from "./decision.ts";
import { picturesOf } from "./fleet-picture.ts";
import type { FleetPicture } from "./fleet-picture.ts";
import { drainTraffic } from "./gate/drain-traffic.ts";
import { evacuations } from "./gate/evacuations.ts";
import { proposeForPool } from "./gate/propose.ts";
import type { PoolProposal, ProposeInput } from "./gate/propose.ts";
import { GUARDS, PEER_GUARDS, shadowHold } from "./gate/index.ts";
import { planIntent } from "./gate/plan.ts";
import type { IntentPlan } from "./gate/plan.ts";
import { spendingBeside } from "./gate/spending.ts";
import type { Spending } from "./gate/spending.ts";
import { withUnwritten } from "./gate/unwritten.ts";
import { rememberGivenBack } from "./supply/partial.ts";
import { announcedReasons } from "./supply/planned-loss.ts";
import { stockReason } from "./supply/stock-reason.ts";
import { inOrder, memoryInOrder } from "./in-order.ts";
import { isGrowth, isOpen, pausingOverride } from "./intents.ts";
import { checkDecision } from "./invariants.ts";
import { fenceUpkeep } from "./loans/fences.ts";
import { NO_LOAN } from "./loans/standing.ts";
import { moveProspect } from "./moves/prospect.ts";
import { takerReasons, whoHas } from "./moves/taker-reasons.ts";
import { EMPTY_POOL_MEMORY, MEMORY_SCHEMA_VERSION } from "./memory.ts";
import type { BalanceMemory, GroupMemory, PoolMemory } from "./memory.ts";
import type { GroupObservation, Intent, PoolObservation, RackObservation } from "./observation.ts";
import { onPeerTerms, unannounced } from "./policy/peer-terms.ts";
import type { Policy } from "./policy/policy.ts";
import { wantedLately } from "./policy/wanted-lately.ts";
import { poolState } from "./racks/pool-state.ts";
import type { PoolState } from "./racks/pool-state.ts";
import { readmitStrays } from "./racks/stray-ejections.ts";
import { rackProblems } from "./racks/problems.ts";
import { stepTimes } from "./racks/step-list.ts";
import { reason } from "./reasons.ts";
import type { Reason } from "./reasons.ts";
import { fleetDecision } from "./verdict.ts";
import { balance } from "./workloads/balance.ts";
import { askCounts, noticeCounts } from "./workloads/counts.ts";
import type { CountMemories } from "./workloads/counts.ts";
import { planWorkloads } from "./workloads/plan.ts";
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
  carried: GroupMemory,
  policy?: Policy,
): Decided {
  const memory = memoryInOrder(carried);
  // What is foreseen of a pool is part of our policy.
  const foresees = policy === undefined;
  const terms = policy === undefined ? given : onPeerTerms(given);
  const { group, observation } = inOrder(terms, foresees ? observed : unannounced(observed));
  const pools = group.pools.map((pool) => stateOf(pool, { group, observation, memory, foresees }));
  const fleets = picturesOf({ group, observation, memory, pools, policy });
  const dealt = deal(fleets, { group, pools, observation, foresees });
  const { awards, asked, held, kept, loans, standing } = dealt;
  const guards = policy === undefined ? GUARDS : PEER_GUARDS;
  const proposals = proposeInTurn(pools, { fleets, pools, observation, guards, ...dealt });
  const drafts = openIntents(observation).flatMap((intent) =>
    planOf(intent, { fleets, pools, awards, asked, kept, loans, standing, observation }),
  );
  const counts = countsOf(fleets, memory, observation.now);
  const balances = policy === undefined ? balancesOf(fleets, group, memory) : {};
  const workloads = planWorkloads({
    fleets: policy === undefined ? fleets : [],
    pools,
    held,
    observation,
    plans: drafts,
    counts,
    shifts: balances,
  });
  const { plans } = workloads;
  const shortages = shortagesOf(pools);
  const progress = plans.map((plan) => plan.progress);
  const moves = { proposals, intents: observation.intents, progress };
  const decision: Decision = {
    at: observation.now,
    group: group.name,
    fleets: fleets.map((picture) =>
      fleetDecision(picture, {
        awards,
        held: Object.values(held),
        proposals,
        shortages,
        losses: lossesOf(picture.situation.fleet, pools),
        workloads: workloads.steps[picture.situation.fleet.key] ?? [],
        coming: takerReasons(picture.situation.fleet.key, moves),
        holders: whoHas(picture, pools, held),
      }),
    ),
    pools: pools.map((state) => poolDecision(state, observation.now)),
    progress,
    plan: [
      ...plans.flatMap(({ actions }) => actions),
      ...workloads.actions,
      ...readmitStrays(observation),
      ...evacuations(policy === undefined ? pools : [], fleets, observation),
      ...(policy === undefined ? fencing(pools, group, observation) : []),
      ...proposals.flatMap(opening),
    ],
  };
  checkDecision({ group, observation, decision });
  return { decision, memory: remember(fleets, pools, { decision, balances, counts }) };
}

const fencing = (
  pools: readonly PoolState[],
  { fleets }: CompiledGroup,
  { leading, intents }: GroupObservation,
): readonly Action[] =>
  pools.flatMap((state) => {
    const drawing = fleets.filter((fleet) => drawsOn(fleet, state.pool));
    return fenceUpkeep(state, { leading, intents, fleets: drawing });
  });

const lossesOf = (fleet: CompiledFleet, pools: readonly PoolState[]): readonly Reason[] =>
  pools.flatMap((state) => (drawsOn(fleet, state.pool) ? announcedReasons(state) : []));

/**
 * Pool by pool, each seeing what the ones before opened: a fleet gives back one rack at a time, and
 * what it asks for anywhere counts against its limit everywhere.
 */
function proposeInTurn(
  pools: readonly PoolState[],
  world: Omit<ProposeInput, "state" | "asked"> & { readonly asked: Deal["asked"] },
): readonly PoolProposal[] {
  const proposals: PoolProposal[] = [];
  for (const state of pools) {
    const opened = proposals.flatMap(({ open }) => (open === null ? [] : [open.intent]));
    const intents = [...world.observation.intents, ...opened];
    const observation = { ...world.observation, intents };
    const asked = withUnwritten(world.asked, intents, pools);
    proposals.push(proposeForPool({ state, ...world, asked, observation }));
  }
  return proposals;
}

interface Seen {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
  readonly foresees: boolean;
}

function stateOf(pool: CompiledPool, { group, observation, memory, foresees }: Seen): PoolState {
  const observed =
    observation.pools.find(({ name }) => name === pool.name) ?? unobserved(pool.name);
  return poolState({
    pool,
    observed,
    fleets: group.fleets,
    seenFleets: observation.fleets,
    intents: observation.intents,
    memory: memory.pools[pool.name] ?? EMPTY_POOL_MEMORY,
    now: observation.now,
    foresees,
  });
}

const unobserved = (name: string): PoolObservation => ({
  name,
  count: null,
  refusals: [],
  racks: [],
});

const openIntents = ({ intents }: GroupObservation): readonly Intent[] =>
  intents.filter(({ phase }) => isOpen(phase));

function planOf(
  intent: Intent,
  world: {
    readonly fleets: readonly FleetPicture[];
    readonly pools: readonly PoolState[];
    readonly awards: readonly Award[];
    readonly asked: Deal["asked"];
    readonly kept: Readonly<Record<string, number>>;
    readonly loans: Deal["loans"];
    readonly standing: Deal["standing"];
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
    kept: world.kept[intent.pool] ?? 0,
    loan: world.loans[intent.pool] ?? NO_LOAN,
    intents: world.observation.intents,
    wantedLately: picture !== undefined && wantedLately(picture.memory, now, picture.held),
    ...(picture && { spending: spendingOf(picture.situation.fleet, state, world) }),
    paused: pausedBy(intent, world.fleets),
    ...moveProspect(intent, state.pool, { ...world, now }),
    untrusted: picture?.sizing.want.shrinkHold ?? null,
    ...(picture &&
      intent.direction !== "Out" && {
        traffic: drainTraffic(picture.situation, racksOf(world.pools)),
      }),
  };
  return [planIntent(intent, view)];
}

/** What other decisions will ask for counts as spent. */
const spendingOf = (
  fleet: CompiledFleet,
  { pool, observed }: PoolState,
  { pools, asked, observation: { intents } }: Parameters<typeof planOf>[1],
): Spending =>
  spendingBeside(fleet, pool, {
    pools: pools.map((state) => state.pool),
    asked: withUnwritten(asked, intents, pools),
    count: observed.count?.desired ?? null,
  });

const racksOf = (pools: readonly PoolState[]): readonly RackObservation[] =>
  pools.flatMap(({ observed }) => observed.racks);

/** A move is stopped by what stops either fleet: scale-in of the one, growth of the other. */
function pausedBy(intent: Intent, fleets: readonly FleetPicture[]): Reason | null {
  const { fleet, taker, direction } = intent;
  const sides = [
    [fleet, direction] as const,
    ...(taker === undefined ? [] : [[taker, "Out"] as const]),
  ];
  for (const [key, way] of sides) {
    const picture = fleets.find(({ situation }) => situation.fleet.key === key);
    const why = picture === undefined ? null : stoppedBy(way, picture);
    if (why !== null) return why;
  }
  return null;
}

function stoppedBy(direction: Direction, { situation }: FleetPicture): Reason | null {
  const { mode } = situation.fleet;
  const shadow = shadowHold(isGrowth(direction) ? mode.scaleOut : mode.scaleIn);
  if (shadow !== null) return shadow;
  const pausing = pausingOverride(situation.observed.overrides, direction);
  return pausing === undefined ? null : reason("paused", `FleetOverride ${pausing.name}.`);
}

interface Learned {
  readonly decision: Decision;
  readonly balances: Balances;
  readonly counts: Readonly<Record<FleetKey, CountMemories>>;
}

/** What is known of the counts of every fleet whose workloads' objects were read. */
const countsOf = (
  fleets: readonly FleetPicture[],
  memory: GroupMemory,
  now: EpochMs,
): Learned["counts"] =>
  Object.fromEntries(
    fleets.flatMap(({ situation: { fleet, observed } }) =>
      observed.workloads === undefined
        ? []
        : [
            [
              fleet.key,
              noticeCounts(observed.workloads, memory.fleets[fleet.key]?.counts ?? {}, now),
            ] as const,
          ],
    ),
  );

type Balances = Readonly<Record<FleetKey, BalanceMemory>>;

/** The mix of prefill and decode of every fleet that may be shifted. */
const balancesOf = (
  fleets: readonly FleetPicture[],
  { pools }: CompiledGroup,
  memory: GroupMemory,
): Balances =>
  Object.fromEntries(
    fleets.flatMap(({ situation }) => {
      const { key } = situation.fleet;
      const chosen = balance(situation, pools, memory.fleets[key]?.balance);
      return chosen === null ? [] : [[key, chosen] as const];
    }),
  );

const opening = ({ open }: PoolProposal): readonly Action[] => (open === null ? [] : [open]);

function poolDecision(state: PoolState, now: EpochMs): PoolDecision {
  const { observed, summaries, awaited, pool, memory } = state;
  const foreign =
    memory.foreignHoldUntil === null || memory.foreignHoldUntil <= now
      ? []
      : [reason("foreign-write", observed.count?.lastWriter ?? "")];
  const shortage = stockReason(pool.name, state.supply);
  const shortages = shortage === null ? [] : [shortage];
  return {
    pool: pool.name,
    desiredRacks: observed.count?.desired ?? null,
    racksByPhase: state.racksByPhase,
    racks: summaries,
    awaited,
    steps: stepTimes(state.times),
    problems: [
      ...rackProblems({ summaries, awaited, foreign: observed.foreign ?? [] }),
      ...announcedReasons(state),
    ],
    holds: [
      ...observed.refusals.map(({ code, text }) => reason(code, text)),
      ...foreign,
      ...shortages,
    ],
  };
}

function remember(
  fleets: readonly FleetPicture[],
  pools: readonly PoolState[],
  { decision, balances, counts }: Learned,
): GroupMemory {
  return {
    schemaVersion: MEMORY_SCHEMA_VERSION,
    fleets: Object.fromEntries(
      fleets.map(({ situation, memory }) => {
        const { key } = situation.fleet;
        const balance = balances[key];
        const asked = counts[key] && { counts: askCounts(counts[key], decision.plan) };
        return [key, { ...memory, ...asked, ...(balance && { balance }) }];
      }),
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
    ...rememberGivenBack(memory, plan, pool.name, at),
    foreignHoldUntil: hold !== null && hold > at ? hold : null,
    requests: asked ? [...memory.requests, at] : memory.requests,
    sequence: memory.sequence + (opened ? 1 : 0),
    wrongNodeGeneration: wrong ? pool.generation : memory.wrongNodeGeneration,
  };
}
