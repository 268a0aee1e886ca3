/**
 * A rule that no single field can state, written once in two languages side by side: CEL for the
 * API server, TypeScript for files that never pass one.
 */
import type { z } from "zod";

/** One entry of `x-kubernetes-validations`. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** JSONPath from the object that carries the rule, such as `.racks.min`. */
  readonly fieldPath?: string;
}

export interface Rule<T> {
  readonly cel: string;
  readonly holds: (self: T) => boolean;
  /** What is expected, as a sentence. */
  readonly message: string;
  /** The field to blame, dots between names; absent: the object itself. */
  readonly field?: string;
}

/** @returns the schema with the rules added: checked by its parse, carried into the CRD. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  const checked = rules.reduce((sofar, rule) => {
    const path = rule.field === undefined ? [] : rule.field.split(".");
    return sofar.refine(rule.holds, { message: rule.message, path });
  }, schema);
  return withCel(checked, rules.map(celOf));
}

/** Adds rules that only the API server can check, such as those that compare with `oldSelf`. */
export function withCel<S extends z.ZodType>(schema: S, rules: readonly CelRule[]): S {
  const earlier = schema.meta()?.["x-kubernetes-validations"];
  const kept: readonly unknown[] = Array.isArray(earlier) ? earlier : [];
  return schema.meta({ "x-kubernetes-validations": [...kept, ...rules] });
}

function celOf(rule: Rule<never>): CelRule {
  const { cel, message, field } = rule;
  return { rule: cel, message, ...(field === undefined ? {} : { fieldPath: `.${field}` }) };
}
