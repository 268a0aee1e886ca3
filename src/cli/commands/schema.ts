import type { Command } from "commander";
import { jsonSchemaOf, kindNames } from "../../config/json-schema.ts";
import { UsageError } from "../usage-error.ts";

export function addSchema(program: Command): void {
  program
    .command("schema")
    .description("Print the JSON schema of a kind, for editors and linters.")
    .argument("<kind>", kindNames().join(", "))
    .addHelpText("after", "\nExample:\n  breakwater schema InferenceFleet\n")
    .action((kind: string) => {
      const schema = jsonSchemaOf(kind);
      if (schema === null) {
        const known = kindNames().join(", ");
        throw new UsageError(`kind: found "${kind}", expected one of ${known}`);
      }
      console.log(JSON.stringify(schema, null, 2));
    });
}
