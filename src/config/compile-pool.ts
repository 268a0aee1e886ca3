/** RackPool → CompiledPool. */
import type { CompiledPool, Spread } from "../core/compiled.ts";
import { epochMs, gpuCount, nodeCount, rackCount, usdPerHour } from "../core/units.ts";
import { compileBackend } from "./compile-backend.ts";
import { type DecodedObject, decodeObject } from "./decode-object.ts";
import type { Compilation } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import { RACK_POOL, type RackPoolSpec } from "./rack-pool.ts";

/** @returns the pool with defaults filled in, or every error of the object. */
export function compilePool(raw: unknown): Compilation<CompiledPool> {
  const decoded = decodeObject(RACK_POOL, raw);
  return decoded.ok ? { ok: true, value: poolOf(decoded.value) } : decoded;
}

function poolOf({ metadata, spec }: DecodedObject<RackPoolSpec>): CompiledPool {
  const { leadTimePrior: prior, onForeignWrite, price, rack } = spec;
  return {
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    backend: compileBackend(spec.backend, rack.nodes),
    rack: {
      domainKeys: rack.domainKeys,
      nodes: nodeCount(rack.nodes),
      usableNodes: nodeCount(rack.usableNodes),
      gpusPerNode: gpuCount(rack.gpusPerNode),
    },
    supply: supplyOf(spec.supply),
    price:
      price === undefined
        ? null
        : {
            usdPerRackHour: usdPerHour(Number(price.usdPerRackHour)),
            billedFrom: price.billedFrom,
          },
    leadTimePrior: {
      grant: spreadOf(prior.grant),
      boot: spreadOf(prior.boot),
      join: spreadOf(prior.join),
      repair: spreadOf(prior.repair),
    },
    limits: limitsOf(spec.limits),
    onForeignWrite: { action: onForeignWrite.action, forMs: durationMs(onForeignWrite.for) },
    consumers: spec.consumers.flatMap(({ fleet, guaranteed, max = 0, weight }) =>
      fleet === undefined
        ? []
        : [{ fleet, guaranteed: rackCount(guaranteed), max: rackCount(max), weight }],
    ),
    ...loanOf(spec),
  };
}

function loanOf({ consumers }: RackPoolSpec): Pick<CompiledPool, "loan"> {
  const [written] = consumers.flatMap(({ loan }) => loan ?? []);
  if (written === undefined) return {};
  const { selector, max, fenceTaint, grace, minTenure, gangKeys } = written;
  return {
    loan: {
      podLabels: selector,
      max: rackCount(max),
      fenceTaint,
      graceMs: durationMs(grace),
      minTenureMs: durationMs(minTenure),
      gangKeys,
    },
  };
}

function supplyOf(supply: RackPoolSpec["supply"]): CompiledPool["supply"] {
  const { taints, conditions, notice, expectedEvery } = supply.interruptions;
  return {
    kind: supply.kind,
    committedRacks: rackCount(supply.committedRacks),
    windows: supply.windows.map(({ from, until, racks, evacuateBefore }) => ({
      from: epochMs(Date.parse(from)),
      until: epochMs(Date.parse(until)),
      racks: rackCount(racks),
      evacuateBeforeMs: durationMs(evacuateBefore),
    })),
    interruptions: {
      taints,
      conditions,
      noticeMs: durationMs(notice),
      expectedEveryMs: durationMs(expectedEvery),
    },
  };
}

function limitsOf(limits: RackPoolSpec["limits"]): CompiledPool["limits"] {
  return {
    maxRacks: rackCount(limits.maxRacks),
    maxDraining: rackCount(limits.maxDraining),
    maxRequestsPerHour: limits.maxRequestsPerHour,
  };
}

interface WrittenSpread {
  readonly p50: string | number;
  readonly p95: string | number;
}

/** @returns the two points in milliseconds. */
export function spreadOf({ p50, p95 }: WrittenSpread): Spread {
  return { p50Ms: durationMs(p50), p95Ms: durationMs(p95) };
}
