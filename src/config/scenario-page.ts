/** The page of a scenario's options, from the schema that `breakwater simulate` reads it with. */
import { type JsonSchema, keywordList, keywordText, schemaObject } from "./decode-json-schema.ts";
import { table, rowsOf } from "./field-table.ts";
import { scenarioJsonSchema } from "./scenario-schema.ts";

/** @returns the page in Markdown */
export function scenarioPage(): string {
  const schema = scenarioJsonSchema();
  const spec = schemaObject(fieldsOf(schema)["spec"], "spec");
  const { world } = fieldsOf(spec);
  const { faults } = fieldsOf(world);
  const own = without(fieldsOf(spec), ["pools", "fleets", "world"]);
  const ofWorld = without(fieldsOf(world), ["faults"]);
  return [
    "<!-- Written by `npm run generate`; change the schema in src/config instead. -->",
    "# Scenario",
    keywordText(schema, "description"),
    "A file `scenario.yaml`; `breakwater schema Scenario` prints it for editors. A duration is a " +
      "Go duration such as `1h30m`, or seconds as a number. Fields that it does not know are " +
      "refused.",
    "## spec",
    table(rowsOf({ ...spec, properties: own }, "")),
    "`pools[]`: `name`, and every field of the spec of a [RackPool](rackpool.md); `backend` may " +
      "be left out, the provider is simulated.",
    "`fleets[]`: `name`, `namespace` (`default`), and every field of the spec of an " +
      "[InferenceFleet](inferencefleet.md). A fleet on fixed engines needs no `racks`, `pools` " +
      "and `workloads`.",
    "## spec.world",
    table(rowsOf({ ...schemaObject(world, "world"), properties: ofWorld }, "")),
    "## spec.world.faults",
    ...variantsOf(faults).flatMap(faultPart),
    "",
  ].join("\n\n");
}

const fieldsOf = (schema: unknown): JsonSchema =>
  schemaObject(schemaObject(schema, "scenario")["properties"], "scenario");

const without = (fields: JsonSchema, names: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

function variantsOf(faults: unknown): readonly JsonSchema[] {
  const items = schemaObject(schemaObject(faults, "faults")["items"], "faults[]");
  return keywordList(items, "oneOf").map((variant) => schemaObject(variant, "faults[]"));
}

function faultPart(variant: JsonSchema): readonly string[] {
  const { kind, ...fields } = fieldsOf(variant);
  const name = keywordText(schemaObject(kind, "kind"), "const");
  const shown = { ...variant, properties: fields };
  return [`### ${name}`, keywordText(variant, "description"), table(rowsOf(shown, ""))];
}
