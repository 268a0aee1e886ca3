import { isKeyOf, type CompiledGroup, type FleetKey } from "../../../core/compiled.ts";
import type { FleetDecision, PoolDecision, RackPhase, StepTime } from "../../../core/decision.ts";
import { elapsed } from "../../../core/units.ts";
import type { FleetView } from "../../../api/fleet-view.ts";
import type { TickReport } from "../../../ports/telemetry.ts";
import { instantSeconds } from "./json-number.ts";

type Arrival = NonNullable<FleetView["arrivals"]>[number];

/** The steps that a rack of a phase has before it, its present one first. */
const WAY = ["grant", "boot", "join", "start"] as const;
const FIRST_STEP: Partial<Readonly<Record<RackPhase, number>>> = {
  Requested: 0,
  Provisioning: 1,
  Joining: 2,
  Starting: 3,
};

interface OnItsWay {
  readonly phase: RackPhase;
  /** In its present step. */
  readonly waitedMs: number;
}

/**
 * When the racks on their way to a fleet are expected to serve: the medians of their steps, and the
 * p95s, added up, less what they have waited in the present one. A sum of p95s is beyond the p95 of
 * the sum. Racks that carry nobody's name yet are the fleet's as many as it holds beyond its own,
 * those that have nodes first.
 *
 * @returns instants, the earliest first; none where nothing is on its way
 */
export function arrivalViews({ fleet, heldRacks }: FleetDecision, report: TickReport): Arrival[] {
  const pools = report.decision.pools.filter(({ pool }) => drawsOn(report.group, fleet, pool));
  const named = pools.flatMap(({ racks }) => racks.filter((rack) => rack.fleet === fleet));
  let toAppear = Math.max(0, heldRacks - named.length);
  const arrivals = pools.flatMap((pool) => {
    const own = withNodes(fleet, pool, report);
    const nobodys = [...withNodes(null, pool, report), ...pool.awaited].slice(0, toAppear);
    toAppear -= nobodys.length;
    const steps = stepsOf(fleet, pool);
    return [...own, ...nobodys].flatMap((rack) => arrivalOf(rack, steps, report));
  });
  return arrivals.toSorted((a, b) => a.expectedAtSeconds - b.expectedAtSeconds);
}

const drawsOn = ({ pools }: CompiledGroup, fleet: FleetKey, pool: string): boolean =>
  pools.some(
    ({ name, consumers }) =>
      name === pool && consumers.some((consumer) => isKeyOf(fleet, consumer.fleet)),
  );

/**
 * Racks on their way that have a node. Where memory does not say since when, as of a log, the step
 * counts as just begun: late, not early.
 */
function withNodes(
  fleet: FleetKey | null,
  { pool, racks }: PoolDecision,
  { memory, observation: { now } }: TickReport,
): OnItsWay[] {
  const seen = memory.pools[pool]?.seen ?? {};
  return racks
    .filter((rack) => rack.fleet === fleet && FIRST_STEP[rack.phase] !== undefined)
    .map(({ id, phase }) => ({ phase, waitedMs: elapsed(seen[id]?.since ?? now, now) }));
}

/** The steps to serving, in their order; engines start in the fleet's own time. */
const stepsOf = (fleet: FleetKey, { steps }: PoolDecision): (StepTime | undefined)[] =>
  WAY.map((step) => steps.find((one) => one.step === step && (one.fleet ?? fleet) === fleet));

function arrivalOf(
  { phase, waitedMs }: OnItsWay,
  steps: readonly (StepTime | undefined)[],
  { observation }: TickReport,
): Arrival[] {
  const first = FIRST_STEP[phase];
  if (first === undefined) return [];
  const times = steps.slice(first).flatMap((time) => time ?? []);
  const at = instantSeconds(observation.now);
  const after = (of: (time: StepTime) => number): number => {
    const wholeMs = times.reduce((sum, time) => sum + of(time), 0);
    return at + Math.max(0, wholeMs - waitedMs) / 1_000;
  };
  return [
    {
      expectedAtSeconds: after(({ p50Ms }) => p50Ms),
      lateAfterSeconds: after(({ p95Ms }) => p95Ms),
    },
  ];
}
