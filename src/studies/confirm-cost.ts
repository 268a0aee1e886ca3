/** What it costs that people must confirm: one scenario under different rules and people. */
import type { SimulationResult } from "../api/results.ts";
import type { CompiledScenario, ScenarioPeople } from "../config/compiled-scenario.ts";
import type { ConfirmRule } from "../core/compiled.ts";
import { MINUTE_MS, millis, rackCount, usdPerHour } from "../core/units.ts";

/** Growth acts by itself but for the rule, which is written as in an InferenceFleet. */
export interface ConfirmCase {
  readonly name: string;
  readonly written: string;
  readonly rules: readonly ConfirmRule[];
}

export interface PeopleCase {
  readonly name: string;
  readonly people: ScenarioPeople;
}

export interface ConfirmCost {
  readonly rule: string;
  readonly people: string;
  readonly seeds: number;
  /** Means over the seeds. */
  readonly attainment: number;
  readonly violations: number;
  readonly gpuHours: number;
  readonly decisions: number;
  readonly confirmed: number;
  readonly expired: number;
}

type Changes = Omit<Partial<ConfirmRule>, "when"> & {
  readonly when?: Partial<ConfirmRule["when"]>;
};

const rule = ({ when, ...changes }: Changes): readonly ConfirmRule[] => [
  {
    name: "rule",
    when: { direction: "Out", minRacks: null, minUsdPerHour: null, ...when },
    approvers: 1,
    expiresAfterMs: millis(15 * MINUTE_MS),
    onExpiry: "Drop",
    ...changes,
  },
];

const LONGER = { expiresAfterMs: millis(45 * MINUTE_MS) };
const PROCEED = { onExpiry: "Proceed" } as const;
/** Any spend above the commitment. */
const BOUGHT = { minUsdPerHour: usdPerHour(0.01) };
const LARGE = { minRacks: rackCount(2) };

export const CONFIRM_CASES: readonly ConfirmCase[] = [
  { name: "none", written: "no rule", rules: [] },
  { name: "all-drop", written: "when: {direction: Out}", rules: rule({}) },
  {
    name: "all-drop-45m",
    written: "when: {direction: Out}, expiresAfter: 45m",
    rules: rule(LONGER),
  },
  {
    name: "all-two",
    written: "when: {direction: Out}, approvers: 2, expiresAfter: 45m",
    rules: rule({ ...LONGER, approvers: 2 }),
  },
  {
    name: "all-proceed",
    written: "when: {direction: Out}, onExpiry: Proceed",
    rules: rule(PROCEED),
  },
  {
    name: "large-drop",
    written: "when: {direction: Out, minRacks: 2}",
    rules: rule({ when: LARGE }),
  },
  {
    name: "bought-drop",
    written: 'when: {direction: Out, minUsdPerHour: "0.01"}',
    rules: rule({ when: BOUGHT }),
  },
  {
    name: "bought-proceed",
    written: 'when: {direction: Out, minUsdPerHour: "0.01"}, onExpiry: Proceed',
    rules: rule({ ...PROCEED, when: BOUGHT }),
  },
];

const minutes = (count: number) => millis(count * MINUTE_MS);

/** Judgement: a rota that is paged, a queue that is read now and then, and nobody at night. */
export const PEOPLE_CASES: readonly PeopleCase[] = [
  {
    name: "prompt",
    people: { approvalDelay: { p50Ms: minutes(2), p95Ms: minutes(8) }, absent: 0, refuse: 0 },
  },
  {
    name: "slow",
    people: { approvalDelay: { p50Ms: minutes(12), p95Ms: minutes(40) }, absent: 0.1, refuse: 0 },
  },
  { name: "absent", people: { approvalDelay: null, absent: 1, refuse: 0 } },
];

/** @returns the scenario with that rule for each of its fleets, and those people */
export function withConfirm(
  scenario: CompiledScenario,
  { rules }: ConfirmCase,
  { people }: PeopleCase,
): CompiledScenario {
  const fleets = scenario.group.fleets.map((fleet) => ({
    ...fleet,
    mode: { ...fleet.mode, scaleOut: "Auto" as const },
    confirm: rules,
  }));
  return {
    ...scenario,
    group: { ...scenario.group, fleets },
    world: { ...scenario.world, people },
  };
}

export interface ConfirmStudy {
  readonly scenario: CompiledScenario;
  readonly seeds: readonly number[];
  readonly people: readonly PeopleCase[];
  readonly run: (scenario: CompiledScenario, seed: number) => Promise<SimulationResult>;
}

/**
 * @returns a row for each rule and people, rules first; without a rule the cache veto still asks
 */
export async function confirmCost(study: ConfirmStudy): Promise<readonly ConfirmCost[]> {
  const rows: ConfirmCost[] = [];
  for (const confirm of CONFIRM_CASES) {
    for (const people of study.people) {
      const scenario = withConfirm(study.scenario, confirm, people);
      const results: SimulationResult[] = [];
      for (const seed of study.seeds) results.push(await study.run(scenario, seed));
      rows.push(rowOf(confirm.name, people.name, results));
    }
  }
  return rows;
}

function rowOf(name: string, people: string, results: readonly SimulationResult[]): ConfirmCost {
  const mean = (of: (result: SimulationResult) => number): number =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length;
  return {
    rule: name,
    people,
    seeds: results.length,
    attainment: mean(({ slo }) => slo.attainment ?? 0),
    violations: mean(({ slo }) => slo.violations),
    gpuHours: mean((result) => result.gpuHours.held),
    decisions: mean(({ decisions }) => decisions.total),
    confirmed: mean(({ decisions }) => decisions.confirmed),
    expired: mean(({ decisions }) => decisions.expired),
  };
}
