/** expected.yaml: what the result of a scenario must be within, so that a change of it is seen. */
import { z } from "zod";
import { expected, fieldErrors } from "./decode-object.ts";
import type { Compilation } from "./field-error.ts";
import { strict } from "./scenario-fields.ts";

/** Far more than a result has fields. */
const BOUNDS_MAX = 256;

const number = (text: string) => z.number({ error: "a number" }).describe(text);

const bound = strict({
  min: number("The least that is accepted.").optional(),
  max: number("The most that is accepted.").optional(),
  measured: number("What it was when the bound was written; for readers.").optional(),
})
  .refine(({ min, max }) => min !== undefined || max !== undefined, { error: "min, max, or both" })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    error: "min must not exceed max",
  })
  .describe("One range, both ends included.");

const bounds = strict({
  bounds: z
    .record(z.string(), bound)
    .refine((all) => Object.keys(all).length > 0, { error: "at least one bound" })
    .refine((all) => Object.keys(all).length <= BOUNDS_MAX, {
      error: `at most ${BOUNDS_MAX} bounds`,
    })
    .describe("By field of the result, such as slo.attainment or surges[0].violations."),
}).describe("Ranges that every seed's result must be within.");

export interface ExpectedBound {
  /** A field of the result: `slo.attainment`. */
  readonly path: string;
  /** Infinite where nothing is asked. */
  readonly min: number;
  readonly max: number;
}

export function compileBounds(raw: unknown): Compilation<readonly ExpectedBound[]> {
  const parsed = bounds.safeParse(raw, { error: expected });
  if (!parsed.success) return { ok: false, errors: fieldErrors(parsed.error, raw) };
  const value = Object.entries(parsed.data.bounds).map(([path, { min, max }]) => ({
    path,
    min: min ?? Number.NEGATIVE_INFINITY,
    max: max ?? Number.POSITIVE_INFINITY,
  }));
  return { ok: true, value };
}
