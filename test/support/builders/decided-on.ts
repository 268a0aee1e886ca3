/** Builder of what a decision was made on: 16 turns/s on four racks for three hours. */
import type { DecidedOn } from "../../../src/core/counterfactual/decided-on.ts";
import { observeCache } from "../../../src/core/cache/cache-history.ts";
import type { CacheMemory } from "../../../src/core/cache/cache-history.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { HOUR_MS, MINUTE_MS, after, epochMs, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallGroup } from "./compiled.ts";
import { NOW, aFleetObservation, aGroupObservation, aLoad, someSignals } from "./observed.ts";
import { aFleetMemory, aMemory } from "./remembered.ts";

/** Three hours of four racks at one hit rate. */
function aWatchedCache(turnsPerSecond: number, hitRate: number): CacheMemory {
  const from = after(NOW, millis(-3 * HOUR_MS));
  const minutes = Array.from({ length: 179 }, (_, n) => epochMs(from + n * MINUTE_MS));
  const watched = minutes.reduce<CacheMemory | null>(
    (memory, at) =>
      observeCache(memory, {
        at,
        racks: rackCount(4),
        kvTokens: 4_000_000,
        pinnedTokens: 200_000,
        promptTokensPerSecond: turnsPerSecond * 6_000,
        hitRate,
        waitSeconds: 0,
      }),
    null,
  );
  if (watched === null) throw new Error("nothing was watched");
  return watched;
}

export function aDecidedOn(
  given: {
    readonly turnsPerSecond?: number;
    readonly hitRate?: number;
    readonly fleet?: Partial<CompiledFleet>;
  } = {},
): DecidedOn {
  const { turnsPerSecond = 16, hitRate = 0.5, fleet = {} } = given;
  const load = {
    ...aLoad(turnsPerSecond),
    computedPromptTokens: turnsPerSecond * 6_000 * (1 - hitRate),
  };
  const cache = aWatchedCache(turnsPerSecond, hitRate);
  return {
    group: aSmallGroup(fleet),
    observation: aGroupObservation({ fleets: [aFleetObservation({ signals: someSignals(load) })] }),
    memory: aMemory(aFleetMemory({ turnsPerSecond, racks: 4 }, { cache })),
  };
}
