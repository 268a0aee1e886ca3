/** Knobs that would have helped: other settings of the same policy, by what was tried. */
import type { ComparisonPoint } from "../../api/comparison.ts";
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { count, percent, settingText, settingValue } from "../text.ts";
import { dominates, intervalConfidence } from "./dominated-policies.ts";

/** A setting that misses half as many is worth a price; what it is worth, people decide. */
const HALF = 0.5;

/**
 * @param points all settings that were tried
 * @param chosen the settings that were compared
 * @returns for each policy and scenario one at most
 */
export function knobFindings(
  points: readonly ComparisonPoint[],
  chosen: readonly ComparisonPoint[],
): readonly Finding[] {
  const groups = new Map<string, ComparisonPoint[]>();
  for (const point of chosen) {
    const key = JSON.stringify([point.scenario, point.policy]);
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()].flatMap((group) => {
    const found = group.flatMap((setting) => changesOf(setting, points));
    return found.toSorted((a, b) => b.cost - a.cost).slice(0, 1);
  });
}

/** What is better both ways; where nothing is, the cheapest that misses half as many at most. */
function changesOf(worse: ComparisonPoint, points: readonly ComparisonPoint[]): readonly Finding[] {
  const others = points.filter(
    ({ policy, scenario }) => policy === worse.policy && scenario === worse.scenario,
  );
  const free = others.filter((better) => dominates(better, worse));
  if (free.length > 0) return free.map((better) => freeChange(worse, better));
  const [cheapest] = others
    .filter(({ interval }) => interval.violations.high < HALF * worse.interval.violations.low)
    .toSorted((a, b) => a.gpuHours - b.gpuHours);
  return cheapest === undefined ? [] : [trade(worse, cheapest)];
}

function freeChange(worse: ComparisonPoint, better: ComparisonPoint): Finding {
  const saved = savedBy(worse, better);
  return {
    ...described(worse, better),
    severity: severityOf(Math.max(saved.missed, saved.hours)),
    sentence: `${named(worse, better)} and ${percent(saved.hours)} fewer GPU-hours.`,
    cost: Math.max(saved.missed, saved.hours),
  };
}

function trade(worse: ComparisonPoint, better: ComparisonPoint): Finding {
  const { hours } = savedBy(worse, better);
  const more = hours > 0 ? "fewer" : "more";
  return {
    ...described(worse, better),
    severity: "low",
    sentence: `${named(worse, better)} for ${percent(Math.abs(hours))} ${more} GPU-hours.`,
    cost: TRADE_COST,
  };
}

/** It has a price, and whether that is too high is not for a report to say: below what is wrong. */
const TRADE_COST = 0.01;

const savedBy = (worse: ComparisonPoint, better: ComparisonPoint) => ({
  missed: (worse.violations - better.violations) / Math.max(1, worse.violations),
  hours: (worse.gpuHours - better.gpuHours) / Math.max(1, worse.gpuHours),
});

const described = (worse: ComparisonPoint, better: ComparisonPoint) =>
  ({
    kind: "knob",
    confidence: intervalConfidence(worse),
    run: null,
    fleet: null,
    from: null,
    to: null,
    plot: "pareto",
    numbers: {
      from: worse.knob.value,
      to: better.knob.value,
      violations: worse.violations - better.violations,
      gpuHours: worse.gpuHours - better.gpuHours,
    },
  }) as const;

const named = (worse: ComparisonPoint, better: ComparisonPoint): string =>
  `In ${worse.scenario}, ${worse.policy} with ${settingText(better.knob)} instead of ` +
  `${settingValue(worse.knob.value)} has ${count(worse.violations - better.violations)} fewer ` +
  `violations (${count(better.violations)} for ${count(worse.violations)})`;
