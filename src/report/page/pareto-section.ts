/** What policies cost against what they miss: a plot a scenario. */
import type { ComparedEstimate, ComparisonPoint } from "../../api/comparison.ts";
import type { ParetoPoint } from "../plots/pareto-plot.ts";
import { settingText } from "../text.ts";
import { paretoPlot } from "../plots/pareto-plot.ts";
import type { ReportInput } from "../report-input.ts";
import type { Html } from "./html.ts";
import { NOTHING, html } from "./html.ts";

export const PARETO_ID = "pareto";

interface Scenario {
  readonly name: string;
  readonly points: readonly ParetoPoint[];
}

/** @returns nothing where there is one point only: nothing to weigh it against */
export function paretoSection(input: ReportInput): Html {
  const scenarios = scenariosOf(input).filter(({ points }) => points.length > 1);
  if (scenarios.length === 0) return NOTHING;
  const figures = scenarios.map(({ name, points }) => {
    const policies = [...new Set(points.map(({ policy }) => policy))].join(", ");
    const label = `${name}: violations over GPU-hours of ${policies}. The tables have the figures.`;
    return html`<figure class="card"><figcaption>${name} <span>${legend(points)}</span></figcaption>
      ${paretoPlot(points, label)}</figure>`;
  });
  return html`<section aria-labelledby="${PARETO_ID}">
    <h2 id="${PARETO_ID}">Cost and violations</h2>${figures}</section>`;
}

/** What a shape means, of those that are there. */
function legend(points: readonly ParetoPoint[]): string {
  const [some, all] = [points.some(({ chosen }) => chosen), points.every(({ chosen }) => chosen)];
  const isWide = ({ gpuHours, violations }: ParetoPoint): boolean =>
    gpuHours.low < gpuHours.high || violations.low < violations.high;
  return [
    ...(some && !all ? ["Large: the setting compared."] : []),
    ...(points.some(isWide) ? ["Bars: 95 % over seeds."] : []),
    ...(points.some(({ reference }) => reference) ? ["Hollow: references."] : []),
  ].join(" ");
}

function scenariosOf({ comparison, points = [], runs }: ReportInput): readonly Scenario[] {
  if (comparison !== undefined) {
    const chosen = new Set(comparison.rows.map(keyOf));
    const others = comparison.points.filter((point) => !chosen.has(keyOf(point)));
    const references = new Set(
      comparison.rows.flatMap(({ kind, policy }) => (kind === "reference" ? [policy] : [])),
    );
    const isReference = ({ policy }: ComparisonPoint): boolean => references.has(policy);
    return grouped([
      ...comparison.rows.map((row) => asPareto(row, true, isReference(row))),
      ...others.map((point) => asPareto(point, false, isReference(point))),
    ]);
  }
  if (points.length > 0) return grouped(points.map((point) => asPareto(point, false, false)));
  const ofRuns = runs.map(({ name, result }) => ({
    scenario: result.scenario,
    policy: name,
    setting: "",
    gpuHours: exactly(result.gpuHours.held),
    violations: exactly(result.slo.violations),
    chosen: true,
    reference: false,
  }));
  return grouped(ofRuns);
}

const keyOf = ({ knob, policy, scenario }: ComparisonPoint): string =>
  JSON.stringify([scenario, policy, knob.value]);

const exactly = (mean: number): ComparedEstimate => ({ mean, low: mean, high: mean });

type Placed = ParetoPoint & { readonly scenario: string };

const asPareto = (point: ComparisonPoint, chosen: boolean, reference: boolean): Placed => ({
  scenario: point.scenario,
  policy: point.policy,
  setting: settingText(point.knob),
  gpuHours: point.interval.gpuHours,
  violations: point.interval.violations,
  chosen,
  reference,
});

function grouped(points: readonly Placed[]): readonly Scenario[] {
  const names = [...new Set(points.map(({ scenario }) => scenario))];
  return names.map((name) => ({
    name,
    points: points.filter(({ scenario }) => scenario === name),
  }));
}
