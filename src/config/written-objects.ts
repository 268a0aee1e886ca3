/**
 * Compiled pools and fleets as people would write them: the way back, for what only a decision log
 * still knows. Calendars come back as the single occasions that they were expanded to.
 */
import type {
  CompiledFleet,
  CompiledPool,
  CompiledWorkload,
  ConfirmRule,
  LoanTerms,
  Occasion,
  ScheduledWindow,
  Spread,
} from "../core/compiled.ts";
import type { EpochMs, Millis } from "../core/units.ts";

/** What YAML can say. */
export type Written =
  | string
  | number
  | boolean
  | null
  | readonly Written[]
  | { readonly [key: string]: Written };

export type WrittenObject = { readonly [key: string]: Written };

/** The time that is written about: occasions outside of it are left out. */
export interface Stretch {
  readonly from: EpochMs;
  readonly until: EpochMs;
}

/** @returns name and spec of the pool in one, as a scenario has them; no backend */
export function writtenPool(pool: CompiledPool): WrittenObject {
  const { leadTimePrior: prior, limits, onForeignWrite, price, rack, supply } = pool;
  const { grant, boot, join, repair } = prior;
  return {
    name: pool.name,
    rack: { ...rack, domainKeys: [...rack.domainKeys] },
    supply: writtenSupply(supply),
    ...(price && { price: { ...price, usdPerRackHour: String(price.usdPerRackHour) } }),
    leadTimePrior: {
      grant: spreadText(grant),
      boot: spreadText(boot),
      join: spreadText(join),
      repair: spreadText(repair),
    },
    limits: { ...limits },
    onForeignWrite: { action: onForeignWrite.action, for: durationText(onForeignWrite.forMs) },
    consumers: [
      ...pool.consumers.map(({ fleet: { namespace, name }, ...rest }) => {
        return { fleet: { namespace, name }, ...rest };
      }),
      ...(pool.loan === undefined ? [] : [{ loan: writtenLoan(pool.loan) }]),
    ],
  };
}

function writtenSupply({
  kind,
  committedRacks,
  windows,
  interruptions,
}: CompiledPool["supply"]): WrittenObject {
  return {
    kind,
    committedRacks,
    windows: windows.map(({ from, until, racks, evacuateBeforeMs }) => ({
      from: instantText(from),
      until: instantText(until),
      racks,
      evacuateBefore: durationText(evacuateBeforeMs),
    })),
    ...(interruptions && {
      interruptions: {
        taints: [...interruptions.taints],
        conditions: [...interruptions.conditions],
        notice: durationText(interruptions.noticeMs),
        expectedEvery: durationText(interruptions.expectedEveryMs),
      },
    }),
  };
}

const writtenLoan = (loan: LoanTerms): WrittenObject => ({
  selector: { ...loan.podLabels },
  max: loan.max,
  fenceTaint: loan.fenceTaint,
  grace: durationText(loan.graceMs),
  minTenure: durationText(loan.minTenureMs),
  gangKeys: [...loan.gangKeys],
});

/** @returns name, namespace and spec of the fleet in one, as a scenario has them; no Prometheus */
export function writtenFleet(fleet: CompiledFleet, stretch: Stretch): WrittenObject {
  const { model, mode, racks, drain, warm, behavior, budget, signals } = fleet;
  return {
    name: fleet.name,
    namespace: fleet.namespace,
    model: { ...model },
    mode: { ...mode },
    racks: { ...racks },
    pools: fleet.pools.map(({ engineStartPrior, ...pool }) => {
      return { ...pool, engineStartPrior: spreadText(engineStartPrior) };
    }),
    objectives: fleet.objectives.map(({ name, metric, matchers, thresholdMs, share }) => {
      const threshold = durationText(thresholdMs);
      return { name, metric, matchers: { ...matchers }, threshold, share: String(share) };
    }),
    signals: {
      profile: signals.profile,
      ...(signals.edge && { edge: signals.edge }),
      matchers: { ...signals.matchers },
      scrapeInterval: durationText(signals.scrapeIntervalMs),
      overrides: signals.overrides.map((override) => ({ ...override })),
    },
    workloads: fleet.workloads.map(writtenWorkload),
    kvTier: { kind: fleet.kvTier },
    router: fleet.router,
    drain: {
      wait: drain.wait,
      maxColdTokensPerSecond: drain.maxColdTokensPerSecond,
      deadline: durationText(drain.deadlineMs),
      onDeadline: drain.onDeadline,
    },
    warm: { hitRateWithinPoints: warm.hitRateWithinPoints, orAfter: durationText(warm.orAfterMs) },
    headroom: fleet.headroom,
    behavior: {
      scaleInStabilization: durationText(behavior.scaleInStabilizationMs),
      maxStepOut: behavior.maxStepOut,
      maxStepIn: behavior.maxStepIn,
      reviewInterval: durationText(behavior.reviewIntervalMs),
    },
    schedule: fleet.schedule.filter((window) => touches(window, stretch)).map(writtenWindow),
    ...(budget && { budget: { ...budget, usdPerDay: String(budget.usdPerDay) } }),
    cacheVeto: fleet.cacheVeto,
    confirm: fleet.confirm.flatMap((rule) => writtenRule(rule, stretch)),
  };
}

