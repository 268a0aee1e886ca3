/** The kinds of field that scenarios and bounds are made of, beyond those of the kinds. */
import { z } from "zod";
import { expected, pathIssues } from "./decode-object.ts";
import { duration, MANY, span } from "./fields.ts";
import { durationMs } from "./go-duration.ts";

/** An object that refuses fields it does not know: a misspelt one would be dropped in silence. */
export const strict = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `no such field, but one of ${Object.keys(shape).join(", ")}`
        : undefined,
  });

/** A plain number within bounds, fractions included. */
export const within = (text: string, least: number, most: number) => {
  const error = `a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error }).describe(text);
};

/** A plain number above 0. */
export const positive = (text: string, most = 1e9) => {
  const error = `a number above 0, at most ${most}`;
  return z.number({ error }).gt(0, { error }).max(most, { error }).describe(text);
};

/** Two points of a distribution of durations, both given. */
export const drawn = (text: string) =>
  strict({
    p50: duration("Half are shorter."),
    p95: duration("All but one in twenty are shorter."),
  })
    .refine(({ p50, p95 }) => durationMs(p50) <= durationMs(p95), {
      message: "p50 must not exceed p95",
      path: ["p50"],
    })
    .describe(text);

/** A duration above zero, or Never. */
export const spanOrNever = (text: string) => {
  const error = 'Never, or a duration above zero such as "120s"';
  return z.union([z.literal("Never"), span(text)], { error }).describe(text);
};

export const many = <T extends z.ZodType>(item: T, text: string) =>
  z.array(item).max(MANY).describe(text);

/**
 * One value for all, or a map from each one's name to its own; which of the two shows in a field of
 * `one`, so that a refusal speaks of what was meant. Every field must be optional.
 */
export const oneOrEach = <Shape extends z.ZodRawShape>(shape: Shape, text: string) => {
  const one = strict(shape);
  const all = one.transform((value) => ({ all: value }));
  const each = z
    .record(z.string(), one)
    .transform((byName) => ({ each: byName, otherwise: one.parse({}) }));
  const written = z.toJSONSchema(one, { io: "input" });
  const form = { anyOf: [written, { type: "object", additionalProperties: written }] };
  return z
    .unknown()
    .transform((value, context): z.output<typeof all> | z.output<typeof each> => {
      const named = typeof value === "object" && value !== null && !hasFieldOf(value, shape);
      const parsed = (named ? each : all).safeParse(value, { error: expected });
      if (parsed.success) return parsed.data;
      for (const { path, message } of pathIssues(parsed.error))
        context.issues.push({ code: "custom", path: [...path], message, input: value });
      return z.NEVER;
    })
    .meta({ description: text, ...form });
};

const hasFieldOf = (value: object, shape: z.ZodRawShape): boolean =>
  Object.keys(value).some((key) => Object.hasOwn(shape, key));
