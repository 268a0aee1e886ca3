/** What a scenario does to a fleet that a policy has to absorb: surges of traffic, and faults. */
import type {
  CompiledScenario,
  ScenarioFault,
  ScenarioTraffic,
} from "../../config/compiled-scenario.ts";
import type { FleetKey } from "../../core/compiled.ts";

export interface Disturbance {
  readonly atMs: number;
  /** When it is over; Infinity when it stays. */
  readonly untilMs: number;
  /** Of the rate of new sessions of its source; 1 for faults. */
  readonly factor: number;
  /** `traffic`, or the kind of fault. */
  readonly cause: string;
  /** The fleets it is felt by. */
  readonly fleets: readonly FleetKey[];
}

/** Faults of the eyes and of other people: nothing that turns feel by themselves. */
const UNFELT: readonly ScenarioFault["kind"][] = [
  "metrics-outage",
  "stale-metrics",
  "foreign-write",
  "stuck-boot",
];

/** @returns those that begin within the run, earliest first */
export function disturbancesOf(scenario: CompiledScenario): readonly Disturbance[] {
  const { faults, traffic } = scenario.world;
  const felt = faults.filter(({ kind }) => !UNFELT.includes(kind));
  const all = [...traffic.flatMap(surgesOf), ...felt.map((fault) => ofFault(fault, scenario))];
  const end = scenario.durationMs ?? Number.POSITIVE_INFINITY;
  return all.filter(({ atMs }) => atMs < end).toSorted((a, b) => a.atMs - b.atMs);
}

const surgesOf = ({ fleet, shape }: ScenarioTraffic): readonly Disturbance[] =>
  shape.flatMap(({ atMs, factor, holdMs, rampMs }) =>
    factor > 1
      ? [
          {
            atMs,
            untilMs: atMs + 2 * rampMs + holdMs,
            factor,
            cause: "traffic",
            fleets: [fleet],
          },
        ]
      : [],
  );

function ofFault(fault: ScenarioFault, { group }: CompiledScenario): Disturbance {
  const { atMs, kind } = fault;
  const untilMs = "forMs" in fault ? atMs + fault.forMs : Number.POSITIVE_INFINITY;
  const drawing = group.fleets.filter(
    (fleet) => !("pool" in fault) || fleet.pools.some(({ name }) => name === fault.pool),
  );
  const fleets = "fleet" in fault ? [fault.fleet] : drawing.map(({ key }) => key);
  return { atMs, untilMs, factor: 1, cause: kind, fleets };
}
