/** How each disturbance was absorbed. */
import type { SurgeResult } from "../../api/results.ts";
import type { FleetKey } from "../../core/compiled.ts";
import type { Disturbance } from "./disturbances.ts";
import type { FleetSlices } from "./fleet-slices.ts";
import { SLICE_MS, slicesToAbsorb, violationSeconds, violationsBetween } from "./fleet-slices.ts";

export interface HeldGpus {
  /** Since the start of the run. */
  readonly atMs: number;
  /** GPU-hours of racks held since then. */
  readonly gpuHours: number;
}

export interface SurgeWorld {
  readonly fleets: ReadonlyMap<FleetKey, FleetSlices>;
  readonly durationMs: number;
  /** One a tick, oldest first. */
  readonly held: readonly HeldGpus[];
}

/**
 * @param disturbances earliest first
 * @returns one result each. Until the next one begins, misses and GPU-hours are charged to it
 */
export function surgeResults(
  disturbances: readonly Disturbance[],
  world: SurgeWorld,
): readonly SurgeResult[] {
  return disturbances.map((disturbance, at) => {
    const next = disturbances.slice(at + 1).find(({ atMs }) => atMs > disturbance.atMs);
    return surgeResult(disturbance, next?.atMs ?? world.durationMs, world);
  });
}

function surgeResult(
  { atMs, cause, factor, fleets }: Disturbance,
  nextMs: number,
  world: SurgeWorld,
): SurgeResult {
  const felt = fleets.flatMap((key) => world.fleets.get(key) ?? []);
  const [from, until] = [Math.floor(atMs / SLICE_MS), Math.ceil(nextMs / SLICE_MS)];
  const slices = slicesToAbsorb(felt, from, until);
  return {
    startSeconds: atMs / 1_000,
    cause,
    factor,
    timeToAbsorbSeconds: slices === null ? null : (slices * SLICE_MS) / 1_000,
    outsideSeconds: violationSeconds(felt, from, until),
    violations: felt.reduce((sum, fleet) => sum + violationsBetween(fleet, from, until), 0),
    extraGpuHours: extraGpuHours(world.held, atMs, nextMs),
  };
}

/** GPU-hours held beyond what the GPUs held at the onset would have come to. */
function extraGpuHours(held: readonly HeldGpus[], fromMs: number, untilMs: number): number {
  const before = held.findLast(({ atMs }) => atMs <= fromMs) ?? held[0];
  const after = held.findLast(({ atMs }) => atMs <= untilMs);
  if (before === undefined || after === undefined || after.atMs <= before.atMs) return 0;
  const [, rateSample] = held.filter(({ atMs }) => atMs >= before.atMs).slice(0, 2);
  if (rateSample === undefined) return 0;
  const perMs = (rateSample.gpuHours - before.gpuHours) / (rateSample.atMs - before.atMs);
  return after.gpuHours - before.gpuHours - perMs * (after.atMs - before.atMs);
}
