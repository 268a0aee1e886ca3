import type {
  CompiledFleet,
  CompiledGroup,
  CompiledObjective,
  CompiledPool,
  Spread,
} from "../../../src/core/compiled.ts";
import {
  gpuCount,
  millis,
  MINUTE_MS,
  nodeCount,
  rackCount,
  ratio,
  SECOND_MS,
} from "../../../src/core/units.ts";

const spread = (p50Seconds: number, p95Seconds: number): Spread => ({
  p50Ms: millis(p50Seconds * SECOND_MS),
  p95Ms: millis(p95Seconds * SECOND_MS),
});

/** A reserved pool of 18-node racks, consumed by `agents/coder` alone. */
export function aPool(name = "gb200-east", changes: Partial<CompiledPool> = {}): CompiledPool {
  return {
    name,
    uid: `uid-of-${name}`,
    generation: 1,
    backend: {
      kind: "simulated",
      target: { apiVersion: "v1", kind: "NodePool", namespace: "", name },
      countPerRack: 18,
      nodeLabels: { pool: name },
      preset: null,
      path: null,
      item: null,
      members: null,
      acknowledgeUnproven: false,
    },
    rack: {
      domainKeys: ["nvidia.com/gpu.clique"],
      nodes: nodeCount(18),
      usableNodes: nodeCount(16),
      gpusPerNode: gpuCount(4),
    },
    supply: { kind: "Reserved", committedRacks: rackCount(1), windows: [] },
    price: null,
    leadTimePrior: {
      grant: spread(30, 60),
      boot: spread(240, 480),
      join: spread(30, 90),
      repair: spread(1_800, 86_400),
    },
    limits: { maxRacks: rackCount(12), maxDraining: rackCount(1), maxRequestsPerHour: 2 },
    onForeignWrite: { action: "Hold", forMs: millis(120 * MINUTE_MS) },
    consumers: [
      {
        fleet: { namespace: "agents", name: "coder" },
        guaranteed: rackCount(4),
        max: rackCount(10),
        weight: 100,
      },
    ],
    ...changes,
  };
}

const TTFT_OBJECTIVE: CompiledObjective = {
  name: "ttft-short",
  metric: "TTFT",
  matchers: {},
  thresholdMs: millis(2_500),
  share: ratio(0.99),
};

const ITL_OBJECTIVE: CompiledObjective = {
  name: "itl",
  metric: "ITL",
  matchers: {},
  thresholdMs: millis(50),
  share: ratio(0.99),
};

/** A fleet in `agents` that draws on `gb200-east` and grows by itself. */
export function aFleet(name = "coder", changes: Partial<CompiledFleet> = {}): CompiledFleet {
  return {
    key: `agents/${name}`,
    namespace: "agents",
    name,
    uid: `uid-of-${name}`,
    generation: 1,
    model: { name: "dsr1-fp4", profile: "dsr1-fp4-gb200", revisionLabel: "model-revision" },
    mode: { scaleOut: "Auto", scaleIn: "Approve" },
    racks: { min: rackCount(4), max: rackCount(10), surviveRackLosses: rackCount(1) },
    pools: [{ name: "gb200-east", preference: 1, engineStartPrior: spread(60, 120) }],
    objectives: [TTFT_OBJECTIVE, ITL_OBJECTIVE],
    signals: {
      profile: "vllm",
      edge: null,
      prometheus: null,
      scrapeIntervalMs: millis(15 * SECOND_MS),
      overrides: [],
      matchers: {},
    },
    workloads: [],
    kvTier: "None",
    router: "prefix-affinity",
    drain: {
      wait: "Turns",
      maxColdTokensPerSecond: 20_000,
      deadlineMs: millis(45 * MINUTE_MS),
      onDeadline: "Cancel",
    },
    warm: { hitRateWithinPoints: 10, orAfterMs: millis(30 * MINUTE_MS) },
    headroom: "Balanced",
    behavior: {
      scaleInStabilizationMs: millis(120 * MINUTE_MS),
      maxStepOut: rackCount(3),
      maxStepIn: rackCount(1),
      reviewIntervalMs: MINUTE_MS,
    },
    schedule: [],
    budget: null,
    cacheVeto: "Confirm",
    confirm: [],
    ...changes,
  };
}

export function aGroup(changes: Partial<CompiledGroup> = {}): CompiledGroup {
  return { name: "gb200-east", pools: [aPool()], fleets: [aFleet()], ...changes };
}
