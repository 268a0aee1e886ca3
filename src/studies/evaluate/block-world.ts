/** A block of the past as a world to simulate: its demand, its racks at the start, its policy. */
import { compileWorld } from "../../config/compile-scenario-world.ts";
import type { CompiledScenario, GeneratorProfile } from "../../config/compiled-scenario.ts";
import { decodeObject } from "../../config/decode-object.ts";
import { SCENARIO } from "../../config/scenario.ts";
import { simulatedFleet, simulatedPool } from "../../config/simulated-objects.ts";
import type { CompiledFleet, CompiledGroup } from "../../core/compiled.ts";
import { mean } from "../../core/numeric.ts";
import { HOUR_MS, MINUTE_MS, elapsed } from "../../core/units.ts";
import { RandomStream } from "../../sim/random.ts";
import {
  GENERATOR_PROFILES,
  generateTemplates,
  rateShapedTraffic,
} from "../../traces/generators/generate.ts";
import type { RateRecord } from "../../traces/records.ts";
import type { TrafficOf } from "../simulation-run.ts";
import type { FleetDemand, PastBlock } from "./recorded-past.ts";
import { sessionStarts, turnsByAge } from "./session-starts.ts";

/** What of the sessions a log does not say: whose lengths and pauses they have, and how many. */
export interface SessionModel {
  readonly profile: GeneratorProfile;
  /** Expected turns of a session in each minute of its age. */
  readonly turnsByAge: readonly number[];
  /** Factor on the sessions, so that as many turns arrive as were recorded. */
  readonly scale: number;
}

/** Traffic that fills the caches before a block begins: an agent's session lasts about an hour. */
const WARM_UP_MS = 2 * HOUR_MS;
/** Sessions of which the mean turn is known to a few percent. */
const SAMPLE_SESSIONS = 60;

/** @returns the profile whose turns are about as long as those recorded, and when its turns come */
export function sessionModelOf(demand: readonly FleetDemand[]): SessionModel {
  const [turnSeconds = 0] = demand.flatMap(({ turnSeconds: length }) => length ?? []);
  const known = GENERATOR_PROFILES.map((profile) => {
    const draws = new RandomStream(1, `evaluate/${profile}`);
    const { rows } = generateTemplates({ profile, sessions: SAMPLE_SESSIONS, draws });
    return { profile, distance: lengthDistance([...rows.inputTokens], demand) };
  });
  const [nearest] = known.toSorted((a, b) => a.distance - b.distance);
  if (nearest === undefined) throw new Error("there are no profiles of sessions");
  const { profile } = nearest;
  const draws = new RandomStream(1, `evaluate/pace/${profile}`);
  return {
    profile,
    turnsByAge: turnsByAge(generateTemplates({ profile, draws }), turnSeconds),
    scale: 1,
  };
}

/** How far prompts of a profile are off those recorded: by their histogram, else by their mean. */
function lengthDistance(prompts: readonly number[], demand: readonly FleetDemand[]): number {
  const [buckets] = demand.flatMap(({ promptBuckets = [] }) => {
    return promptBuckets.length > 0 ? [promptBuckets] : [];
  });
  if (buckets !== undefined) return apartAtMost(prompts, buckets);
  const [tokens] = demand.flatMap(({ promptTokensPerTurn }) => promptTokensPerTurn ?? []);
  return tokens === undefined ? 0 : Math.abs(Math.log(mean(prompts) / tokens));
}

/** Kolmogorov's distance of two distributions, at the bounds of the buckets. */
function apartAtMost(
  prompts: readonly number[],
  buckets: NonNullable<FleetDemand["promptBuckets"]>,
): number {
  const total = buckets.reduce((sum, { turns }) => sum + turns, 0);
  let below = 0;
  const apart = buckets.map(({ upTo, turns }) => {
    below += turns;
    const own = upTo === null ? prompts : prompts.filter((tokens) => tokens <= upTo);
    return Math.abs(own.length / prompts.length - below / total);
  });
  return Math.max(...apart);
}

