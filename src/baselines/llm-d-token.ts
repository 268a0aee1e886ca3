/**
 * llm-d's token-aware recipe (guides/workload-autoscaling/keda-epp-token-aware): seconds of
 * uncached prompts that wait for their prefill, and caches full of KV, each an AverageValue; the
 * larger count wins. Kept: one replica more in three minutes, one fewer in five; missing series
 * read as 0 (`or vector(0)`), so an engine that is not scraped looks idle.
 *
 * `llm_d_epp_inflight_tokens` is not exported here. It is taken from series that are: turns that
 * wait, and those that prefill at once (computed tokens a second over the prefill speed), each with
 * the uncached tokens of a turn served lately.
 */
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { MINUTE_MS, SECOND_MS, millis } from "../core/units.ts";
import type { Behavior } from "./hpa.ts";
import { averageValue } from "./hpa.ts";
import { engineLoads, turnMeans, valueOf } from "./loads.ts";
import { ownCount, stabilised } from "./own-count.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";
import { unitModel } from "./unit-model.ts";

/** pollingInterval. */
const POLL_MS = millis(15 * SECOND_MS);
/** Threshold of the decode trigger. */
const KV_PER_POD = 0.8;

const BEHAVIOR: Behavior = {
  up: { windowMs: millis(0), pods: 1, share: 0, periodMs: millis(3 * MINUTE_MS) },
  down: {
    windowMs: millis(5 * MINUTE_MS),
    pods: 1,
    share: 0,
    periodMs: millis(5 * MINUTE_MS),
  },
};

/** Seconds of prompts that may wait per replica: the prefill trigger's threshold. */
export const LLM_D_TOKEN_KNOB: Knob = {
  name: "backlog-seconds-per-pod",
  default: 1.5,
  sweep: [0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1, 1.5, 3, 6],
};

export function llmDToken(backlogS: number): Policy {
  return {
    name: "llm-d-token",
    knob: backlogS,
    everyMs: POLL_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => poll(view, memory, backlogS),
  };
}

const UNCACHED = "uncachedTokensPerTurn";

function poll(view: PolicyView, memory: PolicySlice, backlogS: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  if (unanswered(view)) {
    const text = "No answer: nothing is changed.";
    return { replicas: { [role]: ownCount(replicas, memory) }, memory, text };
  }
  const turn = turnMeans(view);
  const uncached =
    turn === null ? (memory.numbers[UNCACHED] ?? 0) : turn.inputTokens * (1 - turn.hitRate);
  const waitingS = backlog(view, scaled, uncached);
  const fullCaches = (engineLoads(view, scaled) ?? []).reduce((sum, load) => sum + load.kvUsage, 0);
  const desired = Math.max(
    averageValue(waitingS, backlogS, replicas.filled),
    averageValue(fullCaches, KV_PER_POD, replicas.filled),
  );
  const numbers = { ...memory.numbers, [UNCACHED]: uncached };
  const set = stabilised(desired, { ...memory, numbers }, { now, replicas, behavior: BEHAVIOR });
  const text =
    `${waitingS.toFixed(2)} s of prompts at ${backlogS} s a pod, ` +
    `${fullCaches.toFixed(2)} caches full: ${desired}.`;
  return { replicas: { [role]: set.wanted }, memory: set.memory, text };
}

/** Of a query that fails KEDA makes no 0: its HorizontalPodAutoscaler then never shrinks. */
const unanswered = ({ observed }: PolicyView): boolean => {
  const { waitingTurns } = observed.signals;
  return waitingTurns.kind === "absent" && waitingTurns.problem !== "empty";
};

/** @returns seconds that one unit would take for the uncached prompts on their way to a token */
function backlog(view: PolicyView, { role }: Scaled, uncachedTokens: number): number {
  const { fleet, observed } = view;
  const speed = unitModel(fleet, role).prefillTokensPerSecond;
  const waiting = valueOf(observed.signals.waitingTurns) ?? 0;
  const prefilling = (valueOf(observed.signals.computedPromptTokens) ?? 0) / speed;
  return ((waiting + prefilling) * uncachedTokens) / speed;
}
