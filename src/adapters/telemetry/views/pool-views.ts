import { fleetKey, type CompiledPool } from "../../../core/compiled.ts";
import type { PoolDecision, RackSummary, StepTime, StuckStep } from "../../../core/decision.ts";
import { isLent, tenureEnd } from "../../../core/loans/lent.ts";
import type { EngineReading, PoolObservation, RackObservation } from "../../../core/observation.ts";
import { seconds } from "../../../core/units.ts";
import { instantSeconds } from "./json-number.ts";
import type { PoolView, RackView } from "../../../api/pool-view.ts";
import type { TickReport } from "../../../ports/telemetry.ts";

/** @returns a view per pool that was seen and decided on, in the policy's order. */
export function poolViews(report: TickReport): PoolView[] {
  const engines = report.observation.fleets.flatMap((fleet) => fleet.engines ?? []);
  return report.group.pools.flatMap((policy) => {
    const seen = report.observation.pools.find(({ name }) => name === policy.name);
    const decided = report.decision.pools.find(({ pool }) => pool === policy.name);
    if (seen === undefined || decided === undefined) return [];
    const atSeconds = instantSeconds(report.observation.now);
    const view = poolView({ policy, seen, decided, engines });
    return [{ group: report.group.name, atSeconds, ...view }];
  });
}

interface PoolFacts {
  readonly policy: CompiledPool;
  readonly seen: PoolObservation;
  readonly decided: PoolDecision;
  readonly engines: readonly EngineReading[];
}

function poolView(facts: PoolFacts): Omit<PoolView, "group" | "atSeconds"> {
  const { policy, seen, decided, engines } = facts;
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
    ...(policy.price !== null && { usdPerRackHour: policy.price.usdPerRackHour }),
    racksByPhase: { ...decided.racksByPhase },
    racks: decided.racks.map((rack) => ({
      ...rackView(rack, seen, policy),
      ...cachedView(
        seen.racks.find(({ id }) => id === rack.id),
        engines,
      ),
    })),
    awaited: decided.awaited.map(({ phase, waitedMs, stuck }) => ({
      phase,
      waitedSeconds: waitedMs / 1_000,
      ...stuckView(stuck),
    })),
    steps: decided.steps.map(stepView),
    problems: [...decided.problems],
    foreignNodes: (seen.foreign ?? []).flatMap(({ nodes }) => nodes),
    holds: [...decided.holds],
    refusals: [...seen.refusals],
    consumers: policy.consumers.map(({ fleet, guaranteed, max }) => ({
      fleet: fleetKey(fleet),
      guaranteed,
      max,
    })),
    ...loanView(policy, seen),
  };
}

function loanView({ loan }: CompiledPool, { racks }: PoolObservation): Pick<PoolView, "loan"> {
  if (loan === undefined) return {};
  const { max, fenceTaint, graceMs, minTenureMs } = loan;
  return {
    loan: {
      maxRacks: max,
      lentRacks: racks.filter(isLent).length,
      fenceTaint,
      graceSeconds: seconds(graceMs),
      minTenureSeconds: seconds(minTenureMs),
    },
  };
}

function rackView(
  { stuck, leavesBy: _leavesBy, ...rack }: RackSummary,
  { racks }: PoolObservation,
  { loan }: CompiledPool,
): RackView {
  const nodes = racks.find(({ id }) => id === rack.id)?.nodes ?? [];
  const cordonedNodes = nodes.filter(({ cordoned }) => cordoned).length;
  const until = loan === undefined ? null : tenureEnd({ nodes }, loan);
  return {
    ...rack,
    cordonedNodes,
    ...(until !== null && { lentUntilSeconds: instantSeconds(until) }),
    ...stuckView(stuck),
  };
}

/** What the rack's caches serve; nothing where not every ready engine of it is shown. */
function cachedView(
  rack: RackObservation | undefined,
  engines: readonly EngineReading[],
): Pick<RackView, "cachedTokensPerSecond"> {
  const pods = (rack?.pods ?? []).filter(({ ready, role }) => ready && role !== "Decode");
  const served = pods.map(
    ({ name }) => engines.find(({ pod }) => pod === name)?.cachedTokensPerSecond,
  );
  const known = served.filter((each) => each !== undefined);
  if (known.length === 0 || known.length < served.length) return {};
  return { cachedTokensPerSecond: known.reduce((sum, each) => sum + each, 0) };
}

function stuckView(stuck: StuckStep | undefined): Pick<RackView, "stuck"> {
  if (stuck === undefined) return {};
  const { step, waitedMs, p99Ms, nodes, text } = stuck;
  const times = { waitedSeconds: waitedMs / 1_000, p99Seconds: p99Ms / 1_000 };
  return { stuck: { step, ...times, nodes: [...nodes], text } };
}

const stepView = ({ step, fleet, measured, ...time }: StepTime): PoolView["steps"][number] => ({
  step,
  fleet,
  p50Seconds: time.p50Ms / 1_000,
  p95Seconds: time.p95Ms / 1_000,
  p99Seconds: time.p99Ms / 1_000,
  measured,
});
