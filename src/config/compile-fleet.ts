/** InferenceFleet → CompiledFleet. */
import { type CandidateTerms, type CompiledFleet } from "../core/compiled.ts";
import { type CompiledWorkload, fleetKey } from "../core/compiled.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import type { EpochMs } from "../core/units.ts";
import { gpuCount, rackCount, ratio, usd } from "../core/units.ts";
import { confirmRuleOf } from "./compile-confirm.ts";
import { spreadOf } from "./compile-pool.ts";
import { type DecodedObject, decodeObject } from "./decode-object.ts";
import { expandSchedule } from "./expand-schedule.ts";
import type { Compilation, FieldError } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import { INFERENCE_FLEET, type InferenceFleetSpec } from "./inference-fleet.ts";

type Decoded = DecodedObject<InferenceFleetSpec>;

/**
 * @param now which occurrences of the schedule are expanded: those that have not ended
 * @returns the fleet with defaults filled in, or every error of the object
 */
export function compileFleet(raw: unknown, now: EpochMs): Compilation<CompiledFleet> {
  const decoded = decodeObject(INFERENCE_FLEET, raw);
  if (!decoded.ok) return decoded;
  const errors = profileErrors(decoded.value.spec.model);
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, value: fleetOf(decoded.value, now) };
}

const profileOf = ({ name, profile }: InferenceFleetSpec["model"]): string => profile ?? name;

/** Sizing reads the engine's speed from a closed table, which the API server does not know. */
function profileErrors(model: InferenceFleetSpec["model"]): readonly FieldError[] {
  const known = Object.keys(ENGINE_PROFILES);
  if (known.includes(profileOf(model))) return [];
  const path = `spec.model.${model.profile === undefined ? "name" : "profile"}`;
  const expected =
    `one of the engine profiles ${known.join(", ")}` +
    (model.profile === undefined ? ", or one of them as spec.model.profile" : "");
  return [{ path, found: JSON.stringify(profileOf(model)), expected }];
}

function fleetOf({ metadata, spec }: Decoded, now: EpochMs): CompiledFleet {
  return {
    key: fleetKey(metadata),
    ...metadata,
    model: { ...spec.model, profile: profileOf(spec.model) },
    mode: spec.mode,
    racks: racksOf(spec.racks),
    pools: spec.pools.map(({ name, preference, engineStartPrior }) => ({
      name,
      preference,
      engineStartPrior: spreadOf(engineStartPrior),
    })),
    objectives: spec.objectives.map(objectiveOf),
    signals: signalsOf(spec.signals),
    workloads: spec.workloads.map((workload) => workloadOf(workload, metadata.namespace)),
    kvTier: spec.kvTier.kind,
    router: spec.router,
    headroom: spec.headroom,
    ...conductOf(spec),
    schedule: scheduleOf(spec.schedule, now),
    budget: budgetOf(spec.budget),
    cacheVeto: spec.cacheVeto,
    confirm: spec.confirm.map((rule) => confirmRuleOf(rule, now)),
    ...(spec.candidate && { candidate: candidateOf(spec.candidate, now) }),
  };
}

/** What is absent is not tried. */
function candidateOf(
  written: NonNullable<InferenceFleetSpec["candidate"]>,
  now: EpochMs,
): CandidateTerms {
  const { mode, racks, headroom, behavior, schedule, budget, cacheVeto, confirm } = written;
  return {
    ...(mode && { mode }),
    ...(racks && { racks: racksOf(racks) }),
    ...(headroom && { headroom }),
    ...(behavior && { behavior: behaviorOf(behavior) }),
    ...(schedule && { schedule: scheduleOf(schedule, now) }),
    ...(budget && { budget: budgetOf(budget) }),
    ...(cacheVeto && { cacheVeto }),
    ...(confirm && { confirm: confirm.map((rule) => confirmRuleOf(rule, now)) }),
  };
}

const scheduleOf = (
  entries: InferenceFleetSpec["schedule"],
  now: EpochMs,
): CompiledFleet["schedule"] =>
  entries.flatMap((entry) => expandSchedule(entry, now)).sort((a, b) => a.readyFrom - b.readyFrom);

function behaviorOf(behavior: InferenceFleetSpec["behavior"]): CompiledFleet["behavior"] {
  return {
    scaleInStabilizationMs: durationMs(behavior.scaleInStabilization),
    maxStepOut: rackCount(behavior.maxStepOut),
    maxStepIn: rackCount(behavior.maxStepIn),
    reviewIntervalMs: durationMs(behavior.reviewInterval),
  };
}

function racksOf(racks: InferenceFleetSpec["racks"]): CompiledFleet["racks"] {
  return {
    min: rackCount(racks.min),
    max: rackCount(racks.max),
    surviveRackLosses: rackCount(racks.surviveRackLosses),
  };
}

function objectiveOf(
  objective: InferenceFleetSpec["objectives"][number],
): CompiledFleet["objectives"][number] {
  const { name, metric, matchers, threshold, share } = objective;
  return {
    name,
    metric,
    matchers,
    thresholdMs: durationMs(threshold),
    share: ratio(Number(share)),
  };
}

function signalsOf(signals: InferenceFleetSpec["signals"]): CompiledFleet["signals"] {
  const { matchers, overrides, profile, prometheus } = signals;
  return {
    profile,
    edge: signals.edge ?? null,
    matchers,
    overrides,
    scrapeIntervalMs: durationMs(signals.scrapeInterval),
    prometheus:
      prometheus === undefined
        ? null
        : {
            url: prometheus.url,
            secretName: prometheus.secretRef?.name ?? null,
            headers: prometheus.headers,
          },
  };
}

function workloadOf(
  workload: InferenceFleetSpec["workloads"][number],
  namespace: string,
): CompiledWorkload {
  const { layout, manage, name, role, target, unit, unitsPerRack } = workload;
  const { eject, sharedSetRestarts, unitsRange } = workload;
  const { apiVersion, kind, name: object = "", selector = {} } = target;
  const ofKind = apiVersion !== undefined && kind !== undefined;
  return {
    name,
    role,
    target: ofKind ? { apiVersion, kind, namespace, name: object } : null,
    podLabels: ofKind ? {} : selector,
    ...(ofKind && target.selector !== undefined && { objectLabels: selector }),
    ...(target.role !== undefined && { part: target.role }),
    ...(sharedSetRestarts !== undefined && { sharedSetRestarts }),
    ...(unitsRange !== undefined && { unitsRange }),
    ...(eject !== undefined && { ejectLabel: eject.removePodLabel.key }),
    manage,
    layout,
    gpusPerUnit: gpuCount(unit.gpus),
    unitsPerRack,
  };
}

function conductOf(spec: InferenceFleetSpec): Pick<CompiledFleet, "drain" | "warm" | "behavior"> {
  const { behavior, drain, warm } = spec;
  return {
    drain: {
      wait: drain.wait,
      maxColdTokensPerSecond: drain.maxColdTokensPerSecond,
      deadlineMs: durationMs(drain.deadline),
      onDeadline: drain.onDeadline,
    },
    warm: {
      hitRateWithinPoints: warm.hitRateWithinPoints,
      orAfterMs: durationMs(warm.orAfter),
    },
    behavior: behaviorOf(behavior),
  };
}

function budgetOf(budget: InferenceFleetSpec["budget"]): CompiledFleet["budget"] {
  if (budget === undefined) return null;
  const { appliesTo, replaceLostRack, usdPerDay } = budget;
  return { usdPerDay: usd(Number(usdPerDay)), appliesTo, replaceLostRack };
}
