/**
 * The throughput loop of NVIDIA's Dynamo planner (ai-dynamo, components/src/dynamo/planner/core,
 * throughput_scaling.py and perf_model; target `sla`, in which the load loop is off): every three
 * minutes the requests, prompts and outputs to come are predicted and divided by what one engine
 * can do inside the latency targets. Kept: no term for what already waits (ai-dynamo/dynamo#10528);
 * means only; the last hit rate, and no discount of KV for it; at most eight replicas up or down at
 * a time; where the targets cannot be met, an engine is taken to serve one turn at a time.
 *
 * The planner's default predictor searches ARIMA orders; this is its Kalman one. Its regressions
 * are refitted on the engine's own iterations, which no scrape shows: the profile stands in.
 */
import type { LatencyMetric, Role } from "../core/compiled.ts";
import { clamp } from "../core/numeric.ts";
import type {
  Knob,
  PerRole,
  Policy,
  PolicyAnswer,
  PolicySlice,
  PolicyView,
  RoleReplicas,
} from "../core/policy/policy.ts";
import { MINUTE_MS, SECOND_MS, elapsed, epochMs, millis, seconds } from "../core/units.ts";
import type { Workload } from "./dynamo-capacity.ts";
import { aggregatedRate, decodeRate, prefillRate } from "./dynamo-capacity.ts";
import type { Trend } from "./kalman.ts";
import { forecast, observed } from "./kalman.ts";
import { turnMeans, valueOf } from "./loads.ts";
import { latencyTargetS } from "./latency-target.ts";
import { ownCount, setOwnCount } from "./own-count.ts";
import { meanOf, noted, within } from "./remembered.ts";
import { EMPTY_SLICE } from "./roles.ts";
import { unitModel } from "./unit-model.ts";

/** throughput_adjustment_interval. */
const ADJUST_MS = millis(3 * MINUTE_MS);
/** As often as it looks: what Prometheus would say of a whole interval is the mean of looks. */
const LOOK_MS = millis(15 * SECOND_MS);
/** max_throughput_scaling_replicas. */
const MOST_AT_ONCE = 8;
/** ttft and itl of a fleet that has no objective of the kind, seconds. */
const TARGET_S: Readonly<Record<LatencyMetric, number>> = { TTFT: 0.5, ITL: 0.05 };

/**
 * Requests that are planned for, over those predicted. The planner has no such setting: its own,
 * the targets, end at one turn at a time per engine, far from the sizes that agents need. This is
 * given to it so that it can be had at any size; 1 is what it does.
 */
export const DYNAMO_KNOB: Knob = {
  name: "requests-over-predicted",
  default: 1,
  sweep: [0.7, 1, 1.5, 2, 3, 4, 6, 9, 14],
};

export function dynamo(overPredicted: number): Policy {
  return {
    name: "dynamo",
    knob: overPredicted,
    everyMs: LOOK_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => look(view, memory, overPredicted),
  };
}

const ADJUSTED = "adjustedMs";
const wantedOf = (role: Role): string => `wanted ${role}`;

function look(view: PolicyView, memory: PolicySlice, overPredicted: number): PolicyAnswer {
  const { now } = view;
  const seen = looked(view, memory);
  const since = epochMs(memory.numbers[ADJUSTED] ?? now);
  const stamped = (at: number, slice: PolicySlice): PolicySlice => ({
    ...slice,
    numbers: { ...slice.numbers, [ADJUSTED]: at },
  });
  if (elapsed(since, now) < ADJUST_MS) {
    const text = "Between two adjustments.";
    return { replicas: standing(view, memory), memory: stamped(since, seen), text };
  }
  const learned = interval(seen, view);
  const load = predicted(learned, view);
  if (load === null) {
    const text = "No traffic was seen: nothing is changed.";
    return { replicas: standing(view, memory), memory: stamped(now, learned), text };
  }
  return adjusted(view, stamped(now, learned), { load, overPredicted });
}

const SERIES = ["arrivals", "turns", "prompt", "output", "cached"] as const;

/** One look at the rates; nothing is noted where they are not known. */
function looked(view: PolicyView, memory: PolicySlice): PolicySlice {
  const arrivals = valueOf(view.observed.signals.arrivals);
  const means = turnMeans(view);
  if (arrivals === null || means === null) return memory;
  const { turnsPerSecond: turns, inputTokens, outputTokens, hitRate } = means;
  const prompt = turns * inputTokens;
  const rates = {
    arrivals,
    turns,
    prompt,
    output: turns * outputTokens,
    cached: prompt * hitRate,
  };
  return SERIES.reduce(
    (slice, name) => noted(slice, name, { at: view.now, value: rates[name] }, ADJUST_MS),
    memory,
  );
}

/** Requests of an interval, tokens of a prompt and of an output: what is predicted. */
const PREDICTED = ["requests", "input", "output"] as const;
type Predicted = Readonly<Record<(typeof PREDICTED)[number], number>>;
const HIT_RATE = "hitRate";

