import type { CompiledGroup } from "../../../src/core/compiled.ts";
import type {
  FleetDecision,
  PoolDecision,
  RackPhase,
  RackSummary,
} from "../../../src/core/decision.ts";
import { EMPTY_MEMORY } from "../../../src/core/memory.ts";
import type { FleetObservation, GroupObservation, Intent } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { millis, rackCount, ratio, turnsPerSecond, type EpochMs } from "../../../src/core/units.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { aGroup } from "./compiled.ts";
import { fleetSeen, poolSeen, START, type RackSpec } from "./observed.ts";

export const rackOf = (id: string, phase: RackPhase, changes: Partial<RackSummary> = {}) => ({
  id,
  phase,
  readyNodes: 18,
  nodes: 18,
  degraded: false,
  fleet: "agents/coder" as const,
  ...changes,
});

const FIVE_SERVING: readonly RackSummary[] = ["a", "b", "c", "d", "e"].map((letter) =>
  rackOf(`domain-${letter}`, "Serving"),
);

/** Five racks held, five wanted, 12 turns/s now and 13 expected. */
export function fleetDecided(changes: Partial<FleetDecision> = {}): FleetDecision {
  return {
    fleet: "agents/coder",
    outcome: "Hold",
    heldRacks: rackCount(5),
    servingRacks: rackCount(5),
    want: {
      racks: rackCount(5),
      curve: [3, 4, 5, 6, 7].map((racks) => ({
        racks: rackCount(racks),
        attainment: ratio([0.62, 0.93, 0.994, 0.999, 1][racks - 3] ?? 1),
      })),
      reason: reason("steady"),
      shrinkable: false,
      shrinkHold: reason("stabilization", "70 of 120 minutes."),
    },
    awardedRacks: rackCount(5),
    targetRacks: rackCount(5),
    reasons: [reason("steady"), reason("stabilization", "70 of 120 minutes.")],
    forecast: {
      horizonMs: 780_000,
      observed: turnsPerSecond(12),
      p10: turnsPerSecond(10),
      p50: turnsPerSecond(13),
      p90: turnsPerSecond(16),
      p99: turnsPerSecond(19),
      sizing: turnsPerSecond(17),
    },
    cache: {
      cause: "none",
      hitRate: ratio(0.9),
      expectedHitRate: ratio(0.91),
      rackHelps: null,
      text: "The hit rate is what five racks should give.",
    },
    steps: [
      {
        stage: "want",
        name: "racks",
        text: "Five racks hold the objectives.",
        numbers: { racks: 5 },
      },
    ],
    ...changes,
  };
}

const NO_RACKS: Readonly<Record<RackPhase, number>> = {
  Requested: 0,
  Provisioning: 0,
  Joining: 0,
  Starting: 0,
  Warming: 0,
  Serving: 0,
  Draining: 0,
  Releasing: 0,
  Gone: 0,
  Repairing: 0,
  Loaned: 0,
  Idle: 0,
};

export function poolDecided(
  racks: readonly RackSummary[] = FIVE_SERVING,
  changes: Partial<PoolDecision> = {},
): PoolDecision {
  const racksByPhase = { ...NO_RACKS };
  for (const { phase } of racks) racksByPhase[phase] += 1;
  const desiredRacks = rackCount(racks.length);
  const seen = { desiredRacks, racksByPhase, racks, awaited: [], steps: [], problems: [] };
  return { pool: "gb200-east", ...seen, holds: [], ...changes };
}

export interface ReportSpec {
  readonly group?: CompiledGroup;
  readonly now?: EpochMs;
  readonly leading?: boolean;
  /** Per fleet of the group, by key. */
  readonly seen?: Readonly<Record<string, Partial<FleetObservation>>>;
  readonly decided?: readonly FleetDecision[];
  readonly pools?: readonly PoolDecision[];
  readonly intents?: readonly Intent[];
  readonly progress?: TickReport["decision"]["progress"];
  readonly actions?: TickReport["actions"];
  readonly observedPools?: GroupObservation["pools"];
}

/** A calm tick of `agents/coder` on `gb200-east`, changed as `spec` says. */
export function aReport(spec: ReportSpec = {}): TickReport {
  const { group = aGroup(), now = START, leading = true, seen = {}, intents = [] } = spec;
  const pools = spec.pools ?? [poolDecided()];
  const observation: GroupObservation = {
    now,
    leading,
    pools: spec.observedPools ?? pools.map((pool) => observedAs(pool, group)),
    fleets: group.fleets.map((fleet) => fleetSeen(fleet, now, seen[fleet.key])),
    intents,
  };
  const fleets = spec.decided ?? [fleetDecided()];
  const progress = spec.progress ?? [];
  return {
    group,
    observation,
    memory: EMPTY_MEMORY,
    decision: { at: now, group: group.name, fleets, pools, progress, plan: [] },
    actions: spec.actions ?? [],
    durationMs: millis(12),
  };
}

/** What must have been seen for the pool to be summarised so. */
function observedAs({ pool, racks }: PoolDecision, group: CompiledGroup) {
  const policy = group.pools.find(({ name }) => name === pool);
  if (policy === undefined) throw new Error(`the group has no pool ${pool}`);
  const specs = racks.map(
    ({ id, nodes, readyNodes, phase }): RackSpec => ({
      id,
      nodes,
      ready: readyNodes,
      cordoned: phase === "Draining",
    }),
  );
  return poolSeen(policy, specs);
}
