/** How long each step of a rack's arrival takes. */
import type { ScenarioSupply } from "../config/compiled-scenario.ts";
import { clamp } from "../core/numeric.ts";
import { RandomStream } from "./random.ts";

/** One rack's durations: grant, boot (nodes appear), join (quorum Ready), start (first token). */
export interface LeadTime {
  readonly grantMs: number;
  readonly bootMs: number;
  readonly joinMs: number;
  readonly startMs: number;
}

export const totalMs = (lead: LeadTime): number =>
  lead.grantMs + lead.bootMs + lead.joinMs + lead.startMs;

/** @returns the draws of a pool's racks: those it begins with first, then in the order of orders */
export const leadTimeStream = (seed: number, pool: string): RandomStream =>
  new RandomStream(seed, `lead-times/${pool}`);

/**
 * @returns log-normal steps, stretched or squeezed together where their sum would leave the bounds
 * that the scenario promises, if it does.
 */
export function drawLeadTime(
  { leadTimes, leadTimeBoundsMs }: Pick<ScenarioSupply, "leadTimes" | "leadTimeBoundsMs">,
  stream: RandomStream,
): LeadTime {
  const drawn = {
    grantMs: stream.duration(leadTimes.grant),
    bootMs: stream.duration(leadTimes.boot),
    joinMs: stream.duration(leadTimes.join),
    startMs: stream.duration(leadTimes.start),
  };
  if (leadTimeBoundsMs === null) return drawn;
  const total = totalMs(drawn);
  const scale = clamp(total, leadTimeBoundsMs.low, leadTimeBoundsMs.high) / total;
  return {
    grantMs: drawn.grantMs * scale,
    bootMs: drawn.bootMs * scale,
    joinMs: drawn.joinMs * scale,
    startMs: drawn.startMs * scale,
  };
}
