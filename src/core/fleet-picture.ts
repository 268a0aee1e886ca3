/** One fleet as this tick sees it: situation, cache verdict, sizing, and what is remembered. */
import { answeringPods } from "./cache/diagnosis/answering.ts";
import type { AnsweringPod } from "./cache/diagnosis/answering.ts";
import { diagnose } from "./cache/diagnosis/diagnose.ts";
import type { DiagnosisMemory } from "./cache/diagnosis/watch.ts";
import { lawThrough, RESPONSE_LAW_PRIORS } from "./cache/response-law.ts";
import type { CompiledFleet, CompiledGroup, FleetKey } from "./compiled.ts";
import type { AttainmentByRacks, CacheVerdict, Step } from "./decision.ts";
import { rememberForecast } from "./demand/forecast.ts";
import { loanSteps } from "./loans/loan-steps.ts";
import { EMPTY_FLEET_MEMORY } from "./memory.ts";
import type { FleetMemory, GroupMemory } from "./memory.ts";
import type { FleetObservation, GroupObservation } from "./observation.ts";
import { firstCome, peerSizing } from "./policy/peer-sizing.ts";
import type { Policy } from "./policy/policy.ts";
import { assess } from "./policy/situation.ts";
import type { Situation } from "./policy/situation.ts";
import { want } from "./policy/want.ts";
import type { Sizing } from "./policy/want.ts";
import { heldUnawarded } from "./racks/holdings.ts";
import type { PoolState } from "./racks/pool-state.ts";
import { supplySteps } from "./racks/step-list.ts";
import { lossSteps } from "./supply/planned-loss.ts";
import { elapsed, rackCount, ratio } from "./units.ts";
import type { EpochMs, RackCount } from "./units.ts";

export interface FleetPicture {
  readonly situation: Situation;
  readonly cache: CacheVerdict;
  /** Lead times of the pools it draws on, and racks on their way. */
  readonly supply: readonly Step[];
  readonly sizing: Sizing;
  /** Racks wanted if the hit rate had not fallen; null when nobody knows what it usually is. */
  readonly wantAtUsualHitRate: RackCount | null;
  /** Racks that run the fleet's units, by pool. */
  readonly owned: Readonly<Record<string, number>>;
  readonly memory: FleetMemory;
  /** Racks the fleet holds or has on the way, before any award. */
  readonly held: RackCount;
  /** Where nobody weighs attainment: what the want is weighed by instead. */
  readonly claim?: AttainmentByRacks;
}

/** Another policy than ours, and what each fleet wanted by it last. */
export interface PeerChoice {
  readonly policy: Policy;
  readonly wanted: Readonly<Record<FleetKey, number>>;
}

export interface PictureInput {
  readonly group: CompiledGroup;
  readonly observed: FleetObservation | undefined;
  readonly memory: FleetMemory;
  readonly now: EpochMs;
  readonly pools: readonly PoolState[];
  /** Its engines that answer. */
  readonly answering: readonly AnsweringPod[];
  /** Absent: our own policy. */
  readonly peer?: PeerChoice;
}

interface PicturesInput {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
  readonly pools: readonly PoolState[];
  readonly policy: Policy | undefined;
}

/** @returns one of each fleet of the group, in its order */
export function picturesOf({
  group,
  observation,
  memory,
  pools,
  policy,
}: PicturesInput): readonly FleetPicture[] {
  const answering = answeringPods(pools.flatMap((state) => state.observed.racks));
  const peer = policy && { policy, wanted: wantedBefore(memory) };
  return group.fleets.map((fleet) =>
    fleetPicture(fleet, {
      group,
      observed: observation.fleets.find(({ key }) => key === fleet.key),
      memory: memory.fleets[fleet.key] ?? EMPTY_FLEET_MEMORY,
      now: observation.now,
      pools,
      answering: answering.get(fleet.key) ?? [],
      ...(peer && { peer }),
    }),
  );
}

const wantedBefore = ({ fleets }: GroupMemory): Readonly<Record<FleetKey, number>> =>
  Object.fromEntries(
    Object.entries(fleets).map(([key, { policy }]) => [key, policy?.racks ?? 0] as const),
  );

