import type { CompiledFleet, CompiledWorkload } from "../../../src/core/compiled.ts";
import { fleetKey } from "../../../src/core/compiled.ts";
import { gpuCount, millis, rackCount, ratio } from "../../../src/core/units.ts";

const spread = { p50Ms: millis(600_000), p95Ms: millis(1_200_000) };

/** A fleet of which only the signals, objectives and workloads matter here. */
export const aFleet = (
  signals: Partial<CompiledFleet["signals"]> = {},
  more: Partial<Pick<CompiledFleet, "objectives" | "workloads">> = {},
): CompiledFleet => ({
  key: fleetKey({ namespace: "agents", name: "coder" }),
  namespace: "agents",
  name: "coder",
  uid: "uid-coder",
  generation: 1,
  model: { name: "dsr1-fp4", profile: "test-small", revisionLabel: "model-revision" },
  mode: { scaleOut: "Auto", scaleIn: "Auto" },
  racks: { min: rackCount(1), max: rackCount(4), surviveRackLosses: rackCount(0) },
  pools: [{ name: "gb200", preference: 1, engineStartPrior: spread }],
  objectives: [anObjective()],
  signals: {
    profile: "vllm",
    edge: null,
    prometheus: null,
    scrapeIntervalMs: millis(15_000),
    overrides: [],
    matchers: { namespace: "agents", model_name: "dsr1-fp4" },
    ...signals,
  },
  workloads: [aWorkload("serve", "Aggregated")],
  kvTier: "None",
  router: "session-sticky",
  drain: {
    wait: "Turns",
    maxColdTokensPerSecond: 20_000,
    deadlineMs: millis(2_700_000),
    onDeadline: "Cancel",
  },
  warm: { hitRateWithinPoints: 10, orAfterMs: millis(1_800_000) },
  headroom: "Balanced",
  behavior: {
    scaleInStabilizationMs: millis(7_200_000),
    maxStepOut: rackCount(3),
    maxStepIn: rackCount(1),
    reviewIntervalMs: millis(60_000),
  },
  schedule: [],
  budget: null,
  cacheVeto: "Confirm",
  confirm: [],
  ...more,
});

export const anObjective = (
  more: Partial<CompiledFleet["objectives"][number]> = {},
): CompiledFleet["objectives"][number] => ({
  name: "ttft",
  metric: "TTFT",
  matchers: {},
  thresholdMs: millis(2_500),
  share: ratio(0.99),
  ...more,
});

export const aWorkload = (
  name: string,
  role: CompiledWorkload["role"],
  podLabels: Readonly<Record<string, string>> | null = null,
): CompiledWorkload => ({
  name,
  role,
  target:
    podLabels === null
      ? { apiVersion: "apps/v1", kind: "Deployment", namespace: "agents", name }
      : null,
  podLabels: podLabels ?? {},
  manage: "Replicas",
  layout: "SharedSet",
  gpusPerUnit: gpuCount(8),
  unitsPerRack: 8,
});
