/** Why a fleet's hit rate is what it is: the verdict of a tick, and those of the hours before. */
import { Type } from "typebox";
import { SchemaVersion } from "./schema-version.ts";
import { CACHE_CAUSES, nullable } from "./vocabulary.ts";

const Share = Type.Number({ description: "0..1" });
const Cause = Type.Enum([...CACHE_CAUSES]);

export const CacheViewSchema = Type.Object({
  cause: Cause,
  hitRate: nullable(Share),
  expectedHitRate: nullable(Share),
  rackHelps: nullable(Type.Boolean({ description: "null: unknown" })),
  text: Type.String(),
  remedy: Type.Optional(Type.String({ description: "Empty: there is nothing to do." })),
  confidence: Type.Optional(Share),
  sinceSeconds: Type.Optional(Type.Number({ description: "When the fall began." })),
  shareOfGap: Type.Optional(
    Type.Number({ description: "Of the fall, what the named cause explains." }),
  ),
  coldTokensPerSecond: Type.Optional(
    Type.Number({ description: "Prompt tokens computed beyond what is usual." }),
  ),
  causes: Type.Optional(
    Type.Array(Type.Object({ cause: Cause, shareOfGap: Type.Number() }), {
      description: "The largest first.",
    }),
  ),
  evidence: Type.Optional(Type.Array(Type.String())),
});
export type CacheView = Type.Static<typeof CacheViewSchema>;

/** Ticks in a row whose verdict named the same cause. */
const CacheEpisodeSchema = Type.Object({
  fromSeconds: Type.Number(),
  untilSeconds: Type.Number({ description: "Of the last tick that said so." }),
  lowestHitRate: nullable(Share),
  verdict: CacheViewSchema,
});
export type CacheEpisode = Type.Static<typeof CacheEpisodeSchema>;

export const DiagnosesAnswerSchema = Type.Object({
  schemaVersion: SchemaVersion,
  fleets: Type.Array(
    Type.Object({
      fleet: Type.String({ description: "namespace/name" }),
      episodes: Type.Array(CacheEpisodeSchema, { description: "Oldest first." }),
    }),
  ),
});
export type DiagnosesAnswer = Type.Static<typeof DiagnosesAnswerSchema>;
