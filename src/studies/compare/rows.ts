/** One row per scenario and policy: ours as it comes, the others where they cost about that. */
import type { ComparisonRow } from "../../api/comparison.ts";
import type { StudyPolicy } from "../policies.ts";
import type { Tune } from "./contest.ts";
import type { Position, Setting } from "./front.ts";
import { atHours, atMissed, frontOf, settingsIn } from "./front.ts";
import type { Measured } from "./measure.ts";

export interface Contender {
  readonly policy: StudyPolicy;
  /** By knob, ascending. */
  readonly settings: readonly Setting[];
}

export interface RowPlan {
  readonly scenarios: readonly { readonly name: string }[];
  readonly ours: StudyPolicy;
  readonly tune: Tune;
}

/** @returns the rows scenario by scenario, ours first in each */
export function rowsOf(
  plan: RowPlan,
  points: readonly Measured[],
  contenders: readonly Contender[],
): readonly ComparisonRow[] {
  const usual = contenders
    .find(({ policy }) => policy.name === plan.ours.name)
    ?.settings.find(({ knob }) => knob === plan.ours.knob.default);
  if (usual === undefined) throw new RangeError(`${plan.ours.name} was not run with its default`);
  return plan.scenarios.flatMap(({ name }) =>
    contenders.flatMap(({ policy, settings }) => {
      const scope = scopeOf(name, plan.tune, usual, settings);
      const knob = policy.name === plan.ours.name ? usual.knob : nearest(scope).knob;
      const found = points.find(
        (point) =>
          point.scenario === name && point.policy === policy.name && point.knob.value === knob,
      );
      return found === undefined ? [] : [row(found, scope, policy.kind)];
    }),
  );
}

/** What is compared with what: all scenarios together, or this one alone. */
interface Scope {
  readonly scenario: string;
  readonly ours: Position;
  readonly settings: readonly Setting[];
}

function scopeOf(
  scenario: string,
  tune: Tune,
  usual: Setting,
  settings: readonly Setting[],
): Scope {
  if (tune === "one") return { scenario, ours: usual, settings };
  const [ours = usual] = settingsIn(scenario, [usual]);
  return { scenario, ours, settings: settingsIn(scenario, settings) };
}

function nearest({ ours, settings }: Scope): Setting {
  const far = ({ hours }: Setting): number => Math.abs(Math.log(hours / ours.hours));
  const [first] = settings.toSorted((a, b) => far(a) - far(b));
  if (first === undefined) throw new RangeError("a policy without a run has no row");
  return first;
}

function row(found: Measured, scope: Scope, kind: StudyPolicy["kind"]): ComparisonRow {
  const { cell, judged, ...point } = found;
  const { scenario, ours, settings } = scope;
  const front = frontOf(settings);
  const cellAt = (position: Position | null) => position?.cells.get(scenario) ?? null;
  const hours = cellAt(atHours(front, ours.hours));
  const attained = cellAt(atMissed(front, ours.missed));
  const own = kind === "ours";
  return {
    ...point,
    kind,
    violationsAtOurGpuHours: own ? point.violations : hours && hours.missed * judged,
    gpuHoursAtOurAttainment: own ? cell.gpuHours : attained && attained.gpuHours,
  };
}
