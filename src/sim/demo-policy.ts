/** What the people of the demo asked for: one pool of racks and one fleet of coding agents. */
import type { CompiledFleet, CompiledGroup, CompiledPool, Spread } from "../core/compiled.ts";
import { fleetKey } from "../core/compiled.ts";
import {
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  gpuCount,
  millis,
  nodeCount,
  rackCount,
  ratio,
  usdPerHour,
} from "../core/units.ts";

const spread = (p50Seconds: number, p95Seconds: number): Spread => ({
  p50Ms: millis(p50Seconds * SECOND_MS),
  p95Ms: millis(p95Seconds * SECOND_MS),
});

/**
 * The demo's lead times: a rack takes 4 to 12 minutes in all, about a fifth of what a cloud takes,
 * so that a viewer at 60x sees one arrive within seconds. The policy is told the truth about them.
 */
export const DEMO_LEAD_TIMES = {
  grant: spread(20, 60),
  boot: spread(150, 300),
  join: spread(45, 90),
  start: spread(90, 180),
  totalMs: { low: 4 * MINUTE_MS, high: 12 * MINUTE_MS },
} as const;

/** Racks that are paid for whether used or not. */
const RESERVED_RACKS = 4;
/** List price of a rack of 72 GPUs at 10.50 USD per GPU and hour. */
const USD_PER_RACK_HOUR = 756;

const FLEET = { namespace: "agents", name: "coder" } as const;
const POOL = "gb200-demo";

const pool: CompiledPool = {
  name: POOL,
  uid: "demo-pool",
  generation: 1,
  backend: {
    kind: "simulated",
    target: { apiVersion: "simulated/v1", kind: "NodePool", namespace: "", name: POOL },
    countPerRack: 1,
    preset: null,
    path: null,
    item: null,
    members: null,
    nodeLabels: {},
    acknowledgeUnproven: false,
  },
  rack: {
    domainKeys: ["nvidia.com/gpu.clique"],
    nodes: nodeCount(18),
    usableNodes: nodeCount(16),
    gpusPerNode: gpuCount(4),
  },
  supply: { kind: "Reserved", committedRacks: rackCount(RESERVED_RACKS), windows: [] },
  price: { usdPerRackHour: usdPerHour(USD_PER_RACK_HOUR), billedFrom: "Booted" },
  leadTimePrior: {
    grant: DEMO_LEAD_TIMES.grant,
    boot: DEMO_LEAD_TIMES.boot,
    join: DEMO_LEAD_TIMES.join,
    repair: spread(1_800, 86_400),
  },
  limits: { maxRacks: rackCount(12), maxDraining: rackCount(1), maxRequestsPerHour: 6 },
  onForeignWrite: { action: "Hold", forMs: millis(2 * HOUR_MS) },
  consumers: [
    { fleet: FLEET, guaranteed: rackCount(RESERVED_RACKS), max: rackCount(10), weight: 100 },
  ],
};

const fleet: CompiledFleet = {
  key: fleetKey(FLEET),
  ...FLEET,
  uid: "demo-fleet",
  generation: 1,
  model: { name: "demo-coder", profile: "test-small", revisionLabel: "model-revision" },
  mode: { scaleOut: "Auto", scaleIn: "Auto" },
  racks: { min: rackCount(2), max: rackCount(10), surviveRackLosses: rackCount(1) },
  pools: [{ name: POOL, preference: 1, engineStartPrior: DEMO_LEAD_TIMES.start }],
  objectives: [
    {
      name: "ttft",
      metric: "TTFT",
      matchers: {},
      thresholdMs: millis(2_500),
      share: ratio(0.95),
    },
    { name: "itl", metric: "ITL", matchers: {}, thresholdMs: millis(50), share: ratio(0.95) },
  ],
  signals: {
    profile: "vllm",
    edge: "llm-d-epp",
    prometheus: null,
    scrapeIntervalMs: millis(15 * SECOND_MS),
    overrides: [],
    matchers: {},
  },
  workloads: [
    {
      name: "engines",
      role: "Aggregated",
      target: null,
      podLabels: { app: "coder" },
      manage: "Observe",
      layout: "ObjectPerRack",
      gpusPerUnit: gpuCount(16),
      unitsPerRack: 4,
    },
  ],
  kvTier: "None",
  router: "session-sticky",
  drain: {
    wait: "Turns",
    maxColdTokensPerSecond: 20_000,
    deadlineMs: millis(30 * MINUTE_MS),
    onDeadline: "Cancel",
  },
  warm: { hitRateWithinPoints: 10, orAfterMs: millis(10 * MINUTE_MS) },
  headroom: "Balanced",
  behavior: {
    scaleInStabilizationMs: millis(20 * MINUTE_MS),
    maxStepOut: rackCount(6),
    maxStepIn: rackCount(1),
    reviewIntervalMs: millis(MINUTE_MS),
  },
  schedule: [],
  budget: null,
  cacheVeto: "Off",
  confirm: [],
};

/** The group the demo's controller decides on. */
export const DEMO_GROUP: CompiledGroup = { name: POOL, pools: [pool], fleets: [fleet] };
