/** What became of one fleet this tick, in the words people read. */
import type { Award } from "./arbitrate.ts";
import { pointsOf } from "./cache/cache-history.ts";
import type { FleetKey } from "./compiled.ts";
import type { FleetDecision, ForecastBand, Step } from "./decision.ts";
import type { FleetPicture } from "./fleet-picture.ts";
import type { PoolProposal } from "./gate/propose.ts";
import { liftingOverride } from "./intents.ts";
import type { Intent, OverrideObservation } from "./observation.ts";
import { residualSteps } from "./policy/residual-steps.ts";
import { heldInAll } from "./racks/holdings.ts";
import { reason } from "./reasons.ts";
import type { Reason } from "./reasons.ts";
import { rackCount } from "./units.ts";
import type { RackCount } from "./units.ts";

export interface VerdictInput {
  readonly awards: readonly Award[];
  /** Per pool, racks held by fleet. */
  readonly held: readonly Readonly<Record<FleetKey, RackCount>>[];
  readonly proposals: readonly PoolProposal[];
  /** By pool, why it gives no more racks; absent: every pool gives what it has. */
  readonly shortages?: Readonly<Record<string, Reason>>;
  /** Racks of its pools that their provider takes shortly; absent: none. */
  readonly losses?: readonly Reason[];
  /** What was found of the fleet's workloads; absent where none names an object. */
  readonly workloads?: readonly Step[];
  /** What it is told as the taker of racks that move; absent: nothing. */
  readonly coming?: readonly Reason[];
  /** In words, who has the racks of its pools; absent: not said. */
  readonly holders?: readonly string[];
}

export function fleetDecision(picture: FleetPicture, input: VerdictInput): FleetDecision {
  const { situation, sizing, cache } = picture;
  const { key } = situation.fleet;
  const heldRacks = heldInAll(input.held, key);
  const awarded = input.awards.find(({ fleet }) => fleet === key)?.total ?? rackCount(0);
  const proposals = input.proposals.filter(({ fleet }) => fleet === key);
  const moves = movesOf(key, input.proposals);
  const taken = moves.filter(({ taker }) => taker === key).length;
  const change = proposals.reduce((total, { open }) => total + changeOf(open), taken);
  return {
    fleet: key,
    outcome: change > 0 || callsBack(proposals) ? "Grow" : change < 0 ? "Shrink" : "Hold",
    heldRacks,
    servingRacks: situation.servingRacks,
    want: sizing.want,
    awardedRacks: awarded,
    targetRacks: rackCount(heldRacks + change),
    reasons: reasonsOf(picture, { awarded, target: heldRacks + change }, input, proposals),
    forecast: situation.band,
    cache,
    steps: [
      ...stepsOf(picture),
      ...proposals.flatMap(({ passage }) => passage?.steps ?? []),
      ...moves.map(moveStep),
      ...(input.workloads ?? []),
    ],
  };
}

/** Moves that begin with this decision and that the fleet gives or gets a rack by. */
const movesOf = (key: FleetKey, proposals: readonly PoolProposal[]): readonly Intent[] =>
  proposals.flatMap(({ open }) =>
    open?.intent.taker !== undefined && [open.intent.fleet, open.intent.taker].includes(key)
      ? [open.intent]
      : [],
  );

const moveStep = ({ rack, fleet, taker, pool, reason: why }: Intent): Step => ({
  stage: "gate",
  name: `move/${pool}`,
  text: `Rack ${rack} goes from ${fleet} to ${taker}. ${why.text}`,
  numbers: {},
});

const callsBack = (proposals: readonly PoolProposal[]): boolean =>
  proposals.some(({ open }) => open?.intent.direction === "Reclaim");

/** A rack that is called back was counted as held before. */
function changeOf(open: PoolProposal["open"]): number {
  if (open === null) return 0;
  const { direction, fromRacks, toRacksAtMost } = open.intent;
  return direction === "Lend" || direction === "Move" ? -1 : toRacksAtMost - fromRacks;
}

interface Outcome {
  readonly awarded: RackCount;
  /** Racks that the fleet will have when all that was begun is done. */
  readonly target: number;
}

