/**
 * Saturation analyzer V1 of llm-d's workload-variant-autoscaler (internal/saturationv1/analyzer.go,
 * v0.9): one replica more when those that are not saturated have little to spare, one fewer when
 * they could carry the load of one fewer. Kept: no move while one is under way, so one rack per
 * lead time; where every replica is saturated the spares are 0, and one is added.
 */
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { SECOND_MS, millis } from "../core/units.ts";
import { DEFAULT_BEHAVIOR } from "./hpa.ts";
import type { EngineLoad } from "./loads.ts";
import { engineLoads } from "./loads.ts";
import { minuteMaxima } from "./minute-maxima.ts";
import { ownCount, stabilised } from "./own-count.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";

/** GLOBAL_OPT_INTERVAL. */
export const WVA_INTERVAL_MS = millis(15 * SECOND_MS);

/** queueLengthThreshold and queueSpareTrigger; kvSpareTrigger. */
const QUEUE_SATURATED = 5;
const QUEUE_SPARE = 3;
const KV_SPARE = 0.1;

/** kvCacheThreshold: KV usage from which a replica counts as saturated. */
export const WVA_V1_KNOB: Knob = {
  name: "kv-cache-threshold",
  default: 0.8,
  sweep: [0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95],
};

export function wvaV1(kvThreshold: number): Policy {
  return {
    name: "wva-v1",
    knob: kvThreshold,
    everyMs: WVA_INTERVAL_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => analyse(view, memory, kvThreshold),
  };
}

function analyse(view: PolicyView, memory: PolicySlice, kvThreshold: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const own = ownCount(replicas, memory);
  const found = engineLoads(view, scaled);
  if (found === null) {
    return { replicas: { [role]: own }, memory, text: "No metrics: nothing is changed." };
  }
  const { loads, memory: seen } = minuteMaxima(found, memory, now);
  const given = replicas.filled - own;
  const { by, text } =
    replicas.ready < replicas.filled
      ? { by: 0, text: "A replica is on its way: blocked." }
      : step(loads, given, kvThreshold);
  const desired = by > 0 ? replicas.filled + 1 : own + by;
  const set = stabilised(desired, seen, { now, replicas, behavior: DEFAULT_BEHAVIOR });
  return { replicas: { [role]: set.wanted }, memory: set.memory, text };
}

interface Spare {
  readonly kv: number;
  readonly queue: number;
}

/** @param given replicas that serve still, since their rack is filled, but were given up */
function step(
  loads: readonly EngineLoad[],
  given: number,
  kvThreshold: number,
): { readonly by: -1 | 0 | 1; readonly text: string } {
  const free = loads.filter(
    ({ kvUsage, waitingTurns }) => kvUsage < kvThreshold && waitingTurns < QUEUE_SATURATED,
  );
  const spareWith = (times: number): Spare => ({
    kv: mean(free, ({ kvUsage }) => kvThreshold - kvUsage * times),
    queue: mean(free, ({ waitingTurns }) => QUEUE_SATURATED - waitingTurns * times),
  });
  const enough = ({ kv, queue }: Spare): boolean => kv >= KV_SPARE && queue >= QUEUE_SPARE;
  const spare = spareWith(1);
  const text =
    `Of ${loads.length} replicas ${free.length} are not saturated, ` +
    `to spare ${spare.kv.toFixed(3)} of KV and ${spare.queue.toFixed(2)} in the queue.`;
  if (!enough(spare)) return { by: 1, text };
  const left = free.length - given - 1;
  if (left < 1 || !enough(spareWith(free.length / left))) return { by: 0, text };
  return { by: -1, text };
}

/** 0 where there is none. */
const mean = (loads: readonly EngineLoad[], of: (load: EngineLoad) => number): number =>
  loads.length === 0 ? 0 : loads.reduce((sum, load) => sum + of(load), 0) / loads.length;
