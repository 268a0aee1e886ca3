/** The tables of `decisions.mjs`: every case, the verdict, and every loss. */
import { table } from "../src/cli/table.ts";
import { caseStandings } from "../src/studies/cases/verdict.ts";

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const whole = (value) => (value === null ? "never" : value.toFixed(value < 10 ? 1 : 0));
const ratio = (value) => (value === null ? "never" : `${value.toFixed(2)}x`);
const minutes = ({ absorbSeconds, neverAbsorbed }) => {
  if (neverAbsorbed > 0) return "never";
  return absorbSeconds === null ? "" : (absorbSeconds / 60).toFixed(0);
};
const within = (estimate, of) =>
  estimate === null ? "never" : `${of(estimate.mean)} (${of(estimate.low)}..${of(estimate.high)})`;

/** Ours as it comes, the others at the setting whose GPU-hours are nearest to that. */
export function printedCases(input) {
  const names = [...new Set(input.rows.map((row) => row.case))];
  const header = [
    "case",
    "racks, think, engine",
    "policy",
    "knob",
    "attainment",
    "violations",
    "GPU-hours",
    "absorbed, min",
    "violations at our GPU-hours",
  ];
  const rows = names.flatMap((name) =>
    caseStandings(name, input).map(({ row, violationsAtOurGpuHours }) => [
      name,
      `${row.racks ?? "-"}, ${row.think}, ${row.engine}`,
      row.policy,
      String(Number(row.knob.toFixed(3))),
      percent(row.attainment),
      whole(row.violations),
      whole(row.gpuHours),
      minutes(row),
      whole(violationsAtOurGpuHours),
    ]),
  );
  return table(header, rows);
}

export function printedVerdict({ policies }) {
  const header = [
    "policy",
    "configuration",
    "violations over ours at equal GPU-hours",
    "GPU-hours over ours at equal attainment",
    "levels lost by it",
    "by us",
    "of",
  ];
  const rows = policies.map((found) => [
    found.policy,
    found.tune === "one" ? "one for all" : "tuned in hindsight",
    within(found.violations, ratio),
    within(found.gpuHours, ratio),
    String(found.lostByThem),
    String(found.lostByUs),
    String(found.compared),
  ]);
  return `Above 1 is for us; 95 % intervals of the bootstrap over cases.\n${table(header, rows)}`;
}

export function printedLosses({ cases, casesLost, losses }) {
  const header = ["case", "policy", "its violations over ours", "its GPU-hours over ours"];
  const rows = losses.map((loss) => [
    loss.case,
    loss.policy,
    ratio(loss.violationsRatio),
    ratio(loss.gpuHoursRatio),
  ]);
  const title = `Lost to somebody with one configuration: ${casesLost} of ${cases} cases`;
  return rows.length === 0 ? title : `${title}\n${table(header, rows)}`;
}
