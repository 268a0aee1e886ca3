/**
 * Knative's pod autoscaler (pkg/autoscaler/scaling/autoscaler.go, v1.23) on concurrency: the mean
 * of a minute, and in a panic that of six seconds. Kept: after a start with more than one pod it
 * begins in panic; in panic it never shrinks; out of it a fleet may be halved at once, since the
 * scale-down delay is 0; pods that take long to start are asked for again and again. To zero is
 * off.
 */
import { clamp } from "../core/numeric.ts";
import type { Knob, Policy, PolicyAnswer, PolicySlice, PolicyView } from "../core/policy/policy.ts";
import { MINUTE_MS, SECOND_MS, epochMs, elapsed, millis } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import { valueOf } from "./loads.ts";
import { meanOf, noted, within } from "./remembered.ts";
import { EMPTY_SLICE, queuedRole } from "./roles.ts";
import type { Scaled } from "./roles.ts";

/** tick-interval. */
const TICK_MS = millis(2 * SECOND_MS);
/** stable-window, and panic-window-percentage (10) of it. */
const STABLE_MS = MINUTE_MS;
const PANIC_MS = millis(6 * SECOND_MS);
/** panic-threshold-percentage. */
const PANIC_AT = 2;
/** max-scale-up-rate and max-scale-down-rate. */
const UP_RATE = 1_000;
const DOWN_RATE = 2;

/**
 * Turns a pod is to have at once, running or waiting. The default is the published one:
 * container-concurrency-target-default 100 x container-concurrency-target-percentage 70.
 */
export const KPA_KNOB: Knob = {
  name: "target-concurrency-per-pod",
  default: 70,
  sweep: [0.5, 1, 1.5, 2, 3, 4, 6, 10, 20, 70],
};

export function kpa(target: number): Policy {
  return {
    name: "kpa",
    knob: target,
    everyMs: TICK_MS,
    init: () => EMPTY_SLICE,
    want: (view, memory) => tick(view, memory, target),
  };
}

const CONCURRENCY = "concurrency";
const PANIC_SINCE = "panicSinceMs";
const PANIC_PODS = "panicPods";
const NO_PANIC = 0;

function tick(view: PolicyView, memory: PolicySlice, target: number): PolicyAnswer {
  const { now } = view;
  const scaled = queuedRole(view);
  const { role, replicas } = scaled;
  const seen = concurrency(view, scaled);
  const started = startedIn(memory, now, replicas.ready);
  const slice =
    seen === null ? started : noted(started, CONCURRENCY, { at: now, value: seen }, STABLE_MS);
  const stable = meanOf(within(slice.series[CONCURRENCY], now, STABLE_MS));
  const panic = meanOf(within(slice.series[CONCURRENCY], now, PANIC_MS));
  if (Number.isNaN(panic)) {
    const text = "No data in the windows: nothing is changed.";
    return { replicas: { [role]: replicas.filled }, memory: slice, text };
  }
  const wish = { stable: Math.ceil(stable / target), panic: Math.ceil(panic / target) };
  const next = scale(wish, slice, { now, ready: replicas.ready });
  const wanted = clamp(next.pods, Math.max(1, replicas.min), Math.max(1, replicas.max));
  const windows = `${stable.toFixed(2)} at once in 60 s, ${panic.toFixed(2)} in 6 s`;
  const mode = next.memory.numbers[PANIC_SINCE] === NO_PANIC ? "" : ", in panic";
  return {
    replicas: { [role]: wanted },
    memory: next.memory,
    text: `${windows}, target ${target}: ${next.pods} pods${mode}.`,
  };
}

/** Whoever starts beside running pods has no history of them: it begins in panic. */
function startedIn(memory: PolicySlice, now: EpochMs, ready: number): PolicySlice {
  if (memory.numbers[PANIC_SINCE] !== undefined) return memory;
  const numbers =
    ready > 1
      ? { [PANIC_SINCE]: now, [PANIC_PODS]: ready }
      : { [PANIC_SINCE]: NO_PANIC, [PANIC_PODS]: 0 };
  return { ...memory, numbers: { ...memory.numbers, ...numbers } };
}

/** What the gateway holds counts too, as the activator's queue does. */
function concurrency({ observed }: PolicyView, { role }: Scaled): number | null {
  const prefilling = role === "Prefill" ? observed.engines : undefined;
  if (prefilling !== undefined) {
    return prefilling.length === 0
      ? null
      : prefilling.reduce((sum, { runningTurns = 0, waitingTurns }) => {
          return sum + runningTurns + waitingTurns;
        }, 0);
  }
  const running = valueOf(observed.signals.runningTurns);
  const waiting = valueOf(observed.signals.waitingTurns);
  return running === null || waiting === null ? null : running + waiting;
}

interface Wish {
  readonly stable: number;
  readonly panic: number;
}

interface Instant {
  readonly now: EpochMs;
  readonly ready: number;
}

function scale(
  wish: Wish,
  memory: PolicySlice,
  { now, ready }: Instant,
): { readonly pods: number; readonly memory: PolicySlice } {
  const pods = Math.max(1, ready);
  const bounded = (wanted: number): number =>
    clamp(wanted, Math.floor(pods / DOWN_RATE), Math.ceil(UP_RATE * pods));
  const over = wish.panic / pods >= PANIC_AT;
  const since = panicSince(memory.numbers[PANIC_SINCE] ?? NO_PANIC, over, now);
  if (since === NO_PANIC) {
    const numbers = { ...memory.numbers, [PANIC_SINCE]: NO_PANIC, [PANIC_PODS]: 0 };
    return { pods: bounded(wish.stable), memory: { ...memory, numbers } };
  }
  const before = memory.numbers[PANIC_PODS] ?? 0;
  const most = Math.max(before, bounded(wish.stable), bounded(wish.panic));
  const numbers = { ...memory.numbers, [PANIC_SINCE]: since, [PANIC_PODS]: most };
  return { pods: most, memory: { ...memory, numbers } };
}

/** Entered and extended while over the threshold, left a stable window after the last time. */
function panicSince(since: number, over: boolean, now: EpochMs): number {
  if (over) return now;
  return since !== NO_PANIC && elapsed(epochMs(since), now) > STABLE_MS ? NO_PANIC : since;
}
