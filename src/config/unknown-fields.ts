/**
 * Fields that a kind does not know. The API server drops them and says so; a file that nobody else
 * reads must be refused, or a misspelt limit would be no limit.
 */
import { z } from "zod";
import { found } from "./decode-object.ts";
import type { FieldError } from "./field-error.ts";

/** @returns an error for each field under `value` that the schema has no place for */
export function unknownFields(
  schema: z.core.$ZodType,
  value: unknown,
  path: string,
): readonly FieldError[] {
  const bare = unwrapped(schema);
  if (Array.isArray(value)) {
    if (!(bare instanceof z.ZodArray)) return [];
    const { element } = bare;
    return value.flatMap((entry: unknown, at) => unknownFields(element, entry, `${path}[${at}]`));
  }
  if (!(bare instanceof z.ZodObject) || typeof value !== "object" || value === null) return [];
  const fields = new Map(Object.entries<z.core.$ZodType>(bare.shape));
  if (fields.size === 0) return [];
  return Object.entries(value).flatMap(([name, inside]: [string, unknown]) => {
    const known = fields.get(name);
    if (known !== undefined) return unknownFields(known, inside, `${path}.${name}`);
    const expected = `no such field, but one of ${[...fields.keys()].join(", ")}`;
    return [{ path: `${path}.${name}`, found: found(inside), expected }];
  });
}

/** What may be left out has the fields of what it is when it is there; one of several has none. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  const isOptional =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isOptional ? unwrapped(schema.unwrap()) : schema;
}
