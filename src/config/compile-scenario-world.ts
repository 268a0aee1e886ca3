/** The part of a scenario that no policy decides, compiled against its pools and fleets. */
import { drawsOn } from "../core/compiled.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool, FleetRef } from "../core/compiled.ts";
import { fleetKey } from "../core/compiled.ts";
import { ENGINE_PROFILES } from "../core/profiles/engine-profiles.ts";
import { DAY_MS, HOUR_MS, type Millis } from "../core/units.ts";
import { compileFaults } from "./compile-faults.ts";
import { spreadOf } from "./compile-pool.ts";
import { compileTraffic } from "./compile-traffic.ts";
import type {
  ScenarioEngine,
  ScenarioRouter,
  ScenarioStore,
  ScenarioSupply,
  ScenarioWorld,
} from "./compiled-scenario.ts";
import type { Compilation, FieldError } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import type { ScenarioSpec } from "./scenario.ts";
import { isNamed, poolNamed } from "./scenario-names.ts";
import {
  supply,
  world as worldSchema,
  type WrittenSupply,
  type WrittenWorld,
} from "./scenario-world.ts";

export function compileWorld(spec: ScenarioSpec, group: CompiledGroup): Compilation<ScenarioWorld> {
  const { world } = spec;
  const traffic = world.traffic.map((written, at) =>
    compileTraffic(written, group, `spec.world.traffic[${at}]`),
  );
  const faults = compileFaults(world.faults, group);
  const errors = [
    ...traffic.flatMap((each) => (each.ok ? [] : each.errors)),
    ...endless(spec),
    ...tooLong(spec),
    ...tooLate(spec),
    ...(faults.ok ? [] : faults.errors),
    ...strangers(world, group),
    ...engineErrors(world.engine, group),
    ...storeErrors(world.store, group),
  ];
  if (errors.length > 0 || !faults.ok) return { ok: false, errors };
  const { clients, people, scrape } = world;
  return {
    ok: true,
    value: {
      traffic: traffic.flatMap((each) => (each.ok ? [each.value] : [])),
      clients: {
        timeoutMs: msOrNever(clients.timeout),
        retries: clients.retries,
        abandonAfterMs: msOrNever(clients.abandonAfter),
      },
      engines: group.fleets.map((fleet) => engineOf(world.engine, fleet)),
      routers: group.fleets.map((fleet) => routerOf(world.router, fleet)),
      stores: group.fleets.map((fleet) => storeOf(world.store, fleet)),
      supply: group.pools.map((pool) =>
        supplyOf(world.pools[pool.name] ?? supply.parse({}), pool, group),
      ),
      people: {
        approvalDelay: people.approvalDelay === undefined ? null : spreadOf(people.approvalDelay),
        absent: people.absent,
        refuse: people.refuse,
      },
      scrape: { intervalMs: durationMs(scrape.interval), lagMs: durationMs(scrape.lag) },
      faults: faults.value,
      warmupMs: durationMs(world.warmup),
    },
  };
}

const msOrNever = (written: string | number): Millis | null =>
  written === "Never" ? null : durationMs(written);

/** Only a recording that is replayed once has an end. */
function endless({ duration, world }: ScenarioSpec): readonly FieldError[] {
  if (duration !== "trace") return [];
  return world.traffic.flatMap(({ generate, meanSessionsPerHour, sessionsPerHour }, at) => {
    const ends = [generate, meanSessionsPerHour, sessionsPerHour].every((x) => x === undefined);
    const expected = `a duration such as "24h", since spec.world.traffic[${at}] has no end`;
    return ends ? [] : [{ path: "spec.duration", found: '"trace"', expected }];
  });
}

/**
 * The kernel counts nanoseconds in a double, which holds each of them for 104 days; the margin is
 * for what the last turns still do.
 */
const LONGEST_MS = 100 * DAY_MS;

function tooLong({ duration, world }: ScenarioSpec): readonly FieldError[] {
  const warmupMs = durationMs(world.warmup);
  const wholeMs = warmupMs + (duration === "trace" ? 0 : durationMs(duration));
  if (wholeMs <= LONGEST_MS) return [];
  const path = warmupMs > LONGEST_MS ? "spec.world.warmup" : "spec.duration";
  const found = JSON.stringify(warmupMs > LONGEST_MS ? world.warmup : duration);
  return [{ path, found, expected: `at most ${LONGEST_MS / HOUR_MS}h, warm-up included` }];
}

