/** What would have been decided otherwise: "what if", "why not" and "what would flip it". */
import { Type } from "typebox";
import { SchemaVersion } from "./schema-version.ts";
import { nullable, OUTCOMES, ReasonSchema } from "./vocabulary.ts";

const About = {
  schemaVersion: SchemaVersion,
  fleet: Type.String({ description: "namespace/name" }),
  atSeconds: Type.Number({ description: "The tick that was decided again." }),
};

const NullableNumber = nullable(Type.Number());

export const OutcomeSchema = Type.Object({
  outcome: Type.Enum([...OUTCOMES]),
  heldRacks: Type.Integer(),
  wantRacks: Type.Integer(),
  awardRacks: Type.Integer(),
  targetRacks: Type.Integer({ description: "What the gate lets through now." }),
  attainmentAtHeld: nullable(
    Type.Number({
      description:
        "0..1, at the demand that sizing looks at, of the racks held; where fewer are wanted, of " +
        "those: more attain at least as much. null: not predicted",
    }),
  ),
  wantReason: ReasonSchema,
  reasons: Type.Array(ReasonSchema),
});
export type OutcomeView = Type.Static<typeof OutcomeSchema>;

export const WhatIfAnswerSchema = Type.Object({
  ...About,
  assumptions: Type.Array(Type.String()),
  decided: OutcomeSchema,
  otherwise: OutcomeSchema,
});
export type WhatIfAnswer = Type.Static<typeof WhatIfAnswerSchema>;

export const WhyNotAnswerSchema = Type.Object({
  ...About,
  racks: Type.Integer(),
  wantRacks: Type.Integer(),
  targetRacks: Type.Integer(),
  attainment: NullableNumber,
  attainmentAtWant: NullableNumber,
  requiredShare: Type.Number(),
  moreUsdPerHour: nullable(Type.Number({ description: "null: a price is not known" })),
  targetIfAsked: Type.Integer({ description: "What would be let through if asked for." }),
  sentences: Type.Array(Type.String()),
});
export type WhyNotAnswer = Type.Static<typeof WhyNotAnswerSchema>;

export const FlipsAnswerSchema = Type.Object({
  ...About,
  wantRacks: Type.Integer(),
  flips: Type.Array(
    Type.Object({
      assumption: Type.String({ description: "As `what-if` takes it." }),
      wantRacks: Type.Integer(),
    }),
    { description: "The nearest of each; what is not named flips nothing within reach." },
  ),
});
export type FlipsAnswer = Type.Static<typeof FlipsAnswerSchema>;
