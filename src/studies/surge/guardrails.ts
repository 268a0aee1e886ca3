/** What might have kept a surge inside its objectives, tried on the surge itself. */
import type { WrittenObject } from "../../config/written-objects.ts";
import { durationText } from "../../config/written-objects.ts";
import type { Headroom } from "../../core/compiled.ts";
import { MINUTE_MS } from "../../core/units.ts";
import type { MissedSurge } from "./missed-surges.ts";

export interface Guardrail {
  /** In a few words. */
  readonly name: string;
  /** The fleet as a scenario has it, with the guardrail. */
  readonly fleet: WrittenObject;
  readonly kind: "headroom" | "floor";
  readonly value: string | number;
}

/** One run of the surge. */
export interface SurgeRun {
  readonly seed: number;
  readonly offered: number;
  readonly attainment: number;
  readonly outsideMinutes: number;
  readonly gpuHours: number;
}

export interface Tried {
  readonly guardrail: Guardrail;
  readonly runs: readonly SurgeRun[];
}

/** Load rises before the objectives are missed. */
const EARLY_MS = 15 * MINUTE_MS;
/** Less than this of the time outside is luck as likely as not. */
const LEAST_HELP = 0.25;
/** Shares and minutes of two runs with the same sessions differ by more where racks do. */
const SAME_MINUTES = 1;

const HEADROOMS: readonly Headroom[] = ["Lean", "Balanced", "Safe"];

/** @returns the fleet with each headroom that is safer than its own */
export const saferHeadrooms = (fleet: WrittenObject, own: Headroom): readonly Guardrail[] =>
  HEADROOMS.slice(HEADROOMS.indexOf(own) + 1).map((headroom) => ({
    name: `headroom: ${headroom}`,
    fleet: { ...fleet, headroom },
    kind: "headroom",
    value: headroom,
  }));

/** @returns the fleet with racks that were asked for in time, for as long as the surge lasted */
export function floorOf(
  fleet: WrittenObject,
  racks: number,
  { from, until }: Pick<MissedSurge, "from" | "until">,
): Guardrail {
  const begin = from - EARLY_MS;
  const entry = {
    name: "guardrail",
    start: new Date(begin).toISOString().slice(0, 19),
    for: durationText(Math.ceil((until - begin) / 1_000) * 1_000),
    readyBefore: "0s",
    floorRacks: racks,
  };
  const schedule = fleet["schedule"];
  const before = Array.isArray(schedule) ? schedule : [];
  return {
    name: `a floor of ${racks} racks, announced in time`,
    fleet: { ...fleet, schedule: [...before, entry] },
    kind: "floor",
    value: racks,
  };
}

/**
 * The fewest racks that do about as well as the most.
 * @param outsideOf minutes outside with so many racks as a floor
 */
export async function leastFloor(
  range: { readonly above: number; readonly most: number },
  outsideOf: (racks: number) => Promise<number>,
): Promise<number> {
  const enough = (await outsideOf(range.most)) + SAME_MINUTES;
  let [low, high] = [range.above + 1, range.most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await outsideOf(middle)) <= enough) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * @returns the guardrail with the fewest GPU-hours of those that take away at least half of what
 *   the best of them takes away, whatever the seed; null where none takes away a quarter
 */
export function bestOf(without: readonly SurgeRun[], tried: readonly Tried[]): Tried | null {
  const judged = tried.map((each) => ({ each, helps: leastHelp(without, each.runs) }));
  const most = Math.max(0, ...judged.map(({ helps }) => helps));
  const [best] = judged
    .filter(({ helps }) => helps >= LEAST_HELP && helps >= most / 2)
    .toSorted((a, b) => gpuHours(a.each) - gpuHours(b.each));
  return best?.each ?? null;
}

const gpuHours = ({ runs }: Tried): number => runs.reduce((sum, run) => sum + run.gpuHours, 0);

/** Share of the time outside that is taken away, in the worst run; below 0: more turns miss. */
function leastHelp(without: readonly SurgeRun[], runs: readonly SurgeRun[]): number {
  const shares = without.flatMap(({ seed, outsideMinutes, attainment }) => {
    const run = runs.find((each) => each.seed === seed);
    if (run === undefined || outsideMinutes === 0) return [];
    if (run.attainment < attainment) return [-1];
    return [1 - run.outsideMinutes / outsideMinutes];
  });
  return shares.length === 0 ? 0 : Math.min(...shares);
}