/** What begins when the run is over would be no part of it, and nobody would notice. */
function tooLate({ duration, world }: ScenarioSpec): readonly FieldError[] {
  if (duration === "trace") return [];
  const begin = [
    ...world.faults.map(({ at }, index) => ({ at, path: `spec.world.faults[${index}].at` })),
    ...world.traffic.flatMap(({ shape }, index) =>
      shape.map(({ at }, n) => ({ at, path: `spec.world.traffic[${index}].shape[${n}].at` })),
    ),
  ];
  return begin.flatMap(({ at, path }) =>
    durationMs(at) < durationMs(duration)
      ? []
      : [{ path, found: JSON.stringify(at), expected: `before the end of the run, ${duration}` }],
  );
}

type Key = "engine" | "router" | "store";
type Written<K extends Key> = NonNullable<WrittenWorld[K]>;
type Value<W> = W extends { readonly all: infer T } ? T : never;

/** @returns what is written for the fleet, by its name or for all */
function ofFleet<W extends Written<Key>>(
  written: W,
  fleet: Pick<CompiledFleet, "key" | "name">,
): Value<W>;
function ofFleet(
  written: Written<Key>,
  fleet: Pick<CompiledFleet, "key" | "name">,
): Value<Written<"engine">> | Value<Written<"router">> | Value<Written<"store">> {
  if ("all" in written) return written.all;
  const own = Object.entries(written.each).find(([name]) => isNamed(fleet, name));
  return own === undefined ? written.otherwise : own[1];
}

/** @returns whether the fleet's engines are fixed instances without racks */
export const fixedEngineOf = (written: Written<"engine">, ref: FleetRef): boolean =>
  ofFleet(written, { key: fleetKey(ref), name: ref.name }).replicas !== undefined;

/** Tokens of a block, and blocks, of the peer's mock engine by default. */
const MOCK_BLOCK_TOKENS = 64;
const MOCK_KV_BLOCKS = 16_384;

function engineOf(written: Written<"engine">, fleet: CompiledFleet): ScenarioEngine {
  const own = ofFleet(written, fleet);
  const { blockTokens, kvBlocks, perturb, replicas } = own;
  const sizes = {
    kvBlocks: kvBlocks ?? MOCK_KV_BLOCKS,
    blockTokens: blockTokens ?? MOCK_BLOCK_TOKENS,
  };
  return {
    profile: own.profile ?? fleet.model.profile,
    perturb,
    fixed: replicas === undefined ? null : { replicas, ...sizes },
  };
}

/** The engine of a peer's simulator, for comparison; the policy knows nothing of it. */
const MOCK_PROFILE = "dynamo-mocker";

function engineErrors(written: Written<"engine">, group: CompiledGroup): readonly FieldError[] {
  const known = [...Object.keys(ENGINE_PROFILES), MOCK_PROFILE];
  return group.fleets.flatMap((fleet) => {
    const { profile } = engineOf(written, fleet);
    if (known.includes(profile)) return [];
    const expected = `one of ${known.join(", ")}`;
    return [{ path: "spec.world.engine", found: JSON.stringify(profile), expected }];
  });
}

function routerOf(written: Written<"router">, fleet: CompiledFleet): ScenarioRouter {
  const { kind, lag, guard, index } = ofFleet(written, fleet);
  const router = { kind, lagMs: durationMs(lag), ...(index && { index }) };
  if (guard === undefined) return router;
  const { factor, decay = "60s", slackTokens = 0 } = guard;
  const decayed = { decayMs: durationMs(decay), slackTokens };
  return { ...router, guard: guard.kind === "decayed" ? { factor, decayed } : { factor } };
}

/** What a store is where a fleet has one and nothing is said of it. */
const USUAL_STORE = worldSchema.shape.store.unwrap().parse({});

