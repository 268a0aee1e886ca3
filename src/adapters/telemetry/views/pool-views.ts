import { fleetKey, type CompiledPool } from "../../../core/compiled.ts";
import type { PoolDecision, RackSummary } from "../../../core/decision.ts";
import type { PoolObservation } from "../../../core/observation.ts";
import { instantSeconds } from "./json-number.ts";
import type { PoolView, RackView } from "../../../api/pool-view.ts";
import type { TickReport } from "../../../ports/telemetry.ts";

/** @returns a view per pool that was seen and decided on, in the policy's order. */
export function poolViews(report: TickReport): PoolView[] {
  return report.group.pools.flatMap((policy) => {
    const seen = report.observation.pools.find(({ name }) => name === policy.name);
    const decided = report.decision.pools.find(({ pool }) => pool === policy.name);
    if (seen === undefined || decided === undefined) return [];
    const atSeconds = instantSeconds(report.observation.now);
    return [{ group: report.group.name, atSeconds, ...poolView(policy, seen, decided) }];
  });
}

function poolView(
  policy: CompiledPool,
  seen: PoolObservation,
  decided: PoolDecision,
): Omit<PoolView, "group" | "atSeconds"> {
  return {
    pool: policy.name,
    backend: policy.backend.kind,
    supply: policy.supply.kind,
    committedRacks: policy.supply.committedRacks,
    maxRacks: policy.limits.maxRacks,
    nodesPerRack: policy.rack.nodes,
    usableNodesPerRack: policy.rack.usableNodes,
    desiredRacks: decided.desiredRacks,
    currentRacks: seen.count?.current ?? null,
    stock: seen.count?.stock ?? null,
    racksByPhase: { ...decided.racksByPhase },
    racks: decided.racks.map((rack) => rackView(rack, seen)),
    holds: [...decided.holds],
    refusals: [...seen.refusals],
    consumers: policy.consumers.map(({ fleet, guaranteed, max }) => ({
      fleet: fleetKey(fleet),
      guaranteed,
      max,
    })),
  };
}

function rackView(rack: RackSummary, { racks }: PoolObservation): RackView {
  const nodes = racks.find(({ id }) => id === rack.id)?.nodes ?? [];
  return { ...rack, cordonedNodes: nodes.filter(({ cordoned }) => cordoned).length };
}
