/** What a drain brings upon the rest of its fleet, from what the fleet's signals show. */
import type { DrainTraffic } from "../racks/eject-step.ts";
import { ejectedSince, routedUnits } from "../racks/routed-units.ts";
import type { RackObservation } from "../observation.ts";
import type { Situation } from "../policy/situation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { MINUTE_MS, millis } from "../units.ts";
import type { Millis } from "../units.ts";

/** Of exponentially distributed lengths 99 % are below this many means: ln 100. */
const P99_OF_MEANS = Math.log(100);
/** Bounds of what is waited for turns that no source shows: judgement. */
const TURN_MS_MIN = MINUTE_MS;
const TURN_MS_MAX = 15 * MINUTE_MS;
/** A scrape that began before a router took note, and the one after it. */
const SETTLE_SCRAPES = 2;

/** @param racks those of all pools that the fleet draws on */
export function drainTraffic(
  situation: Situation,
  racks: readonly RackObservation[],
): DrainTraffic {
  const { fleet, observed, signals, point } = situation;
  const units = routedUnits(
    racks.flatMap(({ pods }) => pods.filter((pod) => pod.fleet === fleet.key)),
  );
  const caching = units.filter(({ role }) => role !== "Decode");
  const routed = caching.filter(
    (unit) =>
      ejectedSince(unit) === null &&
      unit.pods.every(({ ready, terminating }) => ready && !terminating),
  ).length;
  return {
    promptTokensPerSecond: signals.bySignal.promptTokens.value ?? 0,
    hitRate: point?.hitRate ?? 0,
    units: routed,
    ejectedAt: caching.flatMap((unit) => ejectedSince(unit) ?? []),
    maxColdTokensPerSecond: fleet.drain.maxColdTokensPerSecond,
    hold: outside(situation) ?? backlog(situation, routed),
    engines: observed.engines ?? [],
    turnMs: turnMs(situation),
    settleMs: millis(SETTLE_SCRAPES * fleet.signals.scrapeIntervalMs),
  };
}

/** Inside the objective: over the last five minutes the share within the threshold holds. */
function outside({ fleet, observed }: Situation): Reason | null {
  for (const { name, metric, share } of fleet.objectives) {
    if (metric !== "TTFT") continue;
    const found = observed.objectives.find((reading) => reading.name === name)?.share;
    if (found?.kind !== "value" || !(found.value < share)) continue;
    const within = percent(found.value);
    const text = `Objective ${name}: ${within} within it, expected ${percent(share)}.`;
    return reason("eject-hold", text);
  }
  return null;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** One turn that waits at each engine for its prefill is how engines take turns in. */
function backlog({ backlogTurns }: Situation, units: number): Reason | null {
  if (backlogTurns <= units) return null;
  return reason("eject-hold", `${backlogTurns} turns wait, more than one for each engine.`);
}

/** Little's law gives the mean time a turn runs: running turns over those served a second. */
function turnMs({ signals }: Situation): Millis {
  const { runningTurns, servedTurns } = signals.bySignal;
  const served = servedTurns.value ?? 0;
  if (served <= 0) return millis(TURN_MS_MIN);
  const p99Ms = (1000 * P99_OF_MEANS * (runningTurns.value ?? 0)) / served;
  return millis(Math.min(TURN_MS_MAX, Math.max(TURN_MS_MIN, Math.round(p99Ms))));
}
