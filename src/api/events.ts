/** The messages of `/api/v1/events`, one JSON object each; the event's name is its `kind`. */
import { Type } from "typebox";
import { DecisionViewSchema } from "./decision-view.ts";
import { FleetViewSchema } from "./fleet-view.ts";
import { FailureSchema, GroupViewSchema } from "./group-view.ts";
import { HistoryPointSchema } from "./history-view.ts";
import { PoolViewSchema } from "./pool-view.ts";
import { SchemaVersion } from "./schema-version.ts";

const state = {
  fleets: Type.Array(FleetViewSchema),
  pools: Type.Array(PoolViewSchema),
  decisions: Type.Array(DecisionViewSchema),
};

/** Everything known now. Sent first, and after a gap that can no longer be filled. */
const SnapshotEventSchema = Type.Object({
  schemaVersion: SchemaVersion,
  kind: Type.Literal("snapshot"),
  groups: Type.Array(GroupViewSchema),
  ...state,
});

/** One tick of one group. Its fleets and pools are all there are in the group now. */
const TickEventSchema = Type.Object({
  schemaVersion: SchemaVersion,
  kind: Type.Literal("tick"),
  group: GroupViewSchema,
  ...state,
  history: Type.Array(Type.Object({ fleet: Type.String(), point: HistoryPointSchema }), {
    description: "The current minute of each fleet: replaces the one held before.",
  }),
});

/** A tick that was aborted: nothing was decided and nothing written. */
const FailureEventSchema = Type.Object({
  schemaVersion: SchemaVersion,
  kind: Type.Literal("failure"),
  group: Type.String(),
  failure: FailureSchema,
});

/** The group is gone, with its pools and fleets. */
const ForgottenEventSchema = Type.Object({
  schemaVersion: SchemaVersion,
  kind: Type.Literal("forgotten"),
  group: Type.String(),
});

export const ApiEventSchema = Type.Union([
  SnapshotEventSchema,
  TickEventSchema,
  FailureEventSchema,
  ForgottenEventSchema,
]);
export type SnapshotEvent = Type.Static<typeof SnapshotEventSchema>;
export type TickEvent = Type.Static<typeof TickEventSchema>;
export type ApiEvent = Type.Static<typeof ApiEventSchema>;
