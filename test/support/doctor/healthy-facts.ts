/** A cluster in which nothing is wrong, as `doctor` sees it, and ways to break it. */
import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";
import type { FleetSignals, UngroupedNode } from "../../../src/core/observation.ts";
import { SIGNAL_TABLES } from "../../../src/core/profiles/signal-tables.ts";
import type { SeriesReading } from "../../../src/core/queries/series-plan.ts";
import { signalRecord } from "../../../src/core/signals/signal-record.ts";
import { epochMs, gpuCount, ratio } from "../../../src/core/units.ts";
import type { ClusterFacts, FleetFacts, Labels } from "../../../src/studies/doctor/facts.ts";
import type { Finding } from "../../../src/studies/doctor/finding.ts";
import { neededAccess } from "../../../src/studies/doctor/needed-access.ts";
import { examine } from "../../../src/studies/doctor/examine.ts";
import { aFleet, aPool } from "../reports/compiled.ts";

export const NOW = epochMs(Date.parse("2026-12-01T18:00:00Z"));
export const CLIQUE = "nvidia.com/gpu.clique";

export const aNode = (name: string, changes: Partial<UngroupedNode> = {}): UngroupedNode => ({
  name,
  uid: `uid-${name}`,
  pool: "gb200-east",
  domain: "rack-1",
  ready: true,
  cordoned: false,
  gpusAllocatable: gpuCount(4),
  createdAt: NOW,
  ...changes,
});

/** Nodes of one rack. */
export const rackOf = (
  domain: string,
  count = 18,
  changes: Partial<UngroupedNode> = {},
): readonly UngroupedNode[] =>
  Array.from({ length: count }, (_, at) => aNode(`${domain}-n${at}`, { domain, ...changes }));

export const labelled = (nodes: readonly UngroupedNode[]): ReadonlyMap<string, Labels> =>
  new Map(
    nodes.map(({ name, domain }) => [name, domain === null ? {} : { [CLIQUE]: domain }] as const),
  );

export const freshSignals = (changes: Partial<FleetSignals> = {}): FleetSignals => ({
  ...signalRecord(() => ({
    kind: "value" as const,
    value: 0.5,
    observedAt: NOW,
    coverage: ratio(1),
    degraded: null,
  })),
  ...changes,
});

/** Every series of the engine's table on every one of eight targets. */
export function fullSeries(changes: Partial<SeriesReading> = {}): SeriesReading {
  const { series, bucketsSeconds } = SIGNAL_TABLES.vllm;
  return {
    targets: 8,
    series: Object.entries(series).map(([key, { names }]) => ({
      key,
      source: "engine" as const,
      names,
      targets: 8,
      expected: 8,
    })),
    bucketsSeconds,
    samplesPerWindow: 4,
    ...changes,
  };
}

/** Series of which some are on other numbers of targets. */
export const seriesWith = (targets: Readonly<Record<string, number>>): SeriesReading => {
  const full = fullSeries();
  return {
    ...full,
    series: full.series.map((one) => ({ ...one, targets: targets[one.key] ?? one.targets })),
  };
};

export const fleetFacts = (
  fleet: CompiledFleet = aFleet("coder"),
  changes: Partial<FleetFacts> = {},
): FleetFacts => ({
  fleet,
  snapshot: {
    signals: freshSignals(),
    objectives: fleet.objectives.map(({ name }) => ({
      name,
      share: freshSignals().arrivals,
    })),
  },
  series: fullSeries(),
  problem: "",
  ...changes,
});

export function healthyFacts(changes: Partial<ClusterFacts> = {}): ClusterFacts {
  const pool: CompiledPool = aPool("gb200-east");
  const fleet = aFleet("coder");
  const nodes = [...rackOf("rack-1"), ...rackOf("rack-2")];
  const needs = neededAccess({
    namespace: "breakwater-system",
    leaseName: "breakwater",
    pools: [pool],
    fleets: [fleet],
  });
  return {
    now: NOW,
    subject: "breakwater-system/breakwater",
    desired: { pools: [pool], fleets: [fleet], overrides: [], problems: [], broken: [] },
    access: needs.map((need) => ({
      need,
      answer: { kind: "answered", allowed: true, group: "", resource: "" },
    })),
    pools: [{ pool, reading: { count: null, refusals: [] }, problem: "" }],
    fleets: [fleetFacts(fleet)],
    nodes,
    nodeLabels: labelled(nodes),
    workloads: {
      pods: [aPod("coder-0"), aPod("coder-1")],
      rollouts: [],
      unreadable: [],
      sized: [],
    },
    budgets: [],
    routers: [],
    pods: [],
    timeouts: [],
    unread: [],
    ...changes,
  };
}

export const aPod = (name: string): ClusterFacts["workloads"]["pods"][number] => ({
  namespace: "agents",
  name,
  uid: `uid-${name}`,
  node: "rack-1-n0",
  fleet: "agents/coder",
  role: "Aggregated",
  ready: true,
  readySince: NOW,
  terminating: false,
});

/** @returns what is not well, without the name of the check */
export const problemsOf = (facts: ClusterFacts): readonly Finding[] =>
  examine(facts).filter(({ severity }) => severity !== "ok");
