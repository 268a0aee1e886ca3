/** Eight groups, each a fleet on a pool of its own. */
import type { TickReport } from "../../../src/ports/telemetry.ts";

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** @returns the report once for each group, under names of its own */
export const eightGroups = (report: TickReport): readonly TickReport[] =>
  NUMBERS.map((number) => renamed(report, number));

function renamed(report: TickReport, number: number): TickReport {
  const key = `agents/coder-${number}` as const;
  const pool = `gb200-east-${number}`;
  const { group, observation, decision } = report;
  return {
    ...report,
    group: {
      ...group,
      name: `group-${number}`,
      pools: group.pools.map((one) => ({
        ...one,
        name: pool,
        consumers: one.consumers.map((consumer) => ({
          ...consumer,
          fleet: { namespace: "agents", name: `coder-${number}` },
        })),
      })),
      fleets: group.fleets.map((fleet) => ({ ...fleet, key })),
    },
    observation: {
      ...observation,
      pools: observation.pools.map((one) => ({ ...one, name: pool })),
      fleets: observation.fleets.map((fleet) => ({ ...fleet, key })),
      intents: observation.intents.map((intent) => ({
        ...intent,
        name: intent.name.replace("gb200-east", pool),
        fleet: key,
        pool,
      })),
    },
    decision: {
      ...decision,
      fleets: decision.fleets.map((fleet) => ({ ...fleet, fleet: key })),
      pools: decision.pools.map((one) => ({
        ...one,
        pool,
        racks: one.racks.map((rack) => ({ ...rack, fleet: rack.fleet && key })),
      })),
      progress: [],
    },
  };
}
