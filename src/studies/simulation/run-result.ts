/** The result of a run that has come to its end. */
import type { SimulationResult } from "../../api/results.ts";
import type { RunTimeline } from "../../api/timeline.ts";
import type { CompiledFleet } from "../../core/compiled.ts";
import { rateWindowMs } from "../../core/signals/rate-window.ts";
import { seconds } from "../../core/units.ts";
import { millis } from "../../core/units.ts";
import type { KernelResults, OutcomeSlice } from "../../sim/kernel/contract.ts";
import { disturbancesOf } from "./disturbances.ts";
import type { FleetSlices } from "./fleet-slices.ts";
import { SLICE_MS, fleetSlices, violationSeconds } from "./fleet-slices.ts";
import { forecastResult } from "./forecast-score.ts";
import type { OfferedCounts } from "./offered-turns.ts";
import type { OpenRun } from "./open-run.ts";
import { simulationResult } from "./simulation-result.ts";
import type { FinishedFleet } from "./simulation-result.ts";
import { surgeResults } from "./surge-results.ts";

/** @throws Error when a turn or a rack was lost or doubled (INV-1), or a tick broke one */
export function runResult(open: OpenRun): SimulationResult {
  open.world.checkConserved();
  checkTicks(open);
  const durationMs = open.simulatedMs();
  const fleets = finishedFleets(open);
  const slices = new Map(fleets.map((each) => [each.fleet.key, slicesOf(each, durationMs)]));
  const { run, scenario, observer, world } = open;
  const { gpuHours, costUsd, ...racks } = world.account();
  return simulationResult(fleets, {
    scenario: scenario.name,
    policy: run.policy,
    seed: run.seed,
    simulatedSeconds: seconds(millis(durationMs)),
    violationSeconds: violationSeconds([...slices.values()]),
    gpuHours,
    costUsd,
    racks: {
      mean: durationMs > 0 ? (racks.rackHours * MS_PER_HOUR) / durationMs : 0,
      peak: racks.peakRacks,
      scaleUps: racks.scaleUps,
      scaleDowns: racks.scaleDowns,
      moves: racks.moves,
    },
    surges: surgeResults(disturbancesOf(scenario), {
      fleets: slices,
      durationMs,
      held: open.held,
    }),
    forecast: forecastResult(
      fleets.flatMap(({ fleet, kernel }) =>
        observer.scoreOf(fleet.key).judged(arrivedOf(kernel), windowOf(fleet)),
      ),
    ),
    decisions: observer.decisions(),
  });
}

/** @returns the run over time, or null where nobody asked for it */
export function runTimeline(open: OpenRun): RunTimeline | null {
  const durationMs = open.simulatedMs();
  const turns = finishedFleets(open).map((each) => {
    const { judged, slices } = slicesOf(each, durationMs);
    const felt = slices.map((slice, at) => ({ ...slice, arrived: judged[at] ?? 0 }));
    return [each.fleet.key, felt] as const;
  });
  return open.timeline?.finished(new Map(turns), durationMs) ?? null;
}

const MS_PER_HOUR = 3_600_000;

/** A port may fail, as on a cluster; a broken invariant is a bug of the controller or the world. */
function checkTicks({ observer }: OpenRun): void {
  const broken = [...observer.failures()].find(([failure]) => failure.includes(": INV-"));
  if (broken === undefined) return;
  const [failure, times] = broken;
  throw new Error(`${times} ticks failed: ${failure}`);
}

const finishedFleets = ({ offered, world }: OpenRun): readonly FinishedFleet[] =>
  world.fleets().map((each, at) => ({
    fleet: each.fleet,
    kernel: each.results(),
    offered: offered[at]?.counts() ?? NOTHING_OFFERED,
  }));

const NOTHING_OFFERED: OfferedCounts = { offered: 0, judged: 0, promptTokens: 0, idealTokens: 0 };

/** To the end of the run: the kernel's end with the last arrival. */
function slicesOf({ fleet, kernel, offered }: FinishedFleet, durationMs: number): FleetSlices {
  const empty: OutcomeSlice = { arrived: 0, metAll: 0, met: fleet.objectives.map(() => 0) };
  const many = Math.ceil(durationMs / SLICE_MS);
  const padded = Array.from({ length: many }, (_, at) => kernel.slices[at] ?? empty);
  return fleetSlices(padded, fleet.objectives, offered.offered - offered.judged);
}

const arrivedOf = ({ slices }: KernelResults): readonly number[] =>
  slices.map(({ arrived }) => arrived);

const windowOf = ({ signals }: CompiledFleet): number => rateWindowMs(signals.scrapeIntervalMs);
