/** The last tick of one group: pools and fleets that are decided on together. */
import { Type } from "typebox";
import { nullable } from "./vocabulary.ts";

export const FailureSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
});

export const GroupViewSchema = Type.Object({
  group: Type.String(),
  atSeconds: nullable(Type.Number({ description: "The last tick that was not aborted." })),
  everySeconds: Type.Optional(Type.Number({ description: "From one tick to the next." })),
  leading: Type.Boolean({ description: "This replica held the lease when the tick began." }),
  durationSeconds: Type.Number(),
  actions: Type.Array(
    Type.Object({
      kind: Type.String(),
      intent: Type.String(),
      outcome: Type.String(),
      detail: Type.String(),
    }),
  ),
  failure: nullable(FailureSchema),
});
export type GroupView = Type.Static<typeof GroupViewSchema>;
