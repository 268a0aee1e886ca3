/** The kinds as JSON schemas: for editors, for `breakwater schema`, for anything but Kubernetes. */
import { z } from "zod";
import { type JsonSchema, schemaObject } from "./decode-json-schema.ts";
import { API_VERSION, type Kind } from "./kind.ts";
import { KINDS } from "./kinds.ts";
import { SCENARIO } from "./scenario.ts";
import { scenarioJsonSchema } from "./scenario-schema.ts";

/** @returns the names of the kinds, in the order of the pages; the kind of files comes last. */
export const kindNames = (): readonly string[] => [...KINDS.map(({ kind }) => kind), SCENARIO.kind];

/**
 * @returns the schema (draft 2020-12) of a whole object of the kind as people write it, or null
 *   when there is no such kind
 */
export function jsonSchemaOf(name: string): JsonSchema | null {
  if (name.toLowerCase() === SCENARIO.kind.toLowerCase()) return scenarioJsonSchema();
  const kind = KINDS.find((candidate) => candidate.kind.toLowerCase() === name.toLowerCase());
  return kind === undefined ? null : wholeObject(kind);
}

function wholeObject(kind: Kind): JsonSchema {
  const written = z.toJSONSchema(kind.spec, { io: "input" });
  const { $schema, ...spec } = schemaObject(written, kind.kind);
  return {
    $schema,
    title: kind.kind,
    description: kind.description,
    type: "object",
    required: ["apiVersion", "kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: API_VERSION },
      kind: { const: kind.kind },
      metadata: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string", description: "Name of the object." } },
      },
      spec,
    },
  };
}