function storeOf(written: WrittenWorld["store"], fleet: CompiledFleet): ScenarioStore | null {
  if (fleet.kvTier !== "SharedStore") return null;
  const { latency, ...sizes } = ofFleet(written ?? USUAL_STORE, fleet);
  return { ...sizes, latencyMs: durationMs(latency) };
}

/** A store that nobody's engines would ask. */
function storeErrors(
  written: WrittenWorld["store"],
  { fleets }: CompiledGroup,
): readonly FieldError[] {
  if (written === undefined) return [];
  const without = fleets.filter(({ kvTier }) => kvTier !== "SharedStore");
  const expected = "kvTier: { kind: SharedStore } in the fleet that the store is for";
  const found = '"NodeLocal" or "None"';
  const path = "spec.world.store";
  if ("all" in written) {
    return without.length < fleets.length ? [] : [{ path, found, expected }];
  }
  return Object.keys(written.each)
    .filter((name) => without.some((fleet) => isNamed(fleet, name)))
    .map((name) => ({ path: `${path}.${name}`, found, expected }));
}

/** Entries for pools and fleets that there are not. */
function strangers(world: WrittenWorld, group: CompiledGroup): readonly FieldError[] {
  const pools = Object.keys(world.pools).flatMap((name) => {
    const found = poolNamed(name, group, `spec.world.pools.${name}`);
    return "error" in found ? [found.error] : [];
  });
  const fleets = (["engine", "router", "store"] as const).flatMap((field) => {
    const written = world[field];
    const names = written === undefined || "all" in written ? [] : Object.keys(written.each);
    const unknown = names.filter((name) => !group.fleets.some((fleet) => isNamed(fleet, name)));
    return unknown.map((name) => ({
      path: `spec.world.${field}.${name}`,
      found: JSON.stringify(name),
      expected: `one of ${group.fleets.map(({ name: known }) => known).join(", ")}`,
    }));
  });
  return [...pools, ...fleets];
}

function supplyOf(
  written: WrittenSupply,
  pool: CompiledPool,
  group: CompiledGroup,
): ScenarioSupply {
  const { failedBoots, leadTimeBounds: bounds, loanedRacks, quotaRacks, stock } = written;
  const { interruptions } = written;
  return {
    pool: pool.name,
    startRacks: written.startRacks ?? usualRacks(pool, group),
    stock: stock
      .map(({ at, racks }) => ({ atMs: durationMs(at), racks }))
      .toSorted((a, b) => a.atMs - b.atMs),
    leadTimes: leadTimesOf(written.leadTimes, pool, group),
    leadTimeBoundsMs:
      bounds === undefined ? null : { low: durationMs(bounds.low), high: durationMs(bounds.high) },
    release: spreadOf(written.release),
    ...(quotaRacks === undefined ? {} : { quotaRacks }),
    failedBoots,
    ...(interruptions && {
      interruptions: {
        perRackHour: interruptions.perRackHour,
        noticeMs: durationMs(interruptions.notice),
      },
    }),
    loanedRacks,
  };
}

const drawing = (pool: CompiledPool, { fleets }: CompiledGroup): readonly CompiledFleet[] =>
  fleets.filter((fleet) => drawsOn(fleet, pool));

function usualRacks(pool: CompiledPool, group: CompiledGroup): number {
  if (pool.supply.committedRacks > 0) return pool.supply.committedRacks;
  const least = drawing(pool, group).reduce((sum, { racks }) => sum + racks.min, 0);
  return Math.min(pool.limits.maxRacks, least);
}

function leadTimesOf(
  given: WrittenSupply["leadTimes"],
  pool: CompiledPool,
  group: CompiledGroup,
): ScenarioSupply["leadTimes"] {
  const prior = pool.leadTimePrior;
  const [start] = drawing(pool, group).flatMap(({ pools }) =>
    pools.flatMap((use) => (use.name === pool.name ? [use.engineStartPrior] : [])),
  );
  return {
    grant: given.grant === undefined ? prior.grant : spreadOf(given.grant),
    boot: given.boot === undefined ? prior.boot : spreadOf(given.boot),
    join: given.join === undefined ? prior.join : spreadOf(given.join),
    start: given.start === undefined ? (start ?? prior.join) : spreadOf(given.start),
  };
}
