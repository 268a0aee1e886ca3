import type { Compilation } from "../../config/field-error.ts";
import type { Clock } from "../../ports/clock.ts";
import { EVERY_FLEET } from "../../ports/fleet-store.ts";
import type { BrokenObject, DesiredState, FleetStore } from "../../ports/fleet-store.ts";
import type { EpochMs } from "../../core/units.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, objectAt } from "../kubernetes/decode.ts";
import { type Lifecycle, lifecycleOf, type Reflector, reflector } from "../kubernetes/reflector.ts";
import {
  FLEET_OVERRIDES,
  INFERENCE_FLEETS,
  RACK_POOLS,
  type Resource,
} from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { compileCache } from "./compile-cache.ts";
import type { Compilers } from "./compilers.ts";
import {
  brokenStatus,
  fleetStatus,
  overrideStatus,
  poolStatus,
  type StatusContext,
} from "./status.ts";
import { statusWriter } from "./status-writer.ts";

export interface FleetStoreOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly warn: Warn;
  readonly compilers: Compilers;
  /**
   * Where the controller lives: an override of every fleet there is about the whole cluster.
   * Absent: none is.
   */
  readonly homeNamespace?: string;
}

/** RackPool, InferenceFleet and FleetOverride, kept by list and watch. */
export function fleetStore(options: FleetStoreOptions): FleetStore & Lifecycle {
  const kept = (resource: Resource) =>
    reflector({ ...options, selection: { resource, namespace: "" }, decode: slim });
  const sources = {
    RackPool: kept(RACK_POOLS),
    InferenceFleet: kept(INFERENCE_FLEETS),
    FleetOverride: kept(FLEET_OVERRIDES),
  };
  return {
    ...lifecycleOf(...Object.values(sources)),
    read: reader(options, sources),
    ...writers(options, sources),
  };
}

type Sources = Readonly<Record<BrokenObject["kind"], Reflector<Json>>>;

/** Bookkeeping of the API server, often longer than the object. */
function slim(object: Json): Json {
  const { managedFields: _managedFields, ...metadata } = objectAt(object, "metadata");
  return { ...object, metadata };
}

function reader({ compilers, homeNamespace }: FleetStoreOptions, sources: Sources) {
  const compile = {
    pools: compileCache((object) => compilers.pool(object)),
    fleets: compileCache((object, now) => compilers.fleet(object, now)),
    overrides: compileCache((object) => compilers.override(object)),
  };
  return async (now: EpochMs): Promise<DesiredState> => {
    const objects = {
      pools: sources.RackPool.snapshot(),
      fleets: sources.InferenceFleet.snapshot(),
      overrides: sources.FleetOverride.snapshot(),
    };
    const pools = split(objects.pools, compile.pools(objects.pools, now));
    const fleets = split(objects.fleets, compile.fleets(objects.fleets, now));
    const overrides = split(objects.overrides, compile.overrides(objects.overrides, now));
    const broken = [
      ...reports("RackPool", pools.failed, compilers),
      ...reports("InferenceFleet", fleets.failed, compilers),
      ...reports("FleetOverride", overrides.failed, compilers),
    ];
    const problems = fleets.compiled.flatMap((fleet) =>
      compilers.problems(fleet, pools.compiled).map((reason) => ({ fleet: fleet.key, reason })),
    );
    return {
      pools: pools.compiled,
      fleets: fleets.compiled,
      overrides: overrides.compiled.map((each) => ({
        ...each,
        fleet: isAboutAll(each.fleet, homeNamespace) ? EVERY_FLEET : each.fleet,
      })),
      problems,
      broken,
    };
  };
}

const isAboutAll = (fleet: string, homeNamespace: string | undefined): boolean =>
  homeNamespace !== undefined && fleet === `${homeNamespace}/*`;

type Failed = { readonly object: Json; readonly result: Compilation<unknown> & { ok: false } };

function split<T>(objects: readonly Json[], results: readonly Compilation<T>[]) {
  const compiled: T[] = [];
  const failed: Failed[] = [];
  for (const [index, object] of objects.entries()) {
    const result = results[index];
    if (result?.ok === true) compiled.push(result.value);
    if (result?.ok === false) failed.push({ object, result });
  }
  return { compiled, failed };
}

function reports(
  kind: BrokenObject["kind"],
  failed: readonly Failed[],
  compilers: Compilers,
): readonly BrokenObject[] {
  return failed.map(({ object, result }) => {
    const { namespace, name } = metaOf(object);
    return { kind, namespace, name, message: compilers.describe(result.errors) };
  });
}

type Writers = Omit<FleetStore, "read">;

function writers(options: FleetStoreOptions, sources: Sources): Writers {
  const write = statusWriter(options);
  const writeTo = async (
    resource: Resource,
    { kind, namespace, name }: Omit<BrokenObject, "message">,
    statusOf: (context: StatusContext) => Json,
  ) => {
    const source = sources[kind];
    const object = source.snapshot().find((candidate) => {
      const meta = metaOf(candidate);
      return meta.name === name && meta.namespace === namespace;
    });
    if (object === undefined) return;
    const { generation } = metaOf(object);
    const status = statusOf({ object, generation, now: options.clock.now() });
    await write({ at: { resource, namespace, name }, object, status, source });
  };
  return {
    writePoolStatus: ({ name }, status) =>
      writeTo(RACK_POOLS, { kind: "RackPool", namespace: "", name }, (context) =>
        poolStatus(status, context),
      ),
    writeFleetStatus: ({ namespace, name }, status) =>
      writeTo(INFERENCE_FLEETS, { kind: "InferenceFleet", namespace, name }, (context) =>
        fleetStatus(status, context),
      ),
    writeOverrideStatus: ({ namespace, override: { name } }, judged) =>
      writeTo(FLEET_OVERRIDES, { kind: "FleetOverride", namespace, name }, (context) =>
        overrideStatus(judged, context),
      ),
    reportBroken: (broken) =>
      writeTo(RESOURCES[broken.kind], broken, (context) => brokenStatus(broken.message, context)),
  };
}

const RESOURCES: Readonly<Record<BrokenObject["kind"], Resource>> = {
  RackPool: RACK_POOLS,
  InferenceFleet: INFERENCE_FLEETS,
  FleetOverride: FLEET_OVERRIDES,
};
