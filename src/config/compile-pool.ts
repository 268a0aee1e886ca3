/** RackPool → CompiledPool. */
import type { CompiledBackend, CompiledPool, Spread } from "../core/compiled.ts";
import { epochMs, gpuCount, nodeCount, rackCount, usdPerHour } from "../core/units.ts";
import { type DecodedObject, decodeObject } from "./decode-object.ts";
import type { Compilation } from "./field-error.ts";
import { durationMs } from "./go-duration.ts";
import { RACK_POOL, type RackPoolSpec } from "./rack-pool.ts";

/** The vendor's kind and the node label of its pools (CoreWeave node pool reference). */
const COREWEAVE_API_VERSION = "compute.coreweave.com/v1alpha1";
const COREWEAVE_POOL_LABEL = "compute.coreweave.com/node-pool";

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
    backend: backendOf(spec.backend),
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
    },
    limits: limitsOf(spec.limits),
    onForeignWrite: { action: onForeignWrite.action, forMs: durationMs(onForeignWrite.for) },
    consumers: spec.consumers.map(({ fleet, guaranteed, max, weight }) => ({
      fleet,
      guaranteed: rackCount(guaranteed),
      max: rackCount(max),
      weight,
    })),
  };
}

function backendOf(backend: RackPoolSpec["backend"]): CompiledBackend {
  const { acknowledgeUnproven, nodeLabels } = backend;
  if (backend.kind === "coreweave") {
    const name = backend.name ?? "";
    return {
      kind: "coreweave",
      target: { apiVersion: COREWEAVE_API_VERSION, kind: "NodePool", namespace: "", name },
      // Whether the object counts racks or nodes shows in the object; its backend converts.
      countPerRack: 1,
      nodeLabels: { ...nodeLabels, [COREWEAVE_POOL_LABEL]: name },
      acknowledgeUnproven,
    };
  }
  const { countPerRack, target } = backend;
  if (target === undefined || countPerRack === undefined) {
    throw new Error("a scale backend without target or countPerRack passed its schema");
  }
  return { kind: "scale", target, countPerRack, nodeLabels, acknowledgeUnproven };
}

function supplyOf(supply: RackPoolSpec["supply"]): CompiledPool["supply"] {
  return {
    kind: supply.kind,
    committedRacks: rackCount(supply.committedRacks),
    windows: supply.windows.map(({ from, until, racks, evacuateBefore }) => ({
      from: epochMs(Date.parse(from)),
      until: epochMs(Date.parse(until)),
      racks: rackCount(racks),
      evacuateBeforeMs: durationMs(evacuateBefore),
    })),
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
