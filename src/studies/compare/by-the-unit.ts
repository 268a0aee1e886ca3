/**
 * The same scenario in a world where every unit is a rack of its own: what rounding up to whole
 * racks costs an autoscaler of replicas. The spare nodes of a rack are left out of it.
 */
import type { CompiledScenario, ScenarioFault } from "../../config/compiled-scenario.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../../core/compiled.ts";
import { nodeCount, rackCount, usdPerHour } from "../../core/units.ts";
import type { RackCount } from "../../core/units.ts";

/**
 * @returns null where racks do not fall apart into equal units: split fleets, units of several
 *   sizes, units that share a node, fixed replicas
 */
export function byTheUnit(scenario: CompiledScenario): CompiledScenario | null {
  const units = unitsPerRack(scenario);
  if (units === null) return null;
  const { group, world } = scenario;
  const times = (racks: number): number => racks * units;
  return {
    ...scenario,
    group: groupByTheUnit(group, units),
    world: {
      ...world,
      supply: world.supply.map((pool) => ({
        ...pool,
        startRacks: times(pool.startRacks),
        stock: pool.stock.map(({ atMs, racks }) => ({ atMs, racks: times(racks) })),
        ...(pool.quotaRacks === undefined ? {} : { quotaRacks: times(pool.quotaRacks) }),
        loanedRacks: times(pool.loanedRacks),
      })),
      faults: world.faults.map((fault) => faultByTheUnit(fault, units)),
    },
  };
}

function unitsPerRack({ group, world }: CompiledScenario): number | null {
  const [first] = group.fleets;
  const [workload] = first?.workloads ?? [];
  if (workload === undefined || world.engines.some(({ fixed }) => fixed !== null)) return null;
  const { unitsPerRack: units, gpusPerUnit } = workload;
  const alike = group.fleets.every(
    ({ workloads: [only, ...more] }) =>
      more.length === 0 &&
      only?.role === "Aggregated" &&
      only.unitsPerRack === units &&
      only.gpusPerUnit === gpusPerUnit,
  );
  const whole = group.pools.every(
    ({ rack }) => rack.usableNodes % units === 0 && gpusPerUnit % rack.gpusPerNode === 0,
  );
  return alike && whole && units > 1 ? units : null;
}

function groupByTheUnit(group: CompiledGroup, units: number): CompiledGroup {
  return {
    ...group,
    pools: group.pools.map((pool) => poolByTheUnit(pool, units)),
    fleets: group.fleets.map((fleet) => fleetByTheUnit(fleet, units)),
  };
}

function poolByTheUnit(pool: CompiledPool, units: number): CompiledPool {
  const times = (racks: RackCount): RackCount => rackCount(racks * units);
  const { backend, rack, supply, price, limits } = pool;
  const nodes = nodeCount(rack.usableNodes / units);
  return {
    ...pool,
    backend: { ...backend, countPerRack: backend.countPerRack === rack.nodes ? nodes : 1 },
    rack: { ...rack, nodes, usableNodes: nodes },
    supply: {
      ...supply,
      committedRacks: times(supply.committedRacks),
      windows: supply.windows.map((window) => ({ ...window, racks: times(window.racks) })),
    },
    price: price && { ...price, usdPerRackHour: usdPerHour(price.usdPerRackHour / units) },
    limits: {
      maxRacks: times(limits.maxRacks),
      maxDraining: times(limits.maxDraining),
      maxRequestsPerHour: limits.maxRequestsPerHour * units,
    },
    consumers: pool.consumers.map((consumer) => ({
      ...consumer,
      guaranteed: times(consumer.guaranteed),
      max: times(consumer.max),
    })),
    ...(pool.loan !== undefined && { loan: { ...pool.loan, max: times(pool.loan.max) } }),
  };
}

function fleetByTheUnit(fleet: CompiledFleet, units: number): CompiledFleet {
  const times = (racks: RackCount): RackCount => rackCount(racks * units);
  const { min, max, surviveRackLosses } = fleet.racks;
  return {
    ...fleet,
    racks: { min: times(min), max: times(max), surviveRackLosses: times(surviveRackLosses) },
    workloads: fleet.workloads.map((workload) => ({ ...workload, unitsPerRack: 1 })),
  };
}

const faultByTheUnit = (fault: ScenarioFault, units: number): ScenarioFault =>
  "racks" in fault ? { ...fault, racks: fault.racks * units } : fault;
