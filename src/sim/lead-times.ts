/** How long each step of a rack's arrival takes. */
import { clamp } from "../core/numeric.ts";
import type { RandomStream } from "./random.ts";
import type { LeadTimeOptions } from "./world-options.ts";

/** One rack's durations: grant, boot (nodes appear), join (quorum Ready), start (first token). */
export interface LeadTime {
  readonly grantMs: number;
  readonly bootMs: number;
  readonly joinMs: number;
  readonly startMs: number;
}

export const totalMs = (lead: LeadTime): number =>
  lead.grantMs + lead.bootMs + lead.joinMs + lead.startMs;

/**
 * @returns log-normal steps, stretched or squeezed together where their sum would leave the bounds
 * that the world promises.
 */
export function drawLeadTime(options: LeadTimeOptions, stream: RandomStream): LeadTime {
  const drawn = {
    grantMs: stream.duration(options.grant),
    bootMs: stream.duration(options.boot),
    joinMs: stream.duration(options.join),
    startMs: stream.duration(options.start),
  };
  const total = totalMs(drawn);
  const scale = clamp(total, options.totalMs.low, options.totalMs.high) / total;
  return {
    grantMs: drawn.grantMs * scale,
    bootMs: drawn.bootMs * scale,
    joinMs: drawn.joinMs * scale,
    startMs: drawn.startMs * scale,
  };
}