/** @param policy that decides in it: pools and fleets of the block's own names */
export function blockScenario(
  { from, until, startRacks }: PastBlock,
  policy: CompiledGroup,
): CompiledScenario {
  const group = simulable(policy);
  const pools = Object.fromEntries(
    group.pools.map(({ name }) => [name, { startRacks: startRacks[name] ?? 0 }]),
  );
  const generate = { profile: "coding-agent", sessionsPerHour: 1 };
  const decoded = decodeObject(SCENARIO, {
    metadata: { name: "the-past" },
    spec: {
      duration: `${Math.round(elapsed(from, until) / 1_000)}s`,
      startsAt: new Date(from).toISOString(),
      pools: group.pools.map(({ name }) => ({ name })),
      fleets: group.fleets.map(({ name, namespace }) => ({ name, namespace })),
      world: {
        warmup: `${WARM_UP_MS / 1_000}s`,
        pools,
        traffic: group.fleets.map(({ key }) => ({ fleet: key, generate })),
      },
    },
  });
  const world = decoded.ok ? compileWorld(decoded.value.spec, group) : decoded;
  if (!world.ok) {
    const [error] = world.errors;
    throw new RangeError(`${error?.path}: found ${error?.found}, expected ${error?.expected}`);
  }
  const durationMs = elapsed(from, until);
  const run = { seeds: [1], policy: "breakwater", group, world: world.value };
  return { name: "the-past", durationMs, startsAt: from, ...run };
}

function acting(fleet: CompiledFleet): CompiledFleet {
  const { candidate: _, ...rest } = fleet;
  return rest;
}

/** A group of a cluster names its provider's objects and its engines' series. */
const simulable = ({ name, pools, fleets }: CompiledGroup): CompiledGroup => ({
  name,
  pools: pools.map(simulatedPool),
  fleets: fleets.map((fleet) => simulatedFleet(acting(fleet))),
});

/** Sessions that begin when they must for turns to arrive as recorded. */
export function blockTraffic(block: PastBlock, model: SessionModel): TrafficOf {
  const { profile, scale } = model;
  const starts = block.demand.map(({ fleet, minutes }) => {
    const rates = startRates(minutes, block, model);
    return { fleet, rates, sessionsPerHour: hourlyMean(rates) * scale };
  });
  return (seed) =>
    starts.map(({ fleet, rates, sessionsPerHour }, index) => {
      const streams = (use: string) => new RandomStream(seed, `traffic/${index}/${use}`);
      const source = rateShapedTraffic({
        profile,
        rates,
        offsetNs: 0,
        meanSessionsPerHour: sessionsPerHour,
        curves: [],
        draws: streams("starts"),
        templateDraws: streams("templates"),
      });
      return { fleet, sources: [source] };
    });
}

/** Past the end, so that the recording does not begin anew where a run is a little longer. */
const BEYOND_MINUTES = 2;

/** @returns sessions per second, minute by minute from the beginning of the warm-up */
export function startRates(
  minutes: FleetDemand["minutes"],
  { from, until }: Pick<PastBlock, "from" | "until">,
  model: Pick<SessionModel, "turnsByAge">,
): readonly RateRecord[] {
  const begin = from - WARM_UP_MS;
  const count = Math.ceil((until - begin) / MINUTE_MS) + BEYOND_MINUTES;
  const byMinute = new Map(
    minutes.map(({ at, turnsPerSecond }) => [
      Math.max(0, Math.round((at - begin) / MINUTE_MS)),
      turnsPerSecond,
    ]),
  );
  let standing = minutes[0]?.turnsPerSecond ?? 0;
  const turns = Array.from({ length: count }, (_, minute) => {
    standing = byMinute.get(minute) ?? standing;
    return standing;
  });
  return sessionStarts(turns, model.turnsByAge).map((perSecond, minute) => ({
    atSeconds: minute * 60,
    perSecond,
  }));
}

/** @returns sessions an hour, on average over rates that stand for equally long */
export const hourlyMean = (rates: readonly RateRecord[]): number =>
  mean(rates.map(({ perSecond }) => perSecond)) * 3_600;
