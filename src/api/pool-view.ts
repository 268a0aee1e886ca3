/** One pool as of its last tick. */
import { Type } from "typebox";
import { nullable, RACK_PHASES, ReasonSchema } from "./vocabulary.ts";

const PhaseSchema = Type.Enum([...RACK_PHASES]);

const RackSchema = Type.Object({
  id: Type.String({ description: "Value of the domain label." }),
  phase: PhaseSchema,
  readyNodes: Type.Integer(),
  nodes: Type.Integer({ description: "Nodes seen, ready or not." }),
  cordonedNodes: Type.Integer(),
  degraded: Type.Boolean({ description: "In use with fewer usable nodes than planned." }),
  fleet: nullable(Type.String()),
});
export type RackView = Type.Static<typeof RackSchema>;

export const PoolViewSchema = Type.Object({
  pool: Type.String(),
  group: Type.String(),
  atSeconds: Type.Number(),
  backend: Type.String(),
  supply: Type.String(),
  committedRacks: Type.Integer(),
  maxRacks: Type.Integer(),
  nodesPerRack: Type.Integer(),
  usableNodesPerRack: Type.Integer(),
  desiredRacks: nullable(Type.Integer({ description: "null: the object could not be read." })),
  currentRacks: nullable(Type.Integer()),
  stock: nullable(Type.String()),
  racksByPhase: Type.Record(Type.String(), Type.Integer(), { description: "By rack phase." }),
  racks: Type.Array(RackSchema),
  holds: Type.Array(ReasonSchema),
  refusals: Type.Array(ReasonSchema),
  consumers: Type.Array(
    Type.Object({ fleet: Type.String(), guaranteed: Type.Integer(), max: Type.Integer() }),
  ),
});
export type PoolView = Type.Static<typeof PoolViewSchema>;
