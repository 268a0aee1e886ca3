/** Builders of memory: a fleet watched for three hours, a pool whose count is known. */
import { firstSighting } from "../../../src/core/demand/forecast.ts";
import type { FleetMemory, GroupMemory, PoolMemory } from "../../../src/core/memory.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_MEMORY, EMPTY_POOL_MEMORY } from "../../../src/core/memory.ts";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { CODER, NOW } from "./observed.ts";

/** Steady demand, and `racks` wanted every minute of the last `hours`. */
export function aFleetMemory(
  watched: {
    readonly turnsPerSecond?: number;
    readonly racks?: number;
    readonly hours?: number;
  } = {},
  changes: Partial<FleetMemory> = {},
): FleetMemory {
  const { turnsPerSecond = 1, racks = 1, hours = 3 } = watched;
  const reviews = hours * 60;
  return {
    ...EMPTY_FLEET_MEMORY,
    demand: {
      ...firstSighting({
        at: after(NOW, millis(-hours * HOUR_MS)),
        turnsPerSecond,
        servedPerSecond: turnsPerSecond,
        promptTokensPerTurn: 6_000,
        outputTokensPerTurn: 60,
      }),
      lastAt: after(NOW, millis(-1 * MINUTE_MS)),
      sigma: 0.03,
    },
    wants: Array.from({ length: reviews }, (_, n) => ({
      at: after(NOW, millis((n - reviews) * MINUTE_MS)),
      racks: rackCount(racks),
    })),
    lastReviewAt: after(NOW, millis(-1 * MINUTE_MS)),
    lastTrustedWant: rackCount(racks),
    ...changes,
  };
}

export const aPoolMemory = (expected: number, changes: Partial<PoolMemory> = {}): PoolMemory => ({
  ...EMPTY_POOL_MEMORY,
  expectedRacks: rackCount(expected),
  ...changes,
});

/** What is known of `agents/coder` on `gb200-east`. */
export const aMemory = (
  fleet: FleetMemory = aFleetMemory(),
  pool: PoolMemory = aPoolMemory(4),
): GroupMemory => ({
  ...EMPTY_MEMORY,
  fleets: { [CODER]: fleet },
  pools: { "gb200-east": pool },
});
