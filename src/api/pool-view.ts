/** One pool as of its last tick. */
import { Type } from "typebox";
import { nullable, RACK_PHASES, RACK_STEPS, ReasonSchema } from "./vocabulary.ts";

const PhaseSchema = Type.Enum([...RACK_PHASES]);

const StuckSchema = Type.Object({
  step: Type.Enum([...RACK_STEPS]),
  waitedSeconds: Type.Number(),
  p99Seconds: Type.Number({ description: "99 % of racks are through the step within it." }),
  nodes: Type.Array(Type.String(), { description: "Nodes that it waits for." }),
  text: Type.String({ description: "Which of them lack what." }),
});

const StepTimeSchema = Type.Object({
  step: Type.Enum([...RACK_STEPS]),
  fleet: nullable(Type.String({ description: "Whose engines start; null for other steps." })),
  p50Seconds: Type.Number(),
  p95Seconds: Type.Number(),
  p99Seconds: Type.Number(),
  measured: Type.Integer({ description: "Racks measured; 0: this is the prior." }),
});

const AwaitedSchema = Type.Object({
  phase: Type.Enum(["Requested", "Provisioning"]),
  waitedSeconds: Type.Number(),
  stuck: Type.Optional(StuckSchema),
});

const RackSchema = Type.Object({
  id: Type.String({ description: "Value of the domain label." }),
  phase: PhaseSchema,
  readyNodes: Type.Integer(),
  nodes: Type.Integer({ description: "Nodes seen, ready or not." }),
  cordonedNodes: Type.Integer(),
  degraded: Type.Boolean({ description: "In use with fewer usable nodes than planned." }),
  fleet: nullable(Type.String()),
  cachedTokensPerSecond: Type.Optional(
    Type.Number({
      description: "Prompt tokens that its caches serve: what draining it would cost to compute.",
    }),
  ),
  lentUntilSeconds: Type.Optional(
    Type.Number({ description: "It is left to the pool's loan until then; absent: not lent." }),
  ),
  stuck: Type.Optional(StuckSchema),
});
export type RackView = Type.Static<typeof RackSchema>;

const LoanSchema = Type.Object({
  maxRacks: Type.Integer(),
  lentRacks: Type.Integer({ description: "Racks with a node that is lent now." }),
  fenceTaint: Type.String({ description: "Key of the taint on racks that are not lent." }),
  graceSeconds: Type.Number({ description: "What its pods have to save their work." }),
  minTenureSeconds: Type.Number(),
});

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
  usdPerRackHour: Type.Optional(Type.Number()),
  racksByPhase: Type.Record(Type.String(), Type.Integer(), { description: "By rack phase." }),
  racks: Type.Array(RackSchema),
  awaited: Type.Array(AwaitedSchema, { description: "Asked for, no node yet; oldest first." }),
  steps: Type.Array(StepTimeSchema),
  problems: Type.Array(ReasonSchema),
  foreignNodes: Type.Array(Type.String(), { description: "With its labels, in others' racks." }),
  holds: Type.Array(ReasonSchema),
  refusals: Type.Array(ReasonSchema),
  consumers: Type.Array(
    Type.Object({ fleet: Type.String(), guaranteed: Type.Integer(), max: Type.Integer() }),
  ),
  loan: Type.Optional(LoanSchema),
});
export type PoolView = Type.Static<typeof PoolViewSchema>;
