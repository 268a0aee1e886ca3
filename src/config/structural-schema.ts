/**
 * zod schema → the structural OpenAPI v3 schema that a CustomResourceDefinition takes. What the
 * API server refuses or cannot price is taken out here, and nowhere else.
 */
import { z } from "zod";
import { type JsonSchema, schemaEntries, schemaObject } from "./decode-json-schema.ts";

/**
 * @returns a structural schema: every type stated once, no unions but int-or-string
 * @throws Error when a schema has no structural form
 */
export function structuralSchema(schema: z.ZodType): JsonSchema {
  const written = z.toJSONSchema(schema, { target: "openapi-3.0", io: "input" });
  return structural(schemaObject(written, "schema"), "schema");
}

function structural(schema: JsonSchema, place: string): JsonSchema {
  if (schema["x-kubernetes-int-or-string"] === true) return intOrString(schema);
  for (const union of ["anyOf", "oneOf", "allOf", "not"]) {
    if (union in schema) throw new Error(`${place}: ${union} is not structural; use a CEL rule`);
  }
  const children = objectPart(schema, place);
  return {
    ...scalarPart(schema),
    ...children,
    ...defaultPart(schema, children),
    ...("items" in schema
      ? { items: structural(schemaObject(schema["items"], place), `${place}.items`) }
      : {}),
  };
}

const CHILDREN: ReadonlySet<string> = new Set([
  "properties",
  "additionalProperties",
  "propertyNames",
  "items",
  "$schema",
]);

/** Everything but children, without the bounds and patterns that say nothing to an API server. */
function scalarPart(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(([keyword, value]) => {
      if (CHILDREN.has(keyword)) return false;
      if (keyword === "maximum") return value !== Number.MAX_SAFE_INTEGER;
      if (keyword === "minimum") return value !== Number.MIN_SAFE_INTEGER;
      // The API server checks the format by itself; zod's pattern for it is 300 characters long.
      return !(keyword === "pattern" && schema["format"] === "date-time");
    }),
  );
}

function objectPart(schema: JsonSchema, place: string): JsonSchema {
  const properties = schemaEntries(schema["properties"], place);
  if (properties.length > 0) {
    return {
      properties: Object.fromEntries(
        properties.map(([name, child]) => [name, structural(child, `${place}.${name}`)]),
      ),
    };
  }
  const values = schema["additionalProperties"];
  if (values === undefined || values === false) return {};
  const child = structural(schemaObject(values, place), `${place}.*`);
  // Without a bound on a map the price of any CEL rule on it is unbounded.
  return { additionalProperties: child, maxProperties: MAX_MAP_ENTRIES };
}

/**
 * The default `{}` stands for the defaults inside it. They are written out, since the API server
 * evaluates CEL rules on a default as it is written.
 */
function defaultPart(schema: JsonSchema, children: JsonSchema): JsonSchema {
  const properties = schemaEntries(children["properties"], "default");
  if (JSON.stringify(schema["default"]) !== "{}" || properties.length === 0) return {};
  const inner = properties.flatMap(([name, child]) =>
    "default" in child ? [[name, child["default"]]] : [],
  );
  return { default: Object.fromEntries(inner) };
}

/** Labels, headers and phases: never more than a handful. */
const MAX_MAP_ENTRIES = 64;

/** Of the two branches the string's pattern and length stay; they bind strings only. */
function intOrString(schema: JsonSchema): JsonSchema {
  const branches = Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [];
  const string = branches
    .map((branch) => schemaObject(branch, "int-or-string"))
    .find(({ type }) => type === "string");
  const { anyOf: _branches, ...rest } = schema;
  const { type: _type, ...bounds } = string ?? {};
  return { ...rest, ...bounds };
}
