/**
 * The load loop of NVIDIA's Dynamo planner (ai-dynamo 1.6, static thresholds): every 5 s one
 * replica more when any worker is too full, one fewer when all are nearly idle.
 */
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { SECOND_MS, millis } from "../core/units.ts";
import type { EngineLoad } from "./loads.ts";
import { engineLoads, turnMeans } from "./loads.ts";
import { ownCount, setOwnCount } from "./own-count.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";

/** Default of `load_adjustment_interval`. */
const LOAD_INTERVAL_MS = millis(5 * SECOND_MS);

/** Utilisation above which it grows and below which it shrinks. */
export interface LoadThresholds {
  readonly up: number;
  readonly down: number;
}

/** The two published targets. */
const THROUGHPUT: LoadThresholds = { up: 1, down: 0.6 };
const LATENCY: LoadThresholds = { up: 0.4, down: 0.1 };

/** Utilisation above which a replica is added; the published targets are 1 and 0.4. */
export const DYNAMO_LOAD_KNOB: Knob = {
  name: "scale-up-utilisation",
  default: THROUGHPUT.up,
  sweep: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1, 1.3],
};

/** @returns thresholds on the line through the two published pairs */
export function thresholdsAt(up: number): LoadThresholds {
  const slope = (THROUGHPUT.down - LATENCY.down) / (THROUGHPUT.up - LATENCY.up);
  return { up, down: Math.max(0, THROUGHPUT.down - slope * (THROUGHPUT.up - up)) };
}

export function dynamoLoad(up: number): Policy {
  const thresholds = thresholdsAt(up);
  return {
    name: "dynamo-load",
    knob: up,
    everyMs: LOAD_INTERVAL_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => adjust(view, memory, thresholds),
  };
}

const PROMPT_TOKENS = "promptTokensPerTurn";

function adjust(view: PolicyView, memory: PolicySlice, thresholds: LoadThresholds): PolicyAnswer {
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const promptTokens = turnMeans(view)?.inputTokens ?? memory.numbers[PROMPT_TOKENS] ?? 0;
  const loads = engineLoads(view, scaled);
  const before = ownCount(replicas, memory);
  const { by, text } =
    loads === null
      ? BLIND
      : step({ ...fullest(loads, promptTokens), before, replicas, thresholds });
  // Growth starts from what is there, the bought rack filled.
  const next = by > 0 ? replicas.filled + 1 : before + by;
  const set = setOwnCount(next, replicas, memory);
  const numbers = { ...set.memory.numbers, [PROMPT_TOKENS]: promptTokens };
  return { replicas: { [role]: set.wanted }, memory: { ...set.memory, numbers }, text };
}

const BLIND = { by: 0, text: "No metrics of any worker: nothing is changed." } as const;

interface LoadStep {
  /** Utilisation of the fullest worker. */
  readonly highest: number;
  /** Workers that report. */
  readonly workers: number;
  readonly before: number;
  readonly replicas: Scaled["replicas"];
  readonly thresholds: LoadThresholds;
}

/** The fullest below the threshold means that all are. */
function step(load: LoadStep): { readonly by: -1 | 0 | 1; readonly text: string } {
  const { highest, workers, before, replicas, thresholds } = load;
  const { up, down } = thresholds;
  const text = `Fullest worker at ${highest.toFixed(3)}, up above ${up}, down below ${down}.`;
  if (highest > up) {
    const starting = replicas.ready < replicas.filled;
    return starting ? { by: 0, text: `${text} A replica is starting.` } : { by: 1, text };
  }
  if (highest >= down || before <= 1) return { by: 0, text };
  // With n replicas all counted this is the planner's max(util)·n/(n − 1).
  const after = (highest * workers) / (before - 1);
  return after >= up ? { by: 0, text: `${text} One fewer would be too full.` } : { by: -1, text };
}

/** Utilisation of a worker: (KV of scheduled turns + queued prompt tokens) / KV capacity. */
function fullest(
  loads: readonly EngineLoad[],
  promptTokens: number,
): Pick<LoadStep, "highest" | "workers"> {
  const used = loads.map(
    ({ kvUsage, kvTokens, waitingTurns }) => kvUsage + (waitingTurns * promptTokens) / kvTokens,
  );
  return { highest: Math.max(...used), workers: loads.length };
}
