/** The table of policies: every name that a study can run, with its knob. */
import { DYNAMO_LOAD_KNOB, dynamoLoad } from "../baselines/dynamo-load.ts";
import { DYNAMO_KNOB, dynamo } from "../baselines/dynamo.ts";
import { HPA_KV_KNOB, hpaKv } from "../baselines/hpa-kv.ts";
import { HPA_QUEUE_KNOB, hpaQueue } from "../baselines/hpa-queue.ts";
import { KPA_KNOB, kpa } from "../baselines/kpa.ts";
import { KTHENA_KNOB, kthena } from "../baselines/kthena.ts";
import { LLM_D_SLO_KNOB, llmDSlo } from "../baselines/llm-d-slo.ts";
import { LLM_D_TOKEN_KNOB, llmDToken } from "../baselines/llm-d-token.ts";
import { STATIC_KNOB, staticPolicy } from "../baselines/static.ts";
import { WVA_V1_KNOB, wvaV1 } from "../baselines/wva-v1.ts";
import { WVA_V2_KNOB, wvaV2 } from "../baselines/wva-v2.ts";
import type { CompiledGroup } from "../core/compiled.ts";
import { NORMAL_QUANTILES } from "../core/numeric.ts";
import { INGREDIENTS } from "../core/policy/ingredients.ts";
import type { Ingredient } from "../core/policy/ingredients.ts";
import type { Knob, Policy } from "../core/policy/policy.ts";
import { DAY_MS, SECOND_MS, millis, rackCount } from "../core/units.ts";
import type { Millis } from "../core/units.ts";

/** A policy with its knob turned: what a run of it needs. */
export interface ConfiguredPolicy {
  readonly group: CompiledGroup;
  /** For the tick's options; absent: our own. */
  readonly policy?: Policy;
  /** The tick must not be slower than the policy. */
  readonly tickEveryMs: Millis;
}

export interface StudyPolicy {
  readonly name: string;
  /**
   * A variant is ours without one part; a reference reads the future out of the scenario:
   * `references/` runs it.
   */
  readonly kind: "ours" | "variant" | "baseline" | "reference";
  readonly knob: Knob;
  /**
   * @param value of the knob; absent: what the scenario's fleets say, or the knob's default
   * @throws RangeError for a reference: it decides on a plan, which nothing but a run can make
   */
  configure(group: CompiledGroup, value?: number): ConfiguredPolicy;
}

/** The controller's usual pace. */
const TICK_MS = millis(15 * SECOND_MS);

/** The forecast's standard normal quantile that racks are sized for; Balanced is 1.28 (p90). */
const HEADROOM_KNOB: Knob = {
  name: "headroom-z",
  default: NORMAL_QUANTILES.p90,
  // Far beyond any likely quantile too: a front must reach from 95 to 99.5 % to be compared.
  sweep: [
    -6,
    -3,
    -1,
    NORMAL_QUANTILES.p50,
    NORMAL_QUANTILES.p70,
    NORMAL_QUANTILES.p90,
    NORMAL_QUANTILES.p99,
    4,
    7,
    12,
  ],
};

const BREAKWATER: StudyPolicy = {
  name: "breakwater",
  kind: "ours",
  knob: HEADROOM_KNOB,
  configure: (group, value) => ({
    group: value === undefined ? group : withHeadroom(group, value),
    tickEveryMs: TICK_MS,
  }),
};

/** What a part of ours is worth: the same without it. */
const without = (ingredient: Ingredient): StudyPolicy => ({
  ...BREAKWATER,
  name: `without-${ingredient}`,
  kind: "variant",
  configure: (group, value) => {
    const configured = BREAKWATER.configure(group, value);
    const fleets = configured.group.fleets.map((fleet) => ({ ...fleet, without: ingredient }));
    const whole = { ...configured.group, fleets };
    return { ...configured, group: ingredient === "arbitration" ? firstComeIn(whole) : whole };
  },
});

/** Long after any run has ended. */
const FOR_GOOD_MS = millis(3_650 * DAY_MS);

/** Nothing is guaranteed, and what is lent stays lent: whoever has a rack came first. */
const firstComeIn = (group: CompiledGroup): CompiledGroup => ({
  ...group,
  pools: group.pools.map((pool) => ({
    ...pool,
    consumers: pool.consumers.map((consumer) => ({ ...consumer, guaranteed: rackCount(0) })),
    ...(pool.loan && { loan: { ...pool.loan, minTenureMs: FOR_GOOD_MS } }),
  })),
});

const withHeadroom = (group: CompiledGroup, headroomZ: number): CompiledGroup => ({
  ...group,
  fleets: group.fleets.map((fleet) => ({ ...fleet, headroomZ })),
});

const baseline = (name: string, knob: Knob, of: (value: number) => Policy): StudyPolicy => ({
  name,
  kind: "baseline",
  knob,
  configure: (group, value = knob.default) => {
    const policy = of(value);
    return { group, policy, tickEveryMs: millis(Math.min(TICK_MS, policy.everyMs)) };
  },
});

const reference = (name: string, knob: Knob): StudyPolicy => ({
  name,
  kind: "reference",
  knob,
  configure: () => {
    const found = `policy ${name} decides on a plan of the whole run, found none`;
    throw new RangeError(`${found}: run it with simulate or compare; its log cannot be replayed`);
  },
});

/** What a missed turn is worth, in what a turn costs on a fleet that always fits. */
const PRICE_KNOB: Knob = {
  name: "price-of-a-miss",
  default: 10,
  sweep: [3, 10, 30, 60],
};

/** Attainment that every ten minutes are sized for, but for surges, which get every rack. */
const CALM_KNOB: Knob = {
  name: "attainment-before-surges",
  default: 0.95,
  sweep: [0.9, 0.95, 0.97, 0.98],
};

export const POLICIES: readonly StudyPolicy[] = [
  BREAKWATER,
  ...INGREDIENTS.map(without),
  baseline("static", STATIC_KNOB, staticPolicy),
  baseline("hpa-queue", HPA_QUEUE_KNOB, hpaQueue),
  baseline("hpa-kv", HPA_KV_KNOB, hpaKv),
  baseline("kpa", KPA_KNOB, kpa),
  baseline("dynamo", DYNAMO_KNOB, dynamo),
  baseline("dynamo-load", DYNAMO_LOAD_KNOB, dynamoLoad),
  baseline("wva-v1", WVA_V1_KNOB, wvaV1),
  baseline("wva-v2", WVA_V2_KNOB, wvaV2),
  baseline("llm-d-slo", LLM_D_SLO_KNOB, llmDSlo),
  baseline("llm-d-token", LLM_D_TOKEN_KNOB, llmDToken),
  baseline("kthena", KTHENA_KNOB, kthena),
  reference("clairvoyant", PRICE_KNOB),
  reference("causal-reference", CALM_KNOB),
];

/** @throws RangeError that lists the names there are */
export function policyNamed(name: string): StudyPolicy {
  const found = POLICIES.find((policy) => policy.name === name);
  if (found !== undefined) return found;
  const known = POLICIES.map((policy) => policy.name).join(", ");
  throw new RangeError(`policy "${name}" is not known, expected one of ${known}`);
}
