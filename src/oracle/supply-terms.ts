/** What a scenario's supply allows: how many racks when, how long they take, what one costs. */
import type { CompiledFleet, CompiledPool } from "../core/compiled.ts";
import { fleetKey } from "../core/compiled.ts";
import { HOUR_MS, MINUTE_MS } from "../core/units.ts";
import { drawLeadTime, leadTimeStream, totalMs } from "../sim/lead-times.ts";
import { ProviderStock } from "../sim/provider-stock.ts";
import type { Scenario } from "./standing-fleet.ts";

export interface SupplyTerms {
  readonly startRacks: number;
  readonly minRacks: number;
  /** Most racks ever. */
  readonly maxRacks: number;
  /** Most racks at an instant, milliseconds after the start. */
  readonly racksAt: (atMs: number) => number;
  /** From order to service, of each rack the world will hand out, in the order of the orders. */
  readonly leadsMs: readonly number[];
  readonly medianLeadMs: number;
  readonly p95LeadMs: number;
  readonly grantMs: number;
  /** From the decision to give a rack back until it is gone. */
  readonly drainMs: number;
  readonly requestsPerHour: number;
  readonly gpusPerRack: number;
}

/** Orders whose lead times are known: more than anybody makes in a week. */
const ORDERS = 2_000;
/** Of the controller's steps of a drain, beside the release: turns end, pods go. Judgement. */
const EMPTYING_MS = 2 * MINUTE_MS;

/** One fleet on one pool: what a plan of racks can be made for. */
export interface LoneFleet {
  readonly fleet: CompiledFleet;
  readonly pool: CompiledPool;
}

/** Thrown when a scenario is asked for a reference that cannot plan for it. */
export class UnplannableScenario extends Error {}

/** @throws UnplannableScenario that says what the scenario has that cannot be planned for */
export function loneFleet({ name, group, world }: Scenario): LoneFleet {
  const [fleet, ...otherFleets] = group.fleets;
  const [pool, ...otherPools] = group.pools;
  const refuse = (found: string): never => {
    throw new UnplannableScenario(
      `scenario ${name}: found ${found}, expected one fleet on one pool without loans: ` +
        "references plan a single count of racks; run it with other policies",
    );
  };
  if (fleet === undefined || otherFleets.length > 0) return refuse(`${group.fleets.length} fleets`);
  if (pool === undefined || otherPools.length > 0) return refuse(`${group.pools.length} pools`);
  if (world.engines.some(({ fixed }) => fixed !== null)) return refuse("replicas without racks");
  if (world.supply.some(({ loanedRacks }) => loanedRacks > 0)) return refuse("racks on loan");
  return { fleet, pool };
}

/** @throws Error when the scenario has no supply for the pool */
export function supplyTerms(
  { world, startsAt }: Scenario,
  { fleet, pool }: LoneFleet,
  seed: number,
): SupplyTerms {
  const supply = world.supply.find((entry) => entry.pool === pool.name);
  if (supply === undefined) throw new Error(`the world has no supply for ${pool.name}`);
  const { nodes, gpusPerNode } = pool.rack;
  const stock = new ProviderStock({ supply, pool, startsAt });
  const share = pool.consumers.find((consumer) => fleetKey(consumer.fleet) === fleet.key)?.max ?? 0;
  const maxRacks = Math.min(pool.limits.maxRacks, share, fleet.racks.max);
  const stream = leadTimeStream(seed, pool.name);
  const leads = Array.from({ length: supply.startRacks + ORDERS }, () =>
    drawLeadTime(supply, stream),
  ).slice(supply.startRacks);
  const totals = leads.map(totalMs);
  const sorted = totals.toSorted((a, b) => a - b);
  return {
    startRacks: supply.startRacks,
    minRacks: Math.min(fleet.racks.min, maxRacks),
    maxRacks,
    racksAt: (atMs) => Math.min(maxRacks, stock.racksAt(startsAt + atMs)),
    leadsMs: totals,
    medianLeadMs: sorted[Math.floor(ORDERS * 0.5)] ?? 0,
    p95LeadMs: sorted[Math.floor(ORDERS * 0.95)] ?? 0,
    grantMs: supply.leadTimes.grant.p50Ms,
    drainMs: EMPTYING_MS + supply.release.p50Ms,
    requestsPerHour: pool.limits.maxRequestsPerHour,
    gpusPerRack: nodes * gpusPerNode,
  };
}

/** @returns GPU-hours of one rack held for so long */
export const rackGpuHours = ({ gpusPerRack }: SupplyTerms, forMs: number): number =>
  (gpusPerRack * forMs) / HOUR_MS;