function reasonsOf(
  picture: FleetPicture,
  outcome: Outcome,
  { proposals, shortages = {}, losses = [], coming = [], holders = [] }: VerdictInput,
  ours: readonly PoolProposal[],
): readonly Reason[] {
  const { situation, sizing } = picture;
  const drawn = new Set(situation.fleet.pools.map(({ name }) => name));
  const refusals = proposals.flatMap((entry) => (drawn.has(entry.pool) ? entry.refusals : []));
  const holds = ours.flatMap(({ passage }) => passage?.holds ?? []);
  const limits = ours.flatMap(({ passage }) => passage?.limits ?? []);
  const stock = situation.fleet.pools.flatMap(({ name }) => shortages[name] ?? []);
  const explained = [...holds, ...limits, ...coming].length > 0;
  const short =
    stock.length > 0 || refusals.length > 0
      ? []
      : shortOf(sizing.want.racks, outcome, { explained, holders });
  const waiting = ours.flatMap(({ open }) => (open === null ? [] : awaiting(open.intent)));
  const first = holds.length > 0 ? [...holds, sizing.want.reason] : [sizing.want.reason];
  const lifted = liftingOverride(situation.fleet, situation.observed.overrides);
  const glass = lifted === undefined ? [] : [reason("break-glass", liftText(lifted))];
  return [
    ...situation.observed.problems,
    ...refusals,
    ...first,
    ...limits,
    ...coming,
    ...waiting,
    ...stock,
    ...losses,
    ...short,
    ...glass,
  ];
}

/** Why it has fewer racks than it wants, where nothing else says so. */
function shortOf(
  want: RackCount,
  { awarded, target }: Outcome,
  { explained, holders }: { readonly explained: boolean; readonly holders: readonly string[] },
): readonly Reason[] {
  if (awarded >= want && (target >= want || explained)) return [];
  const code = awarded < want ? "arbitration" : "racks-held";
  return [reason(code, [`${want} wanted, ${awarded} awarded.`, ...holders].join(" "))];
}

const liftText = ({ name, floorRacks, reason: why }: OverrideObservation): string =>
  `FleetOverride ${name}: ${floorRacks} racks. ${why}.`;

const awaiting = (intent: { readonly requiredApprovals: number }): readonly Reason[] =>
  intent.requiredApprovals > 0
    ? [reason("awaiting-approval", `${intent.requiredApprovals} needed.`)]
    : [];

function stepsOf({ situation, sizing, cache, supply }: FleetPicture): readonly Step[] {
  const { signals, schedule, horizonMs } = situation;
  const trust =
    signals.gaps.length === 0
      ? "Every signal that sizing needs is fresh."
      : signals.gaps.join("; ");
  return [
    { stage: "trust", name: "signals", text: trust, numbers: { gaps: signals.gaps.length } },
    { stage: "diagnose", name: "cache", text: cache.text, numbers: hitRates(cache) },
    ...(situation.band === null ? [] : [forecastStep(situation.band, situation.burst)]),
    {
      stage: "supply",
      name: "lead-time",
      text: `A rack asked for now serves within ${Math.round(horizonMs / 60_000)} min at p95.`,
      numbers: { horizonMs, servingRacks: situation.servingRacks },
    },
    ...supply,
    ...(schedule.names.length === 0 ? [] : [scheduleStep(schedule)]),
    lawStep(situation),
    ...residualSteps(situation),
    ...sizing.steps,
  ];
}

function hitRates({ hitRate, expectedHitRate }: FleetDecision["cache"]): Step["numbers"] {
  if (hitRate !== null && expectedHitRate !== null) return { hitRate, expectedHitRate };
  return {
    ...(hitRate === null ? {} : { hitRate }),
    ...(expectedHitRate === null ? {} : { expectedHitRate }),
  };
}

function lawStep({ law, hitRateCap, cache }: FleetPicture["situation"]): Step {
  const { ceiling, halfSeconds, steepness } = law;
  const windows = cache === null ? 0 : pointsOf(cache).length;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const capped = hitRateCap < 1 ? `; no more than ${percent(hitRateCap)} is counted on` : "";
  return {
    stage: "capacity",
    name: "response-law",
    text:
      `Hit rate up to ${percent(ceiling)}, half of it at ${halfSeconds.toFixed(1)} s of free ` +
      `cache, from ${windows} ${windows === 1 ? "window" : "windows"} of the fleet's own ` +
      `and its router's prior${capped}.`,
    numbers: { ceiling, halfSeconds, steepness, hitRateCap, windows },
  };
}

function forecastStep(band: ForecastBand, burst: boolean): Step {
  const text =
    `${band.observed.toFixed(1)} turns/s now; p50 ${band.p50.toFixed(1)}, ` +
    `p90 ${band.p90.toFixed(1)} in ${Math.round(band.horizonMs / 60_000)} min` +
    `${burst ? "; a burst is under way" : ""}.`;
  return { stage: "forecast", name: "demand", text, numbers: { ...band } };
}

function scheduleStep(schedule: FleetPicture["situation"]["schedule"]): Step {
  const { names, floorRacks, factor } = schedule;
  return {
    stage: "forecast",
    name: "schedule",
    text: `${names.join(", ")}: floor ${floorRacks} racks, demand x ${factor}.`,
    numbers: { floorRacks, factor },
  };
}
