/** Two fleets for `evaluate`: one that its policy explains, one that something else broke. */
import type { DecisionRecord } from "../../../src/core/record.ts";

/** Racks that each fleet keeps at least. */
export type Floors = Readonly<Record<FleetName, number>>;
type FleetName = keyof typeof NAMESPACES;

const NAMESPACES = { calm: "agents", broken: "others" } as const;
const NAMES = ["calm", "broken"] as const;

export const PAST = { from: "2026-11-02T00:00:00Z", until: "2026-11-02T03:00:00Z" } as const;
const HOURS = 3;

/** More than either fleet needs: fewer cost nothing, more bring nothing. */
export const ACTED: Floors = { calm: 4, broken: 1 };

const pool = (name: FleetName) => ({
  rack: { nodes: 9, usableNodes: 8, gpusPerNode: 4 },
  supply: { kind: "OnDemand" },
  price: { usdPerRackHour: "378.00" },
  limits: { maxRacks: 6 },
  consumers: [{ fleet: { namespace: NAMESPACES[name], name }, max: 6 }],
});

const fleet = (name: FleetName, floors: Floors) => ({
  model: { name: "test-small" },
  mode: { scaleOut: "Auto", scaleIn: "Auto" },
  // What is broken may not be mended by growing: it has to be seen in the objective.
  racks: { min: floors[name], max: name === "calm" ? 6 : floors[name] },
  pools: [{ name }],
  signals: { matchers: { namespace: NAMESPACES[name] } },
  objectives: [{ name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" }],
  workloads: [{ name, target: { selector: { app: name } }, unit: { gpus: 16 }, unitsPerRack: 1 }],
  behavior: { scaleInStabilization: "10m" },
});

/** Of the broken fleet most sessions render their prompts anew: no log says so of the future. */
export const pastScenario = (): string =>
  JSON.stringify({
    kind: "Scenario",
    metadata: { name: "past" },
    spec: {
      duration: `${HOURS}h`,
      startsAt: PAST.from,
      pools: NAMES.map((name) => ({ name, ...pool(name) })),
      fleets: NAMES.map((name) => ({ name, namespace: NAMESPACES[name], ...fleet(name, ACTED) })),
      world: {
        warmup: "2h",
        pools: { calm: { startRacks: ACTED.calm }, broken: { startRacks: ACTED.broken } },
        traffic: NAMES.map((name) => ({
          fleet: name,
          generate: { profile: "coding-agent", sessionsPerHour: 3 },
        })),
        faults: [
          {
            kind: "prompt-instability",
            fleet: "broken",
            at: "0s",
            share: 0.9,
            depthTokens: 1920,
            for: `${HOURS}h`,
          },
        ],
      },
    },
  });

/** @returns as `kubectl get rackpools,inferencefleets -A -o json` prints what was applied */
export const policyOf = (floors: Floors): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: NAMES.flatMap((name) => [
      {
        apiVersion: "breakwater.dev/v1alpha1",
        kind: "RackPool",
        metadata: { name, uid: `uid-${name}`, generation: 3 },
        spec: {
          ...pool(name),
          backend: { kind: "coreweave", name: "east", acknowledgeUnproven: true },
        },
        status: {},
      },
      {
        apiVersion: "breakwater.dev/v1alpha1",
        kind: "InferenceFleet",
        metadata: { name, namespace: NAMESPACES[name], uid: `uid-fleet-${name}`, generation: 2 },
        spec: fleet(name, floors),
        status: {},
      },
    ]),
  });

/** @returns what a controller exports beside the engines' series, as OpenMetrics without an end */
export function desiredRacks(records: readonly DecisionRecord[]): string {
  const lines = records.flatMap(({ observation: { now, pools } }) =>
    pools.map(({ name, count }) => {
      const racks = count?.desired ?? 0;
      return {
        name,
        line: `breakwater_pool_desired_racks{pool="${name}"} ${racks} ${now / 1_000}`,
      };
    }),
  );
  const inOrder = NAMES.flatMap((of) => lines.filter(({ name }) => name === of));
  const head = "# TYPE breakwater_pool_desired_racks gauge";
  return `${[head, ...inOrder.map(({ line }) => line)].join("\n")}\n`;
}
