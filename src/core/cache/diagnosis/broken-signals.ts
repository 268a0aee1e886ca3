/** Signals that contradict themselves or each other: no cause of a fall, but no fall either. */
import type { Situation } from "../../policy/situation.ts";
import { bestShareOf, hitRateOf } from "./sums.ts";
import type { CacheSums } from "./sums.ts";
import { isMeasured } from "./tick.ts";
import type { Usual } from "./onset.ts";
import { inPercent } from "../../in-percent.ts";

/** Counters of one engine are read one after the other: by so much hit rate they may differ. */
const CONTRADICTION = 0.015;
/** Below this rate of tokens a difference is that of single turns. */
const ENOUGH_TOKENS_PER_SECOND = 100;
/** The engine with most of a turn has no less than the one that was chosen: this share less */
const EMPTY_INDEX = 0.5;
/** than usual is an index that knows too little, where engines find enough to judge it by. */
const FOUND = 0.05;

interface Lately {
  readonly usual: Usual | null;
  /** The newest minute. */
  readonly now: CacheSums | null;
  /** Engines whose counters may have begun within the rates' window: each rate has its own gap. */
  readonly young: ReadonlySet<string>;
}

/** @returns what contradicts what, in words; null where nothing does */
export function brokenSignals(situation: Situation, { usual, now, young }: Lately): string | null {
  return (
    unmeasured(situation) ??
    partsThatDoNotAddUp(situation, young) ??
    overrideThatDiffers(situation) ??
    (now === null ? null : emptyIndex(usual, now))
  );
}

function unmeasured(situation: Situation): string | null {
  const { promptTokens, computedPromptTokens, servedTurns } = situation.signals.bySignal;
  if (!isMeasured(situation)) {
    const why = promptTokens.trust === "Fresh" ? computedPromptTokens.why : promptTokens.why;
    return `The hit rate cannot be measured: ${why}.`;
  }
  return promptTokens.value === 0 && (servedTurns.value ?? 0) > 0
    ? "Prompt tokens stand still while turns are served: the counter is frozen."
    : null;
}

/** Prompt tokens by source are those of the prompt, taken apart. */
function partsThatDoNotAddUp({ observed }: Situation, young: ReadonlySet<string>): string | null {
  const pods = (observed.caches?.pods ?? []).filter(
    ({ pod, sourcedTokensPerSecond }) => sourcedTokensPerSecond !== undefined && !young.has(pod),
  );
  const prompt = pods.reduce((sum, pod) => sum + pod.promptTokensPerSecond, 0);
  const sourced = pods.reduce((sum, pod) => sum + (pod.sourcedTokensPerSecond ?? 0), 0);
  if (Math.max(prompt, sourced) < ENOUGH_TOKENS_PER_SECOND) return null;
  if (Math.abs(sourced - prompt) <= CONTRADICTION * Math.max(prompt, sourced)) return null;
  return (
    `Prompt tokens by source sum up to ${Math.round(sourced)}/s where ${Math.round(prompt)}/s ` +
    "are counted in all: one of the counters stands still or counts twice."
  );
}

/** A query of the fleet's own that says other than the engines' own counters. */
function overrideThatDiffers({ fleet, observed, signals }: Situation): string | null {
  const overridden = fleet.signals.overrides.some(
    ({ signal }) => signal === "promptTokens" || signal === "computedPromptTokens",
  );
  const pods = observed.caches?.pods ?? [];
  if (!overridden || pods.length === 0) return null;
  const counted = {
    prompt: pods.reduce((sum, pod) => sum + pod.promptTokensPerSecond, 0),
    computed: pods.reduce((sum, pod) => sum + pod.computedTokensPerSecond, 0),
  };
  const said = {
    prompt: signals.bySignal.promptTokens.value ?? 0,
    computed: signals.bySignal.computedPromptTokens.value ?? 0,
  };
  if (counted.prompt < ENOUGH_TOKENS_PER_SECOND) return null;
  const [engines, ours] = [hitRateOf(counted), hitRateOf(said)];
  if (Math.abs(engines - ours) <= CONTRADICTION) return null;
  return (
    `The fleet's own query says a hit rate of ${inPercent(ours)}, the engines' counters ` +
    `${inPercent(engines)}: it counts waiting turns again, or decode pods, or other engines.`
  );
}

/** An index loses all it knows, or is told nothing: routing then goes by load alone. */
function emptyIndex(usual: Usual | null, now: CacheSums): string | null {
  const [before, after] = [usual && bestShareOf(usual.sums), bestShareOf(now)];
  if (usual === null || before === null || after === null) return null;
  const found = hitRateOf(now);
  if (found < FOUND || before < usual.hitRate / 2) return null;
  if (after > EMPTY_INDEX * found * Math.min(1, before / usual.hitRate)) return null;
  return (
    `The router's index knows ${inPercent(after)} of the prompts where engines find ` +
    `${inPercent(found)}: it is empty or no longer fed, and turns are routed by load alone.`
  );
}
