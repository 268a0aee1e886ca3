/** A block of the past as a world to simulate: its demand, its racks at the start, its policy. */
import { compileWorld } from "../../config/compile-scenario-world.ts";
import type { CompiledScenario, GeneratorProfile } from "../../config/compiled-scenario.ts";
import { decodeObject } from "../../config/decode-object.ts";
import { SCENARIO } from "../../config/scenario.ts";
import type { CompiledFleet, CompiledGroup } from "../../core/compiled.ts";
import { HOUR_MS, elapsed } from "../../core/units.ts";
import { RandomStream } from "../../sim/random.ts";
import {
  GENERATOR_PROFILES,
  generateTemplates,
  rateShapedTraffic,
} from "../../traces/generators/generate.ts";
import type { RateRecord } from "../../traces/records.ts";
import type { TrafficOf } from "../simulation-run.ts";
import type { FleetDemand, PastBlock } from "./recorded-past.ts";

/** What of the sessions a log does not say: whose lengths and pauses they have, and how many. */
export interface SessionModel {
  readonly profile: GeneratorProfile;
  readonly turnsPerSession: number;
  /** Factor on the sessions, so that as many turns arrive as were recorded. */
  readonly scale: number;
}

/** Traffic that fills the caches before a block begins: an agent's session lasts about an hour. */
const WARM_UP_MS = 2 * HOUR_MS;
/** Sessions of which the mean turn is known to a few percent. */
const SAMPLE_SESSIONS = 60;

/** @returns the profile whose turns are about as long as those recorded, and its turns a session */
export function sessionModelOf(demand: readonly FleetDemand[]): SessionModel {
  const [recorded] = demand.flatMap(({ promptTokensPerTurn: tokens }) => tokens ?? []);
  const known = GENERATOR_PROFILES.map((profile) => {
    const draws = new RandomStream(1, `evaluate/${profile}`);
    const { rows, sessions } = generateTemplates({ profile, sessions: SAMPLE_SESSIONS, draws });
    const tokens = rows.inputTokens.reduce((sum, each) => sum + each, 0) / rows.inputTokens.length;
    const distance = recorded === undefined ? 0 : Math.abs(Math.log(tokens / recorded));
    return {
      profile,
      distance,
      turnsPerSession: rows.inputTokens.length / sessions.firstRow.length,
    };
  });
  const [nearest] = known.toSorted((a, b) => a.distance - b.distance);
  if (nearest === undefined) throw new Error("there are no profiles of sessions");
  return { profile: nearest.profile, turnsPerSession: nearest.turnsPerSession, scale: 1 };
}

/** @param policy that decides in it: pools and fleets of the block's own names */
export function blockScenario(
  { from, until, startRacks }: PastBlock,
  policy: CompiledGroup,
): CompiledScenario {
  const group = withoutCandidates(policy);
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

const withoutCandidates = (group: CompiledGroup): CompiledGroup => ({
  ...group,
  fleets: group.fleets.map(acting),
});

/** Sessions whose rate follows the recorded arrivals; before the block, as at its beginning. */
export function blockTraffic(block: PastBlock, model: SessionModel): TrafficOf {
  const { profile, turnsPerSession, scale } = model;
  return (seed) =>
    block.demand.map(({ fleet, minutes }, index) => {
      const rates = ratesOf(minutes, block);
      const mean = meanOf(rates);
      const streams = (use: string) => new RandomStream(seed, `traffic/${index}/${use}`);
      const source = rateShapedTraffic({
        profile,
        rates,
        offsetNs: 0,
        meanSessionsPerHour: (mean * 3_600 * scale) / turnsPerSession,
        curves: [],
        draws: streams("starts"),
        templateDraws: streams("templates"),
      });
      return { fleet, sources: [source] };
    });
}

/** Seconds count from the beginning of the warm-up. The last record only ends the one before. */
function ratesOf(minutes: FleetDemand["minutes"], { from, until }: PastBlock): RateRecord[] {
  const [first] = minutes;
  const start = { atSeconds: 0, perSecond: first?.turnsPerSecond ?? 0 };
  const later = minutes
    .map(({ at, turnsPerSecond: perSecond }) => {
      return { atSeconds: (at - from + WARM_UP_MS) / 1_000, perSecond };
    })
    .filter(({ atSeconds }) => atSeconds > 0);
  const end = (until - from + WARM_UP_MS) / 1_000 + 60;
  const last = later.at(-1) ?? start;
  return [start, ...later, { atSeconds: end, perSecond: last.perSecond }];
}

function meanOf(rates: readonly RateRecord[]): number {
  const area = rates.slice(1).reduce((sum, { atSeconds }, at) => {
    const before = rates[at];
    return sum + (before?.perSecond ?? 0) * (atSeconds - (before?.atSeconds ?? 0));
  }, 0);
  const span = rates.at(-1)?.atSeconds ?? 0;
  return span > 0 ? area / span : 0;
}
