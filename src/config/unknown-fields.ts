/**
 * Fields that a kind does not know. The API server drops them and says so; a file that nobody else
 * reads must be refused, or a misspelt limit would be no limit.
 */
import { z } from "zod";
import { found } from "./decode-object.ts";
import { type JsonSchema, schemaEntries, schemaObject } from "./decode-json-schema.ts";
import type { FieldError } from "./field-error.ts";

/** @returns an error for each field under `value` that the schema has no place for */
export function unknownFields(
  schema: z.ZodType,
  value: unknown,
  path: string,
): readonly FieldError[] {
  return unknownIn(schemaObject(z.toJSONSchema(schema, { io: "input" }), path), value, path);
}

function unknownIn(schema: JsonSchema, value: unknown, path: string): readonly FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    const item = schemaObject(items, path);
    return value.flatMap((entry: unknown, at) => unknownIn(item, entry, `${path}[${at}]`));
  }
  const properties = new Map(schemaEntries(schema["properties"], path));
  if (typeof value !== "object" || value === null || properties.size === 0) return [];
  return Object.entries(value).flatMap(([name, inside]: [string, unknown]) => {
    const known = properties.get(name);
    if (known !== undefined) return unknownIn(known, inside, `${path}.${name}`);
    const expected = `no such field, but one of ${[...properties.keys()].join(", ")}`;
    return [{ path: `${path}.${name}`, found: found(inside), expected }];
  });
}
