/** Racks on their way: what each waits for, and how long that usually takes. */
import type { PoolsAnswer } from "../../api/envelopes.ts";
import type { PoolView } from "../../api/pool-view.ts";

type Step = PoolView["steps"][number]["step"];

/** What a rack in each of these phases waits for, the step it is in first. */
const STEPS_LEFT: Readonly<Record<string, readonly Step[]>> = {
  Requested: ["grant", "boot", "join", "start"],
  Provisioning: ["boot", "join", "start"],
  Joining: ["join", "start"],
  Starting: ["start"],
  Repairing: ["repair", "start"],
};

/** @returns a line a rack that has no node yet, and a line a phase of those that have one */
export const arrivals = ({ pools }: PoolsAnswer): readonly string[] => {
  const lines = pools.flatMap((pool) => [
    ...pool.awaited.map(({ phase, waitedSeconds, stuck }) => {
      const late = stuck === undefined ? "" : ` Stuck: ${stuck.text}`;
      const waited = `${phase} for ${inMinutes(waitedSeconds)}`;
      return `${pool.pool}: a rack is ${waited}${left(phase, pool)}.${late}`;
    }),
    ...["Joining", "Starting", "Repairing"].flatMap((phase) => {
      const racks = pool.racksByPhase[phase] ?? 0;
      if (racks === 0) return [];
      return [`${pool.pool}: ${racks} ${phase}${left(phase, pool)}.`];
    }),
  ]);
  return lines.length === 0 ? [] : [lines.join("\n")];
};

/** Sums are not given: the quantile of a way is not the sum of its steps' quantiles. */
function left(phase: string, { steps }: PoolView): string {
  const times = (STEPS_LEFT[phase] ?? []).flatMap((step) => {
    const known = steps.filter((each) => each.step === step);
    const [slowest] = known.toSorted((a, b) => b.p95Seconds - a.p95Seconds);
    return slowest === undefined ? [] : [stepText(slowest)];
  });
  return times.length === 0 ? "" : `; ${times.join(", then ")}`;
}

function stepText({ step, p50Seconds, p95Seconds, measured }: PoolView["steps"][number]): string {
  const from = measured === 0 ? "by the prior" : `measured ${measured} times`;
  return `${step} p50 ${inMinutes(p50Seconds)}, p95 ${inMinutes(p95Seconds)} (${from})`;
}

/** @returns a span of seconds as people say it */
export const inMinutes = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