/** The interval that ended, told to the predictors; as it was where nothing was seen of it. */
function interval(seen: PolicySlice, { now }: PolicyView): PolicySlice {
  const mean = (name: (typeof SERIES)[number]): number =>
    meanOf(within(seen.series[name], now, ADJUST_MS));
  if (Number.isNaN(mean("turns"))) return seen;
  const values: Predicted = {
    requests: mean("arrivals") * seconds(ADJUST_MS),
    input: mean("prompt") / mean("turns"),
    output: mean("output") / mean("turns"),
  };
  const hitRate = clamp(mean("cached") / mean("prompt"), 0, 1);
  const trends = PREDICTED.map((name) => packed(name, observed(trendOf(seen, name), values[name])));
  const learned = Object.fromEntries(trends.flat());
  return { ...seen, numbers: { ...seen.numbers, [HIT_RATE]: hitRate, ...learned } };
}

const TREND = ["level", "trend", "levelVariance", "covariance", "trendVariance"] as const;

function packed(name: string, trend: Trend | null): readonly (readonly [string, number])[] {
  return trend === null ? [] : TREND.map((field) => [`${name} ${field}`, trend[field]]);
}

function trendOf({ numbers }: PolicySlice, name: string): Trend | null {
  const of = (field: (typeof TREND)[number]): number => numbers[`${name} ${field}`] ?? 0;
  if (numbers[`${name} level`] === undefined) return null;
  return {
    level: of("level"),
    trend: of("trend"),
    levelVariance: of("levelVariance"),
    covariance: of("covariance"),
    trendVariance: of("trendVariance"),
  };
}

interface Load {
  readonly turnsPerSecond: number;
  readonly turn: Workload;
}

function predicted(memory: PolicySlice, { fleet }: PolicyView): Load | null {
  const [requests, input, output] = PREDICTED.map((name) => trendOf(memory, name));
  if (!requests || !input || !output) return null;
  const turn = {
    inputTokens: forecast(input),
    outputTokens: forecast(output),
    hitRate: memory.numbers[HIT_RATE] ?? 0,
  };
  if (turn.inputTokens <= 0 || turn.outputTokens <= 0 || fleet.workloads.length === 0) return null;
  return { turnsPerSecond: forecast(requests) / seconds(ADJUST_MS), turn };
}

interface Adjustment {
  readonly load: Load;
  readonly overPredicted: number;
}

function adjusted(view: PolicyView, memory: PolicySlice, adjustment: Adjustment): PolicyAnswer {
  const needed = needs(view, adjustment);
  let slice = memory;
  const replicas: Partial<Record<Role, number>> = {};
  for (const { role, count } of needed) {
    const found = view.roles[role];
    if (found === undefined) continue;
    const set = setOwnCount(stepTo(count, found, { slice, role }), found, slice, wantedOf(role));
    slice = set.memory;
    replicas[role] = set.wanted;
  }
  const { turnsPerSecond, turn } = adjustment.load;
  const wants = needed.map(({ role, count }) => `${count} ${role}`).join(", ");
  const text =
    `Predicted ${turnsPerSecond.toFixed(2)} turns/s of ${Math.round(turn.inputTokens)} + ` +
    `${Math.round(turn.outputTokens)} tokens, hit rate ${turn.hitRate.toFixed(3)}: ${wants}.`;
  return { replicas, memory: slice, text };
}

interface Remembered {
  readonly slice: PolicySlice;
  readonly role: Role;
}

/** Eight at a time: up from what is there, down from what was set. */
function stepTo(count: number, replicas: RoleReplicas, { slice, role }: Remembered): number {
  const own = ownCount(replicas, slice, wantedOf(role));
  return clamp(count, own - MOST_AT_ONCE, replicas.filled + MOST_AT_ONCE);
}

interface Need {
  readonly role: Role;
  readonly count: number;
}

function needs({ fleet, roles }: PolicyView, { load, overPredicted }: Adjustment): readonly Need[] {
  const targets = {
    ttftS: latencyTargetS(fleet, "TTFT", TARGET_S),
    itlS: latencyTargetS(fleet, "ITL", TARGET_S),
  };
  const planned = load.turnsPerSecond * overPredicted;
  const need = (role: Role, turnsPerSecondEach: number): Need => ({
    role,
    count: Math.max(1, Math.ceil(planned / turnsPerSecondEach)),
  });
  if (roles.Aggregated !== undefined) {
    const unit = unitModel(fleet, "Aggregated");
    return [need("Aggregated", aggregatedRate(unit, load.turn, targets))];
  }
  return [
    need("Prefill", prefillRate(unitModel(fleet, "Prefill"), load.turn)),
    need("Decode", decodeRate(unitModel(fleet, "Decode"), load.turn, targets.itlS)),
  ];
}

/** What was set last; before the first adjustment what is there. */
const standing = ({ roles }: PolicyView, { numbers }: PolicySlice): PerRole<number> =>
  Object.fromEntries(
    (["Aggregated", "Prefill", "Decode"] as const).flatMap((role) => {
      const found = roles[role];
      return found === undefined ? [] : [[role, numbers[wantedOf(role)] ?? found.filled]];
    }),
  );
