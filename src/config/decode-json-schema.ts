/** What zod's JSON schema writer is known to emit for the kinds, read out of `unknown`. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** @throws Error when `value` is not an object: the schema writer changed its output. */
export function schemaObject(value: unknown, place: string): JsonSchema {
  if (isObject(value)) return value;
  throw new Error(`schema at ${place}: found ${JSON.stringify(value)}, expected an object`);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @returns the entries of an optional map of schemas, such as `properties`. */
export function schemaEntries(value: unknown, place: string): [string, JsonSchema][] {
  if (value === undefined) return [];
  return Object.entries(schemaObject(value, place)).map(([name, child]) => [
    name,
    schemaObject(child, `${place}.${name}`),
  ]);
}

/** @returns the keyword's value as text, "" when it is absent. */
export function keywordText(schema: JsonSchema, keyword: string): string {
  const value = schema[keyword];
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** @returns the entries of a keyword that holds a list, none when it is absent. */
export function keywordList(schema: JsonSchema, keyword: string): readonly unknown[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
}