function writtenWorkload(workload: CompiledWorkload): WrittenObject {
  const { ejectLabel, sharedSetRestarts, unitsRange } = workload;
  return {
    name: workload.name,
    role: workload.role,
    target: writtenTarget(workload),
    manage: workload.manage,
    layout: workload.layout,
    unit: { gpus: workload.gpusPerUnit },
    unitsPerRack: workload.unitsPerRack,
    ...(unitsRange && { unitsRange: { ...unitsRange } }),
    ...(sharedSetRestarts !== undefined && { sharedSetRestarts }),
    ...(ejectLabel !== undefined && { eject: { removePodLabel: { key: ejectLabel } } }),
  };
}

function writtenTarget({ target, podLabels, objectLabels, part }: CompiledWorkload): WrittenObject {
  if (target === null) return { selector: { ...podLabels } };
  const { apiVersion, kind, name } = target;
  const which = objectLabels === undefined ? { name } : { selector: { ...objectLabels } };
  return { apiVersion, kind, ...which, ...(part !== undefined && { role: part }) };
}

const touches = (occasion: Occasion, { from, until }: Stretch): boolean =>
  occasion.until > from && occasion.from < until;

/** Occasions of one entry share its name, which an entry of its own cannot. */
const writtenWindow = (window: ScheduledWindow, index: number): WrittenObject => ({
  name: `${window.name.slice(0, 48)}-${index + 1}`,
  start: wallText(window.from),
  for: durationBetween(window.from, window.until),
  readyBefore: durationBetween(window.readyFrom, window.from),
  ...(window.floorRacks === null ? {} : { floorRacks: window.floorRacks }),
  ...(window.factor === null ? {} : { factor: String(window.factor) }),
});

/** A rule all of whose times are others asks for nothing here. */
function writtenRule(rule: ConfirmRule, stretch: Stretch): readonly WrittenObject[] {
  const { during, direction, minRacks, minUsdPerHour, minBudgetShare } = rule.when;
  const { pools, cacheVerdicts, maxForecastConfidence } = rule.when;
  const times = during?.filter((occasion) => touches(occasion, stretch));
  if (times?.length === 0) return [];
  const when: WrittenObject = {
    ...(direction === null ? {} : { direction }),
    ...(minRacks === null ? {} : { minRacks }),
    ...(minUsdPerHour === null ? {} : { minUsdPerHour: String(minUsdPerHour) }),
    ...(minBudgetShare === undefined ? {} : { minBudgetShare: String(minBudgetShare) }),
    ...(maxForecastConfidence === undefined
      ? {}
      : { maxForecastConfidence: String(maxForecastConfidence) }),
    ...(pools === undefined ? {} : { pools: [...pools] }),
    ...(cacheVerdicts === undefined ? {} : { cacheVerdicts: [...cacheVerdicts] }),
    ...(times === undefined ? {} : { during: times.map(writtenOccasion) }),
  };
  const { name, approvers, expiresAfterMs, onExpiry } = rule;
  return [{ name, when, approvers, expiresAfter: durationText(expiresAfterMs), onExpiry }];
}

const writtenOccasion = ({ from, until }: Occasion, index: number): WrittenObject => ({
  name: `window-${index + 1}`,
  start: wallText(from),
  repeat: "Never",
  for: durationBetween(from, until),
});

const spreadText = ({ p50Ms, p95Ms }: Spread): WrittenObject => ({
  p50: durationText(p50Ms),
  p95: durationText(p95Ms),
});

const instantText = (at: EpochMs): string => new Date(at).toISOString();

/** As a clock in UTC shows it, to the second. */
const wallText = (at: EpochMs): string => instantText(at).slice(0, 19);

const durationBetween = (from: EpochMs, until: EpochMs): string => durationText(until - from);

const UNITS = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

/** @returns a Go duration in the largest unit of which it is a whole number */
export function durationText(ms: Millis | number): string {
  const [unit, size] = UNITS.find(([, each]) => ms % each === 0) ?? UNITS[3];
  return ms === 0 ? "0s" : `${ms / size}${unit}`;
}

/**
 * @param same whether a value means what the whole one does
 * @returns the value without what the schema fills in anyway
 */
export function withoutDefaults(value: Written, same: (candidate: Written) => boolean): Written {
  if (Array.isArray(value)) return shortList(value, same);
  if (typeof value !== "object" || value === null) return value;
  let kept: WrittenObject = Object.fromEntries(Object.entries(value));
  for (const [key, entry] of Object.entries(value)) {
    const rest = Object.fromEntries(Object.entries(kept).filter(([name]) => name !== key));
    if (same(rest)) {
      kept = rest;
      continue;
    }
    const before = kept;
    const short = withoutDefaults(entry, (candidate) => same({ ...before, [key]: candidate }));
    kept = { ...kept, [key]: short };
  }
  return kept;
}

function shortList(
  list: readonly Written[],
  same: (candidate: Written) => boolean,
): readonly Written[] {
  return list.reduce<readonly Written[]>(
    (kept, entry, at) =>
      kept.with(
        at,
        withoutDefaults(entry, (candidate) => same(kept.with(at, candidate))),
      ),
    list,
  );
}
