/** How what the world did to a fleet was absorbed, in words. */
import type { SimulationResult, SurgeResult } from "../api/results.ts";
import { count, duration, moment, sentence } from "./text.ts";

/** What plots call it: "traffic x 3", "rack-loss". */
export const surgeName = ({ cause, factor }: SurgeResult): string =>
  cause === "traffic" ? `traffic x ${factor}` : cause;

/** More of them are no first lines: the table has all. */
const TOLD = 3;
const DAY = 86_400;

/** @returns a sentence each of those in which most missed, in their order; "" of none */
export function surgesText({ simulatedSeconds, surges }: SimulationResult): string {
  const told = surges.toSorted((a, b) => b.violations - a.violations).slice(0, TOLD);
  const long = simulatedSeconds > DAY;
  const sentences = surges.flatMap((surge, at) => {
    if (!told.includes(surge)) return [];
    const until = surges.slice(at + 1).some(({ startSeconds }) => startSeconds > surge.startSeconds)
      ? "until the next"
      : "until the end";
    const missed = `${count(surge.violations)} turns missed ${until}`;
    const begun = `${surgeName(surge)} at ${moment(surge.startSeconds, long)}`;
    return [`${sentence(begun)}: ${absorbedText(surge)}; ${missed}.`];
  });
  const more = surges.length - told.length;
  return [...sentences, ...(more > 0 ? [`${more} more are in the tables.`] : [])].join(" ");
}

function absorbedText({ outsideSeconds, timeToAbsorbSeconds }: SurgeResult): string {
  if (timeToAbsorbSeconds === null) {
    return `not inside the objectives again, outside for ${duration(outsideSeconds)}`;
  }
  if (timeToAbsorbSeconds === 0) return "never outside the objectives";
  return (
    `first inside the objectives again after ${duration(timeToAbsorbSeconds)}, ` +
    `outside for ${duration(outsideSeconds)} in all`
  );
}
