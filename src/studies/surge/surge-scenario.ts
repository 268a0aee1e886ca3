/** A stretch of the past as a scenario that people can run, read and change. */
import { compileFleet } from "../../config/compile-fleet.ts";
import { compilePool } from "../../config/compile-pool.ts";
import { compileScenario } from "../../config/compile-scenario.ts";
import type { CompiledScenario } from "../../config/compiled-scenario.ts";
import { simulatedFleet } from "../../config/simulated-objects.ts";
import {
  durationText,
  withoutDefaults,
  writtenFleet,
  writtenPool,
} from "../../config/written-objects.ts";
import type { Written, WrittenObject } from "../../config/written-objects.ts";
import { canonical } from "../../core/canonical.ts";
import type { FleetKey } from "../../core/compiled.ts";
import { DAY_MS, epochMs, millis } from "../../core/units.ts";
import type { EpochMs } from "../../core/units.ts";
import type { RateRecord } from "../../traces/records.ts";
import { WARM_UP_MS, sessionsPerHour, startRates } from "../evaluate/block-world.ts";
import type { SessionModel } from "../evaluate/block-world.ts";
import type { PastBlock } from "../evaluate/recorded-past.ts";

export interface RatesFile {
  readonly fleet: FleetKey;
  readonly name: string;
  readonly rates: readonly RateRecord[];
}

/** A scenario whose fleets are apart, so that one field of one of them can be changed. */
export interface SurgeScenario {
  readonly fleets: readonly WrittenObject[];
  /** @returns the whole document, with these fleets */
  readonly document: (fleets: readonly WrittenObject[]) => WrittenObject;
  readonly files: readonly RatesFile[];
}

/** Two runs show whether a difference is one of luck; more take long. */
export const SURGE_SEEDS = [1, 2] as const;

/** @param name of the scenario */
export function surgeScenario(name: string, block: PastBlock, model: SessionModel): SurgeScenario {
  const { group, from, until } = block;
  const files = ratesFiles(block, model);
  const seconds = Math.round((until - from) / 1_000);
  const fleets = group.fleets.map((fleet) => fleetOf(simulatedFleet(fleet), block));
  const spec = {
    duration: durationText(millis(seconds * 1_000)),
    startsAt: new Date(from).toISOString(),
    seeds: [...SURGE_SEEDS],
    pools: group.pools.map((pool) => shortPool(writtenPool(pool))),
  };
  const world = {
    warmup: durationText(WARM_UP_MS),
    pools: Object.fromEntries(
      group.pools.map((pool) => [pool.name, { startRacks: block.startRacks[pool.name] ?? 0 }]),
    ),
    traffic: files.map(({ fleet, name: path, rates }) => ({
      fleet,
      trace: { path, format: "rate-csv" },
      profile: model.profile,
      meanSessionsPerHour: sessionsPerHour(rates, model),
    })),
  };
  return {
    fleets,
    files,
    document: (changed) => ({
      apiVersion: "breakwater.dev/v1alpha1",
      kind: "Scenario",
      metadata: { name },
      spec: { ...spec, fleets: [...changed], world },
    }),
  };
}

/** @throws RangeError that names the field which cannot be simulated */
export function compiledSurge(document: WrittenObject): CompiledScenario {
  const compiled = compileScenario(document);
  if (compiled.ok) return compiled.value;
  const [error] = compiled.errors;
  const { path, found, expected } = error ?? { path: "", found: "", expected: "" };
  throw new RangeError(`the recorded policy cannot be simulated: ${path}: ${found}, ${expected}`);
}

function ratesFiles(block: PastBlock, model: SessionModel): readonly RatesFile[] {
  return block.demand.flatMap(({ fleet, minutes }) => {
    const rates = startRates(minutes, block, model);
    if (rates.every(({ perSecond }) => perSecond === 0)) return [];
    return [{ fleet, name: `sessions-${fleet.replace("/", "-")}.csv`, rates }];
  });
}

/** Occasions matter before they begin: racks are sized for what comes within their lead time. */
const AHEAD_MS = DAY_MS;

function fleetOf(fleet: PastBlock["group"]["fleets"][number], block: PastBlock): WrittenObject {
  const until = epochMs(block.until + AHEAD_MS);
  return shortFleet(writtenFleet(fleet, { from: block.from, until }), block.from);
}

function shortFleet(written: WrittenObject, now: EpochMs): WrittenObject {
  return shortened(written, ({ name, namespace, ...spec }) => {
    const compiled = compileFleet({ metadata: { name, namespace }, spec }, now);
    return compiled.ok ? canonical(compiled.value) : null;
  });
}

function shortPool(written: WrittenObject): WrittenObject {
  const backend = { kind: "coreweave", name: "simulated" };
  return shortened(written, ({ name, ...spec }) => {
    const compiled = compilePool({ metadata: { name }, spec: { backend, ...spec } });
    return compiled.ok ? canonical(compiled.value) : null;
  });
}

function shortened(
  written: WrittenObject,
  meaningOf: (written: WrittenObject) => string | null,
): WrittenObject {
  const meaning = meaningOf(written);
  const same = (candidate: Written): boolean =>
    isObject(candidate) && meaning !== null && meaningOf(candidate) === meaning;
  const short = withoutDefaults(written, same);
  return isObject(short) ? short : written;
}

const isObject = (value: Written): value is WrittenObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
