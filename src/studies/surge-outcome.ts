/** What became of each surge. */
import type { EpochMs, Millis } from "../core/units.ts";
import { MINUTE_MS, elapsed, epochMs, millis } from "../core/units.ts";

/** New sessions rise linearly to `factor` over the ramp, held, and fall back as slowly. */
export interface Surge {
  /** Epoch milliseconds. */
  readonly onsetAt: number;
  readonly factor: number;
  readonly rampMs: number;
  readonly holdMs: number;
}

const surgeEnd = (surge: Surge): number => surge.onsetAt + 2 * surge.rampMs + surge.holdMs;

/** The state of a fleet after a tick. */
export interface FleetSample {
  readonly at: EpochMs;
  readonly servingRacks: number;
  readonly inside: boolean;
}

export interface SurgeOutcome {
  readonly onsetAt: EpochMs;
  readonly factor: number;
  /** Both ramps and the hold. */
  readonly lengthMs: Millis;
  /** Whether the fleet was outside its objectives during the surge or just after it. */
  readonly broke: boolean;
  /** From the onset until inside again for two minutes; 0: never outside, null: never inside. */
  readonly absorbedAfterMs: Millis | null;
  /** Time outside the objectives from this onset to the next, or to the end of the run. */
  readonly outsideMs: Millis;
  readonly racksAtOnset: number;
  readonly racksAtPeak: number;
}

/** Absorbed: inside the objectives again for this long. */
const SUSTAINED_MS = 2 * MINUTE_MS;
/** What a surge broke shows in five-minute shares at most this long after its end. */
const SHOWS_LATE_MS = 5 * MINUTE_MS;

/**
 * @param surges oldest first
 * @param samples at an even pace, oldest first
 */
export function surgeOutcomes(
  surges: readonly Surge[],
  samples: readonly FleetSample[],
): readonly SurgeOutcome[] {
  return surges.map((surge, index) => {
    const nextOnsetAt = surges[index + 1]?.onsetAt ?? Number.POSITIVE_INFINITY;
    const own = samples.filter(({ at }) => at >= surge.onsetAt && at < nextOnsetAt);
    return outcome(surge, own);
  });
}

function outcome(surge: Surge, samples: readonly FleetSample[]): SurgeOutcome {
  const onsetAt = epochMs(surge.onsetAt);
  const endAt = surgeEnd(surge);
  const outside = samples.filter(({ inside }) => !inside);
  const firstOutsideAt = outside.find(({ at }) => at <= endAt + SHOWS_LATE_MS)?.at;
  const during = samples.filter(({ at }) => at <= endAt);
  return {
    onsetAt,
    factor: surge.factor,
    lengthMs: millis(endAt - onsetAt),
    broke: firstOutsideAt !== undefined,
    absorbedAfterMs:
      firstOutsideAt === undefined ? millis(0) : absorbedAfter(onsetAt, firstOutsideAt, samples),
    outsideMs: millis(outside.length * paceOf(samples)),
    racksAtOnset: samples[0]?.servingRacks ?? 0,
    racksAtPeak: Math.max(0, ...during.map(({ servingRacks }) => servingRacks)),
  };
}

function absorbedAfter(
  onsetAt: EpochMs,
  firstOutsideAt: EpochMs,
  samples: readonly FleetSample[],
): Millis | null {
  let insideSince: EpochMs | null = null;
  for (const { at, inside } of samples) {
    if (at < firstOutsideAt || !inside) insideSince = null;
    else if (insideSince === null) insideSince = at;
    else if (elapsed(insideSince, at) >= SUSTAINED_MS) return elapsed(onsetAt, at);
  }
  return null;
}

function paceOf(samples: readonly FleetSample[]): number {
  const [first, second] = samples;
  return first === undefined || second === undefined ? 0 : second.at - first.at;
}
