/** Builders of workloads that Breakwater sizes: eight units of eight GPUs a rack. */
import type { CompiledWorkload } from "../../../src/core/compiled.ts";
import type {
  PodObservation,
  RackObservation,
  WorkloadObject,
  WorkloadObservation,
} from "../../../src/core/observation.ts";
import { EIGHT_UNITS } from "./compiled.ts";
import { aPod, aRack } from "./observed.ts";

const TARGET = { apiVersion: "apps/v1", kind: "Deployment", namespace: "agents", name: "engine" };

export const aSized = (changes: Partial<CompiledWorkload> = {}): CompiledWorkload => ({
  ...EIGHT_UNITS,
  target: TARGET,
  podLabels: {},
  manage: "Replicas",
  layout: "SharedSet",
  ...changes,
});

export const anObject = (
  replicas: number,
  changes: Partial<WorkloadObject> = {},
  name = "engine",
): WorkloadObject => ({
  ref: { ...TARGET, name },
  uid: `uid-of-${name}`,
  replicas,
  readyReplicas: replicas,
  removes: "HighestIndex",
  boundTo: {},
  owner: null,
  lastWriter: "breakwater",
  ...changes,
});

export const ofEngine = (...objects: readonly WorkloadObject[]): readonly WorkloadObservation[] => [
  { name: "engine", objects },
];

/** @param index null for kinds without an order */
export const aUnitPod = (
  name: string,
  node: string,
  index: number | null,
  changes: Partial<PodObservation> = {},
): PodObservation => ({
  ...aPod(name, node),
  unit: { workload: "engine", object: "engine", index, marked: false },
  ...changes,
});

/** A rack of 18 nodes with a unit of each index, on two nodes each. */
export const aRackOf = (
  id: string,
  indices: readonly (number | null)[],
  changes: Partial<PodObservation> = {},
): RackObservation => ({
  ...aRack(id, { pods: 0 }),
  pods: indices.map((index, n) => aUnitPod(`${id}-u${n}`, `${id}-n${2 * n}`, index, changes)),
});

export const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, n) => from + n);

/** Four units of eight GPUs each for prefill and decode, to be shifted within a range. */
export const withRange = (min: number, max: number): readonly CompiledWorkload[] => [
  aSized({ name: "prefill", role: "Prefill", unitsPerRack: 4, unitsRange: { min, max } }),
  aSized({ name: "decode", role: "Decode", unitsPerRack: 4, unitsRange: { min, max } }),
];
