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
import { SIGNAL_UNITS } from "../../core/signals/names.ts";
import { REASONS } from "../../core/reasons.ts";
import { PORT_ERRORS } from "../../ports/errors.ts";

/** Takes the place of a word outside a closed set, so that no set can grow. */
const OTHER = "other";

const ACTION_KINDS = [
  "OpenIntent",
  "SetPhase",
  "SetCount",
  "Cordon",
  "Uncordon",
  "Evict",
  "SetReplicas",
  "MarkPods",
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
  metric: ["ttft", "itl"],
  percentile: ["p10", "p50", "p90", "p95", "p99"],
  step: ["grant", "boot", "join", "repair"],
  rack_step: RACK_STEPS,
  action: ACTION_KINDS,
  result: ACTION_OUTCOMES,
  code: [...Object.keys(PORT_ERRORS), "invariant", OTHER],
} as const satisfies Readonly<Record<string, readonly string[] | null>>;

export type LabelName = keyof typeof LABELS;

/** @returns the word when its label's set has it (or is open), else `other`. */
export function closed(label: LabelName, word: string): string {
  const words: readonly string[] | null = LABELS[label];
  return words === null || words.includes(word) ? word : OTHER;
}
