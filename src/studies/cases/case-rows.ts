/** One line a run: what a bench writes down, and goes on from when it was stopped. */
import type { ComparisonRow } from "../../api/comparison.ts";
import type { SimulationResult } from "../../api/results.ts";
import type { Knob } from "../../core/policy/policy.ts";
import { knobValues } from "../compare/sweep.ts";
import type { StudyPolicy } from "../policies.ts";
import type { CaseTraits, CutCase } from "./case-document.ts";

export interface CaseRow extends CaseTraits {
  readonly schemaVersion: 1;
  readonly case: string;
  /** Of the scenario, so that a row of another case with the same name is not taken for it. */
  readonly caseDigest: string;
  readonly policy: string;
  readonly kind: ComparisonRow["kind"];
  readonly knob: number;
  readonly seed: number;
  readonly attainment: number;
  readonly judged: number;
  readonly violations: number;
  readonly gpuHours: number;
  /** Mean over what disturbed the case; null: at least one was never absorbed, or there is none. */
  readonly absorbSeconds: number | null;
  readonly neverAbsorbed: number;
}

/** One run to be made. */
export interface CaseJob {
  readonly found: CutCase;
  readonly caseDigest: string;
  readonly policy: StudyPolicy;
  readonly knob: number;
}

export const seedOf = ({ document }: CutCase): number => {
  const { spec } = document;
  const seeds = typeof spec === "object" && spec !== null && "seeds" in spec ? spec.seeds : null;
  const first: unknown = Array.isArray(seeds) ? seeds[0] : null;
  if (typeof first !== "number") throw new RangeError("a case without a seed cannot be run");
  return first;
};

/** Two rows with one key are of the same run. */
export const keyOf = (row: Pick<CaseRow, "caseDigest" | "policy" | "knob">): string =>
  `${row.caseDigest} ${row.policy} ${row.knob}`;

export function caseRow({ found, ...job }: CaseJob, result: SimulationResult): CaseRow {
  const { name, document: _, ...traits } = found;
  const absorbed = result.surges.flatMap(({ timeToAbsorbSeconds: took }) => took ?? []);
  const never = result.surges.length - absorbed.length;
  const sum = absorbed.reduce((total, took) => total + took, 0);
  return {
    schemaVersion: 1,
    case: name,
    caseDigest: job.caseDigest,
    ...traits,
    policy: job.policy.name,
    kind: job.policy.kind,
    knob: job.knob,
    seed: result.seed,
    attainment: result.slo.attainment,
    judged: result.slo.judged,
    violations: result.slo.violations,
    gpuHours: result.gpuHours.held,
    absorbSeconds: never > 0 || absorbed.length === 0 ? null : sum / absorbed.length,
    neverAbsorbed: never,
  };
}

/**
 * @returns so many values of a sweep as evenly as they come, both ends and the default among them;
 *   all where fewer were asked for than three
 */
export function thinned(knob: Knob, count: number): readonly number[] {
  const all = knobValues(knob);
  const usual = knob.default;
  if (count < 3 || count >= all.length) return all;
  const even = Array.from(
    { length: count },
    (_, at) => all[Math.round((at * (all.length - 1)) / (count - 1))] ?? usual,
  );
  if (even.includes(usual)) return even;
  const inner = even.slice(1, -1);
  const [closest] = inner.toSorted((a, b) => Math.abs(a - usual) - Math.abs(b - usual));
  return even.map((value) => (value === closest ? usual : value));
}
