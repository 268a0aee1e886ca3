/**
 * The labels of our metrics. A closed set is listed, so that every series exists with 0 from the
 * start; `null` means bounded by the objects that exist, whose series go when they go.
 */
import {
  CACHE_CAUSES,
  DIRECTIONS,
  OPEN_PHASES,
  OUTCOMES,
  RACK_PHASES,
  RACK_STEPS,
} from "../../api/vocabulary.ts";
import { GUARDS, TAKER_GUARDS } from "../../core/gate/index.ts";
import { REASONS, type ReasonCode } from "../../core/reasons.ts";
import { SIGNAL_UNITS } from "../../core/signals/names.ts";
import type { ShortageKind } from "../../core/memory.ts";
import { PORT_ERRORS } from "../../ports/errors.ts";
import { CLIENTS } from "./client-call.ts";

/** Takes the place of a word outside a closed set, so that no set can grow. */
const OTHER = "other";

const ACTION_KINDS = [
  "OpenIntent",
  "SetPhase",
  "SetCount",
  "Cordon",
  "Uncordon",
  "Evict",
  "Fence",
  "Unfence",
  "SetReplicas",
  "MarkPods",
  "Eject",
  "Readmit",
  OTHER,
];
const ACTION_OUTCOMES = [
  "applied",
  "unchanged",
  "blocked",
  "conflict",
  "failed",
  "fenced",
] as const;

/** Why a decision is opened: the reasons of `REASONS` that say why a count should change. */
const CHANGE_REASONS = [
  "demand-forecast",
  "burst",
  "backlog",
  "schedule-floor",
  "override-floor",
  "minimum",
  "surplus",
  "above-maximum",
  "window-ends",
  "asked-elsewhere",
  "interruption",
  "arrival-doubtful",
  "partial-arrival",
  "request-withdrawn",
  "loan-lend",
  "loan-reclaim",
  "rack-moves",
  "policy-want",
] as const satisfies readonly ReasonCode[];

const GUARD_NAMES = [...new Set([...GUARDS, ...TAKER_GUARDS].map(({ name }) => name))];

/** What a provider's shortage is known by; each is a `ShortageKind`. */
const SHORTAGES = [
  "stockout",
  "quota",
  "reservation",
  "permission",
  "other",
  "late",
  "partial",
] as const satisfies readonly ShortageKind[];

export const LABELS = {
  group: null,
  pool: null,
  fleet: null,
  objective: null,
  version: null,
  phase: RACK_PHASES,
  intent_phase: OPEN_PHASES,
  direction: DIRECTIONS,
  outcome: OUTCOMES,
  reason: Object.keys(REASONS),
  signal: Object.keys(SIGNAL_UNITS),
  cause: CACHE_CAUSES,
  override: ["pause-out", "pause-in", "floor", "ceiling", "break-glass"],
  delivery: ["delivered", "retried", "refused", "dropped"],
  metric: ["ttft", "itl"],
  percentile: ["p10", "p50", "p90", "p95", "p99"],
  step: ["grant", "boot", "join", "repair"],
  rack_step: RACK_STEPS,
  action: ACTION_KINDS,
  result: ACTION_OUTCOMES,
  why: [...CHANGE_REASONS, OTHER],
  guard: GUARD_NAMES,
  shortage: SHORTAGES,
  bound: ["lower", "upper"],
  stage: ["usual", "capacity", "routing", "delivered"],
  interval: ["80", "95"],
  client: CLIENTS,
  answer: ["ok", ...Object.keys(PORT_ERRORS)],
  code: [...Object.keys(PORT_ERRORS), "invariant", OTHER],
} as const satisfies Readonly<Record<string, readonly string[] | null>>;

export type LabelName = keyof typeof LABELS;

/** @returns the word when its label's set has it (or is open), else `other`. */
export function closed(label: LabelName, word: string): string {
  const words: readonly string[] | null = LABELS[label];
  return words === null || words.includes(word) ? word : OTHER;
}
