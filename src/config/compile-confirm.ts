/** A confirm rule as people write it → as core applies it, its windows as instants. */
import type { ConfirmRule } from "../core/compiled.ts";
import { type EpochMs, rackCount, usdPerHour } from "../core/units.ts";
import { occasions } from "./expand-schedule.ts";
import { durationMs } from "./go-duration.ts";
import type { InferenceFleetSpec } from "./inference-fleet.ts";

type Written = InferenceFleetSpec["confirm"][number];

/** @param now which occurrences of its windows are expanded: those that have not ended */
export function confirmRuleOf(rule: Written, now: EpochMs): ConfirmRule {
  const { name, approvers, expiresAfter, onExpiry } = rule;
  return {
    name,
    when: whenOf(rule.when, now),
    approvers,
    expiresAfterMs: durationMs(expiresAfter),
    onExpiry,
  };
}

function whenOf(when: Written["when"], now: EpochMs): ConfirmRule["when"] {
  const { direction, minRacks, minUsdPerHour, minBudgetShare } = when;
  const { during, maxForecastConfidence, cacheVerdicts, pools } = when;
  return {
    direction: direction ?? null,
    minRacks: minRacks === undefined ? null : rackCount(minRacks),
    minUsdPerHour: minUsdPerHour === undefined ? null : usdPerHour(Number(minUsdPerHour)),
    ...(minBudgetShare !== undefined && { minBudgetShare: Number(minBudgetShare) }),
    ...(maxForecastConfidence !== undefined && {
      maxForecastConfidence: Number(maxForecastConfidence),
    }),
    ...(during !== undefined && { during: during.flatMap((window) => occasions(window, now)) }),
    ...(cacheVerdicts !== undefined && { cacheVerdicts }),
    ...(pools !== undefined && { pools }),
  };
}
