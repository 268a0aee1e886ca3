/** What follows from paired differences: a recommendation, none, or that more has to be seen. */
import type { Estimate } from "../compare/interval.ts";

export type Verdict = "adopt" | "keep" | "trade-off" | "not-sure" | "refused";

export interface Recommendation {
  readonly verdict: Verdict;
  readonly text: string;
}

/** How one objective of the recorded past came out in its simulation. */
export interface Match {
  readonly fleet: string;
  readonly objective: string;
  readonly recorded: number;
  readonly replayed: number;
}

/** Differences candidate minus incumbent, block by block on the same demand. */
export interface Differences {
  readonly blocks: number;
  /** Of the share of offered turns that met every objective. */
  readonly attainment: Estimate;
  /** Of what it costs, in dollars, or GPU-hours where no price is known. */
  readonly cost: Estimate;
  /** What the incumbent costs. */
  readonly costBefore: number;
  readonly unit: "USD" | "GPU-hours";
}

/** A simulation that is further off says nothing about another policy. */
const MATCH_WITHIN = 0.01;
/** A tenth of a point, and half a percent of the cost: smaller losses count as none. */
const SAME_ATTAINMENT = 0.001;
const SAME_COST = 0.005;

const points = (share: number): string => `${(share * 100).toFixed(2)} points`;
const rangeOf = ({ low, high }: Estimate, show: (value: number) => string): string =>
  `${show(low)} to ${show(high)}`;

/** @returns why nothing can be recommended; null where every objective matches */
export function refusal(matches: readonly Match[]): Recommendation | null {
  if (matches.length === 0) {
    const text = "no objective's share was recorded: nothing to hold the simulation against";
    return { verdict: "refused", text };
  }
  const [worst] = matches.toSorted((a, b) => distance(b) - distance(a));
  if (worst === undefined || distance(worst) <= MATCH_WITHIN) return null;
  const { fleet, objective, recorded, replayed } = worst;
  return {
    verdict: "refused",
    text:
      `objective ${objective} of ${fleet} was ${percent(recorded)} as recorded and is ` +
      `${percent(replayed)} when the same policy is simulated: more than ` +
      `${points(MATCH_WITHIN)} apart, so the simulation is no judge of another policy`,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const distance = ({ recorded, replayed }: Match): number => Math.abs(recorded - replayed);

/** @param found of two blocks at least: one difference has no interval */
export function recommend(found: Differences): Recommendation {
  const { attainment, cost, costBefore, blocks } = found;
  if (blocks < 2) return { verdict: "not-sure", text: "one block is no sample: record for longer" };
  const better = attainment.low > 0;
  const worse = attainment.high < 0;
  const cheaper = cost.high < 0;
  const dearer = cost.low > 0;
  const notWorse = attainment.low >= -SAME_ATTAINMENT;
  const notDearer = cost.high <= SAME_COST * costBefore;
  const text = effects(found);
  if ((better && notDearer) || (cheaper && notWorse)) return { verdict: "adopt", text };
  if ((better && dearer) || (worse && cheaper)) return { verdict: "trade-off", text };
  if (worse || (dearer && attainment.high <= SAME_ATTAINMENT)) return { verdict: "keep", text };
  return { verdict: "not-sure", text: `${text}; ${more(found)}` };
}

function effects({ attainment, cost, unit, blocks }: Differences): string {
  const money = (value: number): string => `${value.toFixed(0)} ${unit}`;
  return (
    `attainment changes by ${rangeOf(attainment, points)} and cost by ${rangeOf(cost, money)} ` +
    `per block (95 % intervals over ${blocks} blocks)`
  );
}

/** An interval is narrower by the root of how many blocks there are; what is sure needs no more. */
function more({ attainment, cost, blocks }: Differences): string {
  const unsure = [attainment, cost].filter(({ low, high }) => low <= 0 && high >= 0);
  const needed = unsure.map(({ mean, low, high }) => {
    const half = (high - low) / 2;
    return mean === 0 ? Infinity : blocks * (half / mean) * (half / mean);
  });
  const least = Math.ceil(Math.min(...needed));
  if (!Number.isFinite(least) || least <= blocks) return "the two differ too little to tell";
  return `were the differences real, about ${least} blocks would show them`;
}
