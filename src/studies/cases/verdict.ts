/** Who is better over many cases, by the protocol of `compare`: what a bench's rows say. */
import { bootstrapContest } from "../compare/bootstrap.ts";
import type { BootstrapOptions } from "../compare/bootstrap.ts";
import { scenarioContests } from "../compare/contest.ts";
import type { Contest, Tune } from "../compare/contest.ts";
import type { Cell, Setting } from "../compare/front.ts";
import { atHours, frontOf, setting, settingsIn } from "../compare/front.ts";
import type { StudyPolicy } from "../policies.ts";
import type { CaseRow } from "./case-rows.ts";

type Contestant = Pick<StudyPolicy, "name"> & {
  readonly kind: CaseRow["kind"];
  readonly knob: Pick<StudyPolicy["knob"], "default">;
};

export interface VerdictInput {
  /** Of cases that every policy was run on with every value of its knob. */
  readonly rows: readonly CaseRow[];
  readonly ours: Contestant;
  readonly others: readonly Contestant[];
  readonly bootstrap: BootstrapOptions;
}

export interface PolicyVerdict extends Contest {
  readonly policy: string;
  readonly tune: Tune;
}

/** A case in which another is better than ours at equal GPU-hours. */
export interface Loss {
  readonly case: string;
  readonly policy: string;
  /** Its violations over ours, below 1. */
  readonly violationsRatio: number;
  readonly gpuHoursRatio: number | null;
}

export interface Verdict {
  readonly cases: number;
  /** One configuration for all, then tuned to each case in hindsight; the strongest first. */
  readonly policies: readonly PolicyVerdict[];
  /** With one configuration each; the worst first. */
  readonly losses: readonly Loss[];
  /** Cases in which somebody is better, of all. */
  readonly casesLost: number;
}

/** References are compared with nobody. @throws RangeError when there is no row of ours */
export function verdictOf(input: VerdictInput): Verdict {
  const standing = standingOf(input);
  const rivals = input.others.filter(({ kind }) => kind === "baseline" || kind === "variant");
  const policies = (["one", "each"] as const).flatMap((tune) =>
    rivals
      .map(({ name }) => ({
        policy: name,
        tune,
        ...bootstrapContest({ ...standing, theirs: of(standing, name), tune }, input.bootstrap),
      }))
      .toSorted((a, b) => a.violations.mean - b.violations.mean),
  );
  const losses = rivals
    .flatMap(({ name }) => lossesTo(name, standing))
    .toSorted((a, b) => a.violationsRatio - b.violationsRatio);
  return {
    cases: standing.yardsticks.size,
    policies,
    losses,
    casesLost: new Set(losses.map((loss) => loss.case)).size,
  };
}

interface Standing {
  readonly ours: readonly Setting[];
  readonly settings: ReadonlyMap<string, readonly Setting[]>;
  readonly yardsticks: ReadonlyMap<string, number>;
  readonly dearest: ReadonlyMap<string, number>;
}

const of = ({ settings }: Standing, policy: string): readonly Setting[] =>
  settings.get(policy) ?? [];

/** Ours with its default is the yardstick that GPU-hours of a case are told in. */
function standingOf({ rows, ours, others }: VerdictInput): Standing {
  const usual = rows.filter(
    ({ policy, knob }) => policy === ours.name && knob === ours.knob.default,
  );
  if (usual.length === 0) throw new RangeError(`there is no row of ${ours.name}`);
  const yardsticks = new Map(usual.map((row) => [row.case, row.gpuHours]));
  const all = rows.filter((row) => yardsticks.has(row.case));
  const settings = new Map(
    [ours, ...others].map(({ name }) => [name, settingsOf(name, all, yardsticks)]),
  );
  const dearest = new Map<string, number>();
  for (const row of all.filter(({ kind }) => kind !== "reference")) {
    dearest.set(row.case, Math.max(row.gpuHours, dearest.get(row.case) ?? 0));
  }
  return { ours: settings.get(ours.name) ?? [], settings, yardsticks, dearest };
}

/** Where nothing was missed: half a turn, lest a logarithm has no end. */
const HALF_A_TURN = 0.5;

const cellOf = ({ gpuHours, violations, judged }: CaseRow): Cell => ({
  gpuHours,
  missed: Math.max(HALF_A_TURN, violations) / Math.max(1, judged),
});

function settingsOf(
  policy: string,
  rows: readonly CaseRow[],
  gpuHours: ReadonlyMap<string, number>,
): readonly Setting[] {
  const own = rows.filter((row) => row.policy === policy);
  const knobs = [...new Set(own.map(({ knob }) => knob))].toSorted((a, b) => a - b);
  return knobs.map((knob) => {
    const cells = own
      .filter((row) => row.knob === knob)
      .map((row): [string, Cell] => [row.case, cellOf(row)]);
    return setting(knob, new Map(cells), { gpuHours });
  });
}

function lossesTo(policy: string, standing: Standing): readonly Loss[] {
  const theirs = of(standing, policy);
  return scenarioContests({ ...standing, theirs, tune: "one" })
    .filter(({ logViolations }) => logViolations < 0)
    .map(({ scenario, logViolations, logGpuHours }) => ({
      case: scenario,
      policy,
      violationsRatio: Math.exp(logViolations),
      gpuHoursRatio: logGpuHours === null ? null : Math.exp(logGpuHours),
    }));
}

/** What a policy does in a case on the GPU-hours of ours with its default. */
export interface CaseStanding {
  readonly row: CaseRow;
  /** Violations read off its front in the case alone, in hindsight; null: it is never so cheap. */
  readonly violationsAtOurGpuHours: number | null;
}

/**
 * @returns of every policy its run whose GPU-hours are nearest to ours with its default, ours as it
 *   comes
 */
export function caseStandings(
  name: string,
  { rows, ours, others }: Omit<VerdictInput, "bootstrap">,
): readonly CaseStanding[] {
  const own = rows.filter((row) => row.case === name);
  const usual = own.find(({ policy, knob }) => policy === ours.name && knob === ours.knob.default);
  if (usual === undefined) return [];
  return [ours, ...others].flatMap((policy) => {
    const theirs = own.filter((row) => row.policy === policy.name);
    const far = ({ gpuHours }: CaseRow): number => Math.abs(Math.log(gpuHours / usual.gpuHours));
    const [nearest] =
      policy.name === ours.name ? [usual] : theirs.toSorted((a, b) => far(a) - far(b));
    if (nearest === undefined) return [];
    const front = frontOf(settingsIn(name, settingsOf(policy.name, theirs, new Map())));
    const at = atHours(front, usual.gpuHours)?.cells.get(name);
    return [
      {
        row: nearest,
        violationsAtOurGpuHours: at === undefined ? null : at.missed * nearest.judged,
      },
    ];
  });
}
