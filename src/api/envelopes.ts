/** The shape of each answer of the HTTP API. */
import { Type } from "typebox";
import { DecisionViewSchema } from "./decision-view.ts";
import { FleetViewSchema } from "./fleet-view.ts";
import { GroupViewSchema } from "./group-view.ts";
import { FleetHistorySchema } from "./history-view.ts";
import { PoolViewSchema } from "./pool-view.ts";
import { SchemaVersion } from "./schema-version.ts";
import { nullable } from "./vocabulary.ts";

export const FleetsAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  groups: Type.Array(GroupViewSchema),
  fleets: Type.Array(FleetViewSchema),
});
export type FleetsAnswer = Type.Static<typeof FleetsAnswerSchema>;

export const PoolsAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  pools: Type.Array(PoolViewSchema),
});
export type PoolsAnswer = Type.Static<typeof PoolsAnswerSchema>;

export const DecisionsAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  decisions: Type.Array(DecisionViewSchema, { description: "Newest first." }),
});
export type DecisionsAnswer = Type.Static<typeof DecisionsAnswerSchema>;

export const HistoryAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  resolutionSeconds: Type.Number(),
  momentsFromSeconds: nullable(
    Type.Number({ description: "The first instant that a moment is kept of; null: none yet." }),
  ),
  fleets: Type.Array(FleetHistorySchema),
});
export type HistoryAnswer = Type.Static<typeof HistoryAnswerSchema>;

/** Everything that was shown at one instant. */
export const MomentAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  groups: Type.Array(GroupViewSchema),
  fleets: Type.Array(FleetViewSchema),
  pools: Type.Array(PoolViewSchema),
  decisions: Type.Array(DecisionViewSchema, { description: "Made by then; newest first." }),
});
export type MomentAnswer = Type.Static<typeof MomentAnswerSchema>;

export const AboutAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  version: Type.String(),
  mode: Type.Enum(["live", "demo"], { description: "demo: the fleet and its time are simulated." }),
  speed: nullable(Type.Number({ description: "Simulated seconds per second; null when live." })),
  notes: Type.Array(Type.String(), { description: "What the reader must know; shown on top." }),
});
export type AboutAnswer = Type.Static<typeof AboutAnswerSchema>;

export const ReadyAnswerSchema = Type.Object({
  ready: Type.Boolean(),
  missing: Type.Array(Type.String()),
});

export const ErrorAnswerSchema = Type.Object({
  error: Type.String({ description: "What was found, what is expected, what to do." }),
});