/** @throws Error when the fleet was not observed: the observation must hold every fleet */
export function fleetPicture(fleet: CompiledFleet, input: PictureInput): FleetPicture {
  const { observed, memory, now, pools } = input;
  if (observed === undefined) throw new Error(`fleet ${fleet.key}: not in the observation`);
  const serving = pools.reduce((total, state) => total + (state.serving[fleet.key] ?? 0), 0);
  const situation = assess({
    fleet,
    pools,
    observed,
    memory,
    now,
    servingRacks: rackCount(serving),
  });
  const diagnosed = diagnose(situation, input.answering, memory.diagnosis ?? null);
  const cache = diagnosed.verdict;
  const owned = Object.fromEntries(
    pools.map((state) => [state.pool.name, state.owned[fleet.key] ?? 0]),
  );
  const lends = input.peer === undefined;
  const supply = [
    ...supplySteps(fleet, pools, situation.horizonMs),
    ...(lends ? lossSteps(fleet, pools, situation) : []),
    ...(lends ? loanSteps(fleet, pools) : []),
  ];
  const held = heldBefore(fleet, pools, lends);
  if (input.peer !== undefined) {
    const sized = sizedByPeer(situation, input, input.peer);
    return { situation, cache, supply, owned, held, ...sized };
  }
  const sizing = want(situation, memory, held);
  const runs = Object.values(owned).reduce((sum, racks) => sum + racks, 0);
  const unweighed = fleet.without === "arbitration";
  return {
    ...(unweighed && { claim: firstCome(runs, sizing.want.racks) }),
    situation,
    cache,
    supply,
    sizing,
    held,
    wantAtUsualHitRate: wantAtUsual({ situation, cache, sizing, memory }),
    owned,
    memory: remember(situation, sizing, withLearned(memory, situation, diagnosed.memory)),
  };
}

type Sized = Pick<FleetPicture, "sizing" | "wantAtUsualHitRate" | "memory" | "claim">;

function sizedByPeer(situation: Situation, input: PictureInput, peer: PeerChoice): Sized {
  const { fleet, observed, now } = situation;
  const { pools } = input;
  const memory = input.memory.policy;
  const sized = peerSizing({ ...peer, fleet, observed, now, pools, memory });
  return {
    sizing: sized.sizing,
    claim: sized.claim,
    wantAtUsualHitRate: null,
    memory: { ...EMPTY_FLEET_MEMORY, policy: sized.memory },
  };
}

/**
 * Racks the fleet holds before any award: its own, and its pools' unassigned ones.
 * @param lends whether racks on loan are known to be somebody else's
 */
function heldBefore(fleet: CompiledFleet, pools: readonly PoolState[], lends: boolean): RackCount {
  const racks = pools.reduce((total, { pool, observed, owned, racksByPhase }) => {
    const onLoan = lends && pool.loan !== undefined ? racksByPhase.Loaned : 0;
    const standing = rackCount(Math.max(0, (observed.count?.desired ?? 0) - onLoan));
    return total + heldUnawarded(pool, standing, owned, fleet.key);
  }, 0);
  return rackCount(racks);
}

/** @returns the memory itself where nothing was learned */
function withLearned(
  memory: FleetMemory,
  { misses, signals }: Situation,
  diagnosis: DiagnosisMemory | null,
): FleetMemory {
  const known = diagnosis === null ? memory : { ...memory, diagnosis };
  if (!signals.complete || misses === null) return known;
  return { ...known, capacity: misses };
}

interface Fall {
  readonly memory: FleetMemory;
  readonly situation: Situation;
  readonly cache: CacheVerdict;
  readonly sizing: Sizing;
}

function wantAtUsual({ situation, cache, sizing, memory }: Fall): RackCount | null {
  const { point } = situation;
  const { expectedHitRate: usual } = cache;
  if (usual === null || point === null || !situation.signals.complete) return null;
  if (cache.cause === "none") return sizing.want.racks;
  const law = lawThrough(RESPONSE_LAW_PRIORS[situation.fleet.router], {
    freeSeconds: point.freeSeconds,
    hitRate: usual,
  });
  return want({ ...situation, law, hitRateCap: ratio(1) }, memory, rackCount(0)).want.racks;
}

function remember(situation: Situation, { want }: Sizing, before: FleetMemory): FleetMemory {
  const { now, fleet, demand, horizonMs, cache } = situation;
  if (!situation.signals.complete || demand === null) return before;
  const memory = cache === null ? before : { ...before, cache };
  if (!want.shrinkable) return { ...memory, demand };
  const { reviewIntervalMs, scaleInStabilizationMs } = fleet.behavior;
  const reviewDue =
    memory.lastReviewAt === null || Math.abs(elapsed(memory.lastReviewAt, now)) >= reviewIntervalMs;
  const wants = rememberWant(memory, want.racks, now, reviewDue);
  if (!reviewDue) return { ...memory, demand, wants, lastTrustedWant: want.racks };
  return {
    ...memory,
    demand: rememberForecast(demand, now, horizonMs),
    // One entry from before the window stays: it proves that the whole window was watched.
    wants: since(wants, now, scaleInStabilizationMs + 2 * reviewIntervalMs),
    lastReviewAt: now,
    lastTrustedWant: want.racks,
  };
}

/** One entry a review interval, the most that was wanted in it. */
function rememberWant(
  { wants }: FleetMemory,
  racks: RackCount,
  now: EpochMs,
  reviewDue: boolean,
): FleetMemory["wants"] {
  const last = wants.at(-1);
  if (reviewDue || last === undefined) return [...wants, { at: now, racks }];
  if (last.racks >= racks) return wants;
  return [...wants.slice(0, -1), { at: last.at, racks }];
}

const since = <T extends { readonly at: EpochMs }>(
  samples: readonly T[],
  now: EpochMs,
  windowMs: number,
): readonly T[] => samples.filter(({ at }) => at <= now && elapsed(at, now) <= windowMs);
