/** One page of options per kind, from the schema that the API server validates with. */
import { type JsonSchema, keywordList, keywordText } from "./decode-json-schema.ts";
import { schemaEntries, schemaObject } from "./decode-json-schema.ts";
import { rowsOf, table } from "./field-table.ts";
import { API_VERSION, type Kind } from "./kind.ts";
import { KINDS } from "./kinds.ts";
import { scenarioPage } from "./scenario-page.ts";
import { structuralSchema } from "./structural-schema.ts";

export interface ReferencePage {
  /** Without folder: `rackpool.md`. */
  readonly file: string;
  readonly markdown: string;
}

/** @returns the pages in Markdown. */
export const referencePages = (): readonly ReferencePage[] => [
  ...KINDS.map((kind) => ({ file: `${kind.singular}.md`, markdown: page(kind) })),
  { file: "scenario.md", markdown: scenarioPage() },
];

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
