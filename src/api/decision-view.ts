/** One decision: a change of a count that is proposed, under way or over. */
import { Type } from "typebox";
import { DIRECTIONS, INTENT_PHASES, nullable, ReasonSchema } from "./vocabulary.ts";

export const DecisionViewSchema = Type.Object({
  name: Type.String(),
  fleet: Type.String(),
  taker: nullable(Type.String({ description: "Move: the fleet that gets the rack." })),
  pool: Type.String(),
  direction: Type.Enum([...DIRECTIONS]),
  phase: Type.Enum([...INTENT_PHASES]),
  open: Type.Boolean({ description: "Something may still happen to it." }),
  fromRacks: Type.Integer(),
  toRacks: Type.Integer({ description: "Out: at most; In: exactly; others: as it is." }),
  askedRacks: nullable(Type.Integer({ description: "Out: the count fixed at execution." })),
  rack: nullable(Type.String({ description: "The rack to drain." })),
  reason: ReasonSchema,
  progress: nullable(Type.Object({ state: Type.String(), reason: ReasonSchema })),
  requiredApprovals: Type.Integer(),
  approvals: Type.Array(
    Type.Object({ by: Type.String(), verdict: Type.String(), reason: Type.String() }),
  ),
  onExpiry: Type.Optional(
    Type.String({ description: "What silence until expiresAtSeconds means: Drop or Proceed." }),
  ),
  maxUsdPerHour: Type.Optional(
    nullable(
      Type.Number({
        description: "What racks above the commitment may then cost an hour; null: unknown.",
      }),
    ),
  ),
  attainmentIfDone: Type.Optional(
    nullable(
      Type.Number({ description: "While it waits: predicted share inside every objective." }),
    ),
  ),
  attainmentIfNot: Type.Optional(
    nullable(Type.Number({ description: "With the racks held now." })),
  ),
  createdAtSeconds: Type.Number(),
  ageSeconds: Type.Number(),
  expiresAtSeconds: Type.Number({ description: "End of the time for verdicts." }),
});
export type DecisionView = Type.Static<typeof DecisionViewSchema>;
