/** What goes wrong, when the scenario says. Each fault draws from a stream of its own. */
import type { ScenarioFault } from "../config/compiled-scenario.ts";
import type { FleetKey } from "../core/compiled.ts";
import type { Timeline } from "./event-queue.ts";
import { PRIORITY } from "./event-queue.ts";
import type { FleetWorld } from "./fleet-world.ts";
import type { RackPool } from "./rack-pool.ts";
import { RandomStream, drawSome } from "./random.ts";

/** The field manager of a write that is not the controller's. */
const FOREIGN_WRITER = "kubectl-edit";

export interface FaultTargets {
  readonly timeline: Timeline;
  readonly seed: number;
  /** @throws when the world has no pool, or fleet, of that name */
  readonly pool: (name: string) => RackPool;
  readonly fleet: (key: FleetKey) => FleetWorld;
}

type PoolFault = Extract<ScenarioFault, { readonly pool: string }>;
type FleetFault = Extract<ScenarioFault, { readonly fleet: FleetKey }>;

/**
 * Schedules the faults that strike racks and engines; outages of metrics are asked for by time.
 * @throws when one names what the world does not have
 */
export function scheduleFaults(
  faults: readonly ScenarioFault[],
  startsAt: number,
  targets: FaultTargets,
): void {
  for (const [index, fault] of faults.entries()) {
    const random = new RandomStream(targets.seed, `fault/${index}/${fault.kind}`);
    const strike = strikeOf(fault, random, targets);
    if (strike === null) continue;
    targets.timeline.schedule(startsAt + fault.atMs, PRIORITY.supply, strike);
  }
}

/** @returns null for what strikes neither racks nor engines. */
function strikeOf(
  fault: ScenarioFault,
  random: RandomStream,
  targets: FaultTargets,
): (() => void) | null {
  if ("pool" in fault) {
    const pool = targets.pool(fault.pool);
    return () => strikePool(fault, pool, random);
  }
  if ("fleet" in fault) {
    const fleet = targets.fleet(fault.fleet);
    return () => strikeFleet(fault, fleet, { random, timeline: targets.timeline });
  }
  return null;
}

function strikePool(fault: PoolFault, pool: RackPool, random: RandomStream): void {
  const { outages, arrival } = pool;
  switch (fault.kind) {
    case "node-loss":
      return outages.loseNodes(fault.nodes, fault.forMs, random);
    case "rack-loss": {
      const { repair } = fault;
      const repairMs = repair === null ? null : () => random.duration(repair);
      return outages.loseRacks(fault.racks, repairMs, random);
    }
    case "spot-interruption":
      return outages.interrupt(fault.racks, fault.noticeMs, random);
    case "maintenance":
      return outages.maintain(fault.racks, fault.forMs, random);
    case "loan-reclaim":
      return outages.reclaim(fault.racks, () => random.duration(fault.grace));
    case "stuck-boot":
      return arrival.hang(fault.racks, fault.forMs);
    case "foreign-write":
      return pool.setDesired(fault.racks, FOREIGN_WRITER);
  }
}

interface Strike {
  readonly random: RandomStream;
  readonly timeline: Timeline;
}

function strikeFleet(fault: FleetFault, fleet: FleetWorld, { random, timeline }: Strike): void {
  const { kernel } = fleet;
  const later = (forMs: number, apply: () => void): void =>
    timeline.schedule(timeline.now() + forMs, PRIORITY.supply, apply);
  switch (fault.kind) {
    case "replica-crash": {
      const alive = fleet.endpoints().filter(({ replica }) => replica !== null);
      for (const endpoint of drawSome(alive, fault.replicas, random)) endpoint.crash();
      return;
    }
    case "slow-replicas": {
      const slow = drawSome(fleet.replicas(), fault.replicas, random);
      for (const replica of slow) kernel.setSlowdown(replica, fleet.enter(), fault.factor);
      later(fault.forMs, () => {
        const left = fleet.replicas().filter((replica) => slow.includes(replica));
        for (const replica of left) kernel.setSlowdown(replica, fleet.enter(), 1);
      });
      return;
    }
    case "cache-flush": {
      const all = fleet.replicas();
      const count = Math.round(fault.share * all.length);
      for (const one of drawSome(all, count, random)) kernel.flushCache(one, fleet.enter());
      return;
    }
    case "router-misroute":
      kernel.setMisroutedShare(fleet.enter(), fault.share);
      return later(fault.forMs, () => kernel.setMisroutedShare(fleet.enter(), 0));
    case "router-index-loss":
      kernel.setIndexKnown(fleet.enter(), false);
      return later(fault.forMs, () => kernel.setIndexKnown(fleet.enter(), true));
    case "turn-gaps":
      kernel.setTurnGaps(fleet.enter(), fault.factor);
      return later(fault.forMs, () => kernel.setTurnGaps(fleet.enter(), 1));
    case "forgetful-replicas": {
      const struck = drawSome(fleet.replicas(), fault.replicas, random);
      for (let ms = 0; ms < fault.forMs; ms += fault.everyMs) {
        later(ms, () => {
          const left = fleet.replicas().filter((replica) => struck.includes(replica));
          for (const replica of left) kernel.flushCache(replica, fleet.enter());
        });
      }
      return;
    }
    case "broken-counters":
      fleet.counters.break(fault.how);
      return later(fault.forMs, () => fleet.counters.mend());
    case "prompt-instability":
      kernel.setUnstablePrompts(fleet.enter(), fault.share, fault.depthTokens);
      return later(fault.forMs, () => kernel.setUnstablePrompts(fleet.enter(), 0, 0));
    case "rollout":
      return fleet.rollout.begin();
    case "cache-config": {
      const { kvFactor, prefixCaching } = fault;
      return fleet.rollout.begin({ kvFactor, prefixCaching });
    }
  }
}
