/** Changes that people and the world make to an observation between two ticks. */
import type {
  Approval,
  FleetObservation,
  GroupObservation,
  Intent,
  NodeObservation,
  OverrideObservation,
  PodObservation,
  PoolCount,
  PoolObservation,
} from "../../../src/core/observation.ts";
import { rackCount } from "../../../src/core/units.ts";
import { anOverride } from "./observed.ts";

type Edit = (world: GroupObservation) => GroupObservation;

export const withFleet =
  (changes: Partial<FleetObservation>): Edit =>
  (world) => ({ ...world, fleets: world.fleets.map((fleet) => ({ ...fleet, ...changes })) });

/** No change: no override at all. */
export const withOverride = (changes: Partial<OverrideObservation> | null): Edit =>
  withFleet({ overrides: changes === null ? [] : [anOverride(changes)] });

export const withFloor = (racks: number): Edit => withOverride({ floorRacks: rackCount(racks) });

export const withPool =
  (changes: Partial<PoolObservation>): Edit =>
  (world) => ({ ...world, pools: world.pools.map((pool) => ({ ...pool, ...changes })) });

export const withCount =
  (changes: Partial<PoolCount>): Edit =>
  (world) => ({
    ...world,
    pools: world.pools.map((pool) =>
      pool.count === null ? pool : { ...pool, count: { ...pool.count, ...changes } },
    ),
  });

export const withRack =
  (id: string, changes: { node?: Partial<NodeObservation>; pod?: Partial<PodObservation> }): Edit =>
  (world) => ({
    ...world,
    pools: world.pools.map((pool) => ({
      ...pool,
      racks: pool.racks.map((rack) =>
        rack.id !== id
          ? rack
          : {
              ...rack,
              nodes: rack.nodes.map((node) => ({ ...node, ...changes.node })),
              pods: rack.pods.map((pod) => ({ ...pod, ...changes.pod })),
            },
      ),
    })),
  });

export const withIntents =
  (changes: Partial<Intent>): Edit =>
  (world) => ({ ...world, intents: world.intents.map((intent) => ({ ...intent, ...changes })) });

export const withVerdict =
  (by: string, verdict: Approval["verdict"] = "Approve"): Edit =>
  (world) => ({
    ...world,
    intents: world.intents.map((intent) => ({
      ...intent,
      approvals: [...intent.approvals, { by, verdict, reason: "seen" }],
    })),
  });
