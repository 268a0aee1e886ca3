import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";

/** @returns whether a body has the shape of the answer */
export const isAnswer = <T extends TSchema>(schema: T, body: unknown): body is Static<T> =>
  Value.Check(schema, body);

/** An answer's schema and the type it promises. */
export type AnswerOf<T extends TSchema> = Static<T>;
export type AnswerSchema = TSchema;
