/** Whether the traffic is another than it was: what engines show of it, turn by turn. */
import type { CacheSums } from "./sums.ts";
import { spread } from "./watch.ts";
import { mean } from "../../numeric.ts";

export interface MixChange {
  readonly name: "prompt tokens a turn" | "output tokens a turn" | "turns a second";
  /** New over old. */
  readonly factor: number;
}

interface Feature {
  readonly name: MixChange["name"];
  readonly of: (sums: CacheSums) => number;
  /** Least change of its logarithm: what launches and quiet hours do within minutes is less. */
  readonly least: number;
  /** Slow service makes agents ask less often: no change of theirs. */
  readonly followsService: boolean;
}

const FEATURES: readonly Feature[] = [
  {
    name: "prompt tokens a turn",
    of: ({ prompt, turns }) => prompt / turns,
    least: 0.12,
    followsService: false,
  },
  {
    name: "output tokens a turn",
    of: ({ output, turns }) => output / turns,
    least: 0.3,
    followsService: false,
  },
  {
    name: "turns a second",
    of: ({ turns, seconds }) => turns / seconds,
    least: 0.3,
    followsService: true,
  },
];

/** Standard deviations of ten minutes, widened for a window of half that. */
const SURE = 4 * Math.SQRT2;
/** Seconds waited before prefill, above which service is slow. */
const SLOW_SECONDS = 2;

/** @returns what changed, the largest change first; empty where nothing did */
export function mixChanges(usual: readonly CacheSums[], now: CacheSums): readonly MixChange[] {
  const slow = now.turns > 0 && now.waiting / now.turns > SLOW_SECONDS;
  return FEATURES.flatMap(({ name, of, least, followsService }) => {
    if (followsService && slow) return [];
    const logs = usual.map((sums) => Math.log(of(sums))).filter(Number.isFinite);
    const change = Math.log(of(now)) - mean(logs);
    const sure = Number.isFinite(change) && Math.abs(change) > Math.max(least, SURE * spread(logs));
    return sure ? [{ name, factor: Math.exp(change) }] : [];
  }).toSorted((a, b) => Math.abs(Math.log(b.factor)) - Math.abs(Math.log(a.factor)));
}
