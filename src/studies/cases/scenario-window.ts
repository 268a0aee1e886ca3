/** A window of a committed scenario, with another seed and engines drawn away from belief. */
import { durationMs } from "../../config/go-duration.ts";
import type { Plain } from "./case-document.ts";
import { OTHER_FORM, PERTURB, minutesText } from "./case-document.ts";

export interface WindowOptions {
  readonly name: string;
  readonly seed: number;
  readonly otherForm: boolean;
  /** 0..1: how late it begins, of what the first event leaves. */
  readonly share: number;
}

const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 360;
/** What happens first is left at least so much time before it. */
const LEAD_IN_MINUTES = 60;
/** As the schema has it. */
const USUAL_START = "2026-11-30T00:00:00Z";

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns the field as an object, an empty one where there is none */
const plainOf = (value: unknown): Plain => (isPlain(value) ? value : {});
const listOf = (value: unknown): readonly Plain[] =>
  Array.isArray(value) ? value.filter(isPlain) : [];

const minutesOf = (value: unknown): number =>
  typeof value === "string" || typeof value === "number" ? durationMs(value) / MINUTE_MS : 0;

/** @returns what only ours can use: a schedule, loans, and blocks whose end is written down */
export function offersExtras(document: Plain): boolean {
  const { fleets, pools } = plainOf(document["spec"]);
  const written = JSON.stringify(listOf(pools));
  const scheduled = listOf(fleets).some(({ schedule }) => listOf(schedule).length > 0);
  return scheduled || written.includes('"loan"') || written.includes('"Calendar"');
}

/** Where people must confirm, ours waits for them and no baseline does: nothing is compared. */
export const isComparable = (document: Plain): boolean =>
  !JSON.stringify(plainOf(document["spec"])["fleets"] ?? []).includes('"Approve"');

/** @returns the scenario from an offset on, at most six hours of it, as a document of its own */
export function windowOf(document: Plain, options: WindowOptions): Plain {
  const { name, seed, otherForm, share } = options;
  const spec = plainOf(document["spec"]);
  const world = plainOf(spec["world"]);
  const whole = minutesOf(spec["duration"]);
  const offset = Math.floor(share * latestStart(world, whole));
  const earlier = (event: Plain): Plain => ({
    ...event,
    at: minutesText(Math.max(0, minutesOf(event["at"]) - offset)),
  });
  const began = typeof spec["startsAt"] === "string" ? spec["startsAt"] : USUAL_START;
  const startsAt = Date.parse(began) + offset * MINUTE_MS;
  return {
    ...document,
    metadata: { name },
    spec: {
      ...spec,
      duration: minutesText(Math.min(LONGEST_MINUTES, whole - offset)),
      startsAt: new Date(startsAt).toISOString(),
      seeds: [seed],
      world: {
        ...world,
        traffic: listOf(world["traffic"]).map((source) => ({
          ...source,
          shape: listOf(source["shape"]).map(earlier),
        })),
        pools: withStocks(plainOf(world["pools"]), earlier),
        engine: { perturb: PERTURB, ...(otherForm ? { profile: OTHER_FORM } : {}) },
        faults: listOf(world["faults"]).map(earlier),
      },
    },
  };
}

/** Everything that happens stays within the window, and half of it is left where nothing does. */
function latestStart(world: Plain, whole: number): number {
  const events = [
    ...listOf(world["traffic"]).flatMap(({ shape }) => listOf(shape)),
    ...listOf(world["faults"]),
  ];
  if (events.length === 0) return Math.max(0, whole - LONGEST_MINUTES);
  const first = Math.min(...events.map(({ at }) => minutesOf(at)));
  return Math.max(0, first - LEAD_IN_MINUTES);
}

const withStocks = (pools: Plain, earlier: (event: Plain) => Plain): Plain =>
  Object.fromEntries(
    Object.entries(pools).map(([name, pool]) => {
      const { stock, ...rest } = plainOf(pool);
      return [name, stock === undefined ? rest : { ...rest, stock: listOf(stock).map(earlier) }];
    }),
  );
