/** Scenario as a JSON schema: pools and fleets are spelt out with the fields of their kinds. */
import { z } from "zod";
import { type JsonSchema, keywordList, schemaObject } from "./decode-json-schema.ts";
import { INFERENCE_FLEET } from "./inference-fleet.ts";
import { API_VERSION } from "./kind.ts";
import { RACK_POOL } from "./rack-pool.ts";
import { SCENARIO } from "./scenario.ts";

/** @returns the schema (draft 2020-12) of a scenario file */
export function scenarioJsonSchema(): JsonSchema {
  const { $schema, ...spec } = written(SCENARIO.spec);
  return {
    $schema,
    title: SCENARIO.kind,
    description: SCENARIO.description,
    type: "object",
    required: ["kind", "metadata", "spec"],
    properties: {
      apiVersion: { const: API_VERSION },
      kind: { const: SCENARIO.kind },
      metadata: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string", description: "Name of the scenario." } },
      },
      spec: {
        ...spec,
        properties: {
          ...schemaObject(spec["properties"], "spec"),
          pools: listOf(spec, "pools", RACK_POOL.spec),
          fleets: listOf(spec, "fleets", INFERENCE_FLEET.spec),
        },
      },
    },
  };
}

const written = (schema: z.ZodType): JsonSchema =>
  schemaObject(z.toJSONSchema(schema, { io: "input" }), SCENARIO.kind);

/** The scenario's own fields of an entry, then those of the kind; only what it adds is required. */
function listOf(spec: JsonSchema, name: string, kind: z.ZodType): JsonSchema {
  const list = schemaObject(schemaObject(spec["properties"], "spec")[name], name);
  const entry = schemaObject(list["items"], name);
  const ofKind = written(kind);
  // A scenario's pools need no backend, and fleets on fixed engines no racks.
  const optional = ["backend", "racks", "pools", "workloads"];
  const required = keywordList(ofKind, "required").filter(
    (field) => !optional.includes(String(field)),
  );
  return {
    ...list,
    items: {
      ...entry,
      additionalProperties: false,
      required: [...keywordList(entry, "required"), ...required],
      properties: {
        ...schemaObject(entry["properties"], name),
        ...schemaObject(ofKind["properties"], name),
      },
    },
  };
}
