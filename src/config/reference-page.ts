/** One page of options per kind, from the schema that the API server validates with. */
import { type JsonSchema, keywordList, keywordText } from "./decode-json-schema.ts";
import { schemaEntries, schemaObject } from "./decode-json-schema.ts";
import { API_VERSION, type Kind } from "./kind.ts";
import { KINDS } from "./kinds.ts";
import { structuralSchema } from "./structural-schema.ts";

export interface ReferencePage {
  /** Without folder: `rackpool.md`. */
  readonly file: string;
  readonly markdown: string;
}

/** @returns the pages in Markdown. */
export const referencePages = (): readonly ReferencePage[] =>
  KINDS.map((kind) => ({ file: `${kind.singular}.md`, markdown: page(kind) }));

function page(kind: Kind): string {
  const scope = kind.scope === "Cluster" ? "cluster-scoped" : "namespaced";
  return [
    "<!-- Written by `npm run generate`; change the schema in src/config instead. -->",
    `# ${kind.kind}`,
    kind.description,
    `\`apiVersion: ${API_VERSION}\`, ${scope}, short name \`${kind.shortNames.join(", ")}\`. ` +
      "A duration is a Go duration such as `1h30m`, or seconds as a number.",
    "## spec",
    table(rowsOf(structuralSchema(kind.spec), "")),
    ...rulesPart(kind),
    "## status",
    table(rowsOf(structuralSchema(kind.status), "")),
    "",
  ].join("\n\n");
}

interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every field in the order of the schema, parents before children. */
function rowsOf(schema: JsonSchema, prefix: string): readonly Row[] {
  const required = keywordList(schema, "required");
  return schemaEntries(schema["properties"], prefix).flatMap(([name, child]) => {
    const row = { path: `${prefix}${name}`, schema: child, required: required.includes(name) };
    return [row, ...rowsOf(child, `${row.path}.`), ...itemRows(child, row.path)];
  });
}

function itemRows(schema: JsonSchema, path: string): readonly Row[] {
  if (schema["type"] !== "array") return [];
  return rowsOf(schemaObject(schema["items"], path), `${path}[].`);
}

function table(rows: readonly Row[]): string {
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
  return "additionalProperties" in schema ? "map" : keywordText(schema, "type");
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
  if (value === undefined || (typeof value === "object" && schema["properties"])) return "";
  return `\`${JSON.stringify(value)}\``;
}

function rulesPart(kind: Kind): readonly string[] {
  const found = rulesOf(structuralSchema(kind.spec), "spec");
  return found.length === 0 ? [] : ["Rules across fields:", found.join("\n")];
}

function rulesOf(schema: JsonSchema, path: string): readonly string[] {
  const own = keywordList(schema, "x-kubernetes-validations").map(
    (rule) => `- \`${path}\`: ${keywordText(schemaObject(rule, path), "message")}.`,
  );
  const inner = schemaEntries(schema["properties"], path).flatMap(([name, child]) =>
    rulesOf(child, `${path}.${name}`),
  );
  if (schema["type"] !== "array") return [...own, ...inner];
  return [...own, ...rulesOf(schemaObject(schema["items"], path), `${path}[]`)];
}
