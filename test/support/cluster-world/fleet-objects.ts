/** A pool, a fleet and its disruption budget, with durations that fit a test. */
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";

export const poolName = (app: string): string => `gb200-${app}`;

export interface FleetTraits {
  readonly app: string;
  readonly namespace: string;
  readonly maxRacks: number;
  readonly pool?: Json;
  readonly fleet?: Json;
}

/** @returns NodePool, RackPool, InferenceFleet and PodDisruptionBudget, one rack to begin with */
export function fleetObjects(traits: FleetTraits): readonly Json[] {
  return [nodePool(traits), rackPool(traits), inferenceFleet(traits), budget(traits)];
}

const nodePool = ({ app }: FleetTraits): Json => ({
  apiVersion: "compute.coreweave.com/v1alpha1",
  kind: "NodePool",
  metadata: { name: poolName(app) },
  spec: { instanceType: "gb200-4x", targetRacks: 1 },
});

const rackPool = ({ app, namespace, maxRacks, pool }: FleetTraits): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "RackPool",
  metadata: { name: poolName(app) },
  spec: {
    backend: { kind: "coreweave", name: poolName(app), acknowledgeUnproven: true },
    supply: { kind: "Reserved", committedRacks: 1 },
    leadTimePrior: {
      grant: { p50: "1s", p95: "2s" },
      boot: { p50: "5s", p95: "10s" },
      join: { p50: "1s", p95: "2s" },
    },
    limits: { maxRacks, maxDraining: 1, maxRequestsPerHour: 1 },
    onForeignWrite: { action: "Hold", for: "20s" },
    consumers: [{ fleet: { namespace, name: app }, guaranteed: 1, max: maxRacks }],
    ...pool,
  },
});

const inferenceFleet = ({ app, namespace, maxRacks, fleet }: FleetTraits): Json => ({
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "InferenceFleet",
  metadata: { name: app, namespace },
  spec: {
    model: { name: app, profile: "test-small" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: 1, max: maxRacks },
    pools: [{ name: poolName(app), engineStartPrior: { p50: "2s", p95: "5s" } }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "10s", share: "0.9" }],
    signals: { profile: "vllm", scrapeInterval: "1s", matchers: { job: app } },
    workloads: [
      {
        name: "engine",
        target: { selector: { app } },
        layout: "ObjectPerRack",
        unit: { gpus: 8 },
        unitsPerRack: 8,
      },
    ],
    headroom: "Lean",
    warm: { hitRateWithinPoints: 10, orAfter: "5s" },
    drain: { deadline: "5m", onDeadline: "Cancel" },
    behavior: { scaleInStabilization: "45s", maxStepOut: 8, reviewInterval: "2s" },
    cacheVeto: "Off",
    ...fleet,
  },
});

/** Half a rack may be gone at once. */
const budget = ({ app, namespace }: FleetTraits): Json => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: app, namespace },
  spec: { minAvailable: 4, selector: { matchLabels: { app } } },
});
