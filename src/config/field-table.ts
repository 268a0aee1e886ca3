/** The fields of a schema as a Markdown table. */
import { type JsonSchema, keywordList, keywordText } from "./decode-json-schema.ts";
import { schemaEntries, schemaObject } from "./decode-json-schema.ts";

export interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every field in the order of the schema, parents before children. */
export function rowsOf(schema: JsonSchema, prefix: string): readonly Row[] {
  const required = keywordList(schema, "required");
  return schemaEntries(schema["properties"], prefix).flatMap(([name, child]) => {
    const row = { path: `${prefix}${name}`, schema: child, required: required.includes(name) };
    return [row, ...rowsOf(child, `${row.path}.`), ...itemRows(child, row.path)];
  });
}

/** Of what a list, a map or the first of several forms holds. */
function itemRows(schema: JsonSchema, path: string): readonly Row[] {
  const [first] = keywordList(schema, "anyOf");
  if (first !== undefined) return rowsOf(schemaObject(first, path), `${path}.`);
  if (isMap(schema)) {
    return rowsOf(schemaObject(schema["additionalProperties"], path), `${path}.*.`);
  }
  if (schema["type"] !== "array") return [];
  return rowsOf(schemaObject(schema["items"], path), `${path}[].`);
}

const isMap = (schema: JsonSchema): boolean => typeof schema["additionalProperties"] === "object";

export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, schema, required }) => {
    const cells = [`\`${path}\``, typeText(schema), defaultText(schema, required), textOf(schema)];
    return `| ${cells.map(escaped).join(" | ")} |`;
  });
  return ["| field | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}

const escaped = (cell: string): string => cell.replaceAll("|", "\\|");
const textOf = (schema: JsonSchema): string => keywordText(schema, "description");

function typeText(schema: JsonSchema): string {
  if (schema["x-kubernetes-int-or-string"] === true) return "duration";
  const values = keywordList(schema, "enum");
  if (values.length > 0) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (schema["format"] === "date-time") return "time (RFC 3339)";
  if (schema["type"] === "array") return "list";
  if (schema["type"] === "integer") return `integer${range(schema)}`;
  if ("const" in schema) return `\`${keywordText(schema, "const")}\``;
  const forms = keywordList(schema, "anyOf");
  if (forms.length > 0) {
    return forms.map((form) => typeText(schemaObject(form, "anyOf"))).join(" or ");
  }
  return isMap(schema) ? "map" : keywordText(schema, "type");
}

function range(schema: JsonSchema): string {
  const [least, most] = [keywordText(schema, "minimum"), keywordText(schema, "maximum")];
  if (least === "") return "";
  return most === "" ? ` ≥ ${least}` : ` ${least}..${most}`;
}

function defaultText(schema: JsonSchema, required: boolean): string {
  if (required) return "required";
  const value = schema["default"];
  // The defaults of an object's fields stand in the rows below it.
  const inRows = schema["properties"] ?? schema["anyOf"];
  if (value === undefined || (typeof value === "object" && inRows)) return "";
  return `\`${JSON.stringify(value)}\``;
}
