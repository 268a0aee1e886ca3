/** Racks on their way, in a sentence: when it will be better is the second thing people ask. */
import type { FleetView } from "../api/fleet-view.ts";
import { duration, minute, racks } from "./format.ts";

/** @returns the sentence, "" where nothing is on its way */
export function arrivalsInWords({
  arrivals = [],
  atSeconds,
}: Pick<FleetView, "arrivals" | "atSeconds">): string {
  const [next] = arrivals;
  const last = arrivals.at(-1);
  if (next === undefined || last === undefined) return "";
  const lateAfter = Math.max(...arrivals.map(({ lateAfterSeconds }) => lateAfterSeconds));
  const when = (instantSeconds: number): string => {
    const left = instantSeconds - atSeconds;
    return left <= 0 ? "any moment" : `${minute(instantSeconds)}, in ${duration(left)}`;
  };
  const together = minute(next.expectedAtSeconds) === minute(last.expectedAtSeconds);
  const expected = together
    ? `expected to serve ${when(next.expectedAtSeconds)}`
    : `the next expected to serve ${when(next.expectedAtSeconds)}, ` +
      `the last ${when(last.expectedAtSeconds)}`;
  return `${racks(arrivals.length)} on the way: ${expected}; late after ${minute(lateAfter)} UTC.`;
}
