import { describe, expect, it } from "vitest";
import { z } from "zod";
import { customResourceDefinitions } from "../../src/config/crd.ts";
import { jsonSchemaOf, kindNames } from "../../src/config/json-schema.ts";
import { referencePages } from "../../src/config/reference-page.ts";
import { structuralSchema } from "../../src/config/structural-schema.ts";

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const child = (node: unknown, key: string): unknown => (isNode(node) ? node[key] : undefined);

interface Place {
  readonly path: string;
  readonly schema: Node;
}

/** Every schema below this one, with its path. */
function places(schema: unknown, path: string): readonly Place[] {
  if (!isNode(schema)) return [];
  const properties = Object.entries(child(schema, "properties") ?? {});
  return [
    { path, schema },
    ...properties.flatMap(([name, inner]) => places(inner, `${path}.${name}`)),
    ...places(schema["items"], `${path}[]`),
    ...places(schema["additionalProperties"], `${path}.*`),
  ];
}

const KINDS = customResourceDefinitions().map((crd) => {
  const spec = child(crd, "spec");
  const versions = child(spec, "versions");
  const version: unknown = Array.isArray(versions) ? versions[0] : undefined;
  const schema = child(child(version, "schema"), "openAPIV3Schema");
  const kind = String(child(child(spec, "names"), "kind"));
  return { kind, spec, version, all: places(schema, kind) };
});

const offenders = (bad: (place: Place) => boolean): readonly string[] =>
  KINDS.flatMap(({ all }) => all.filter(bad).map(({ path }) => path));

describe("every schema is structural", () => {
  it("states its type once, unless it is int-or-string", () => {
    const untyped = offenders(
      ({ schema }) =>
        (typeof schema["type"] === "string") === (schema["x-kubernetes-int-or-string"] === true),
    );
    expect(untyped).toEqual([]);
  });

  it.each(["anyOf", "oneOf", "allOf", "not", "$ref", "patternProperties", "const"])(
    "never uses %s",
    (keyword) => {
      expect(offenders(({ schema }) => keyword in schema)).toEqual([]);
    },
  );

  it("never has additionalProperties beside properties, or false", () => {
    const bad = offenders(
      ({ schema }) =>
        "additionalProperties" in schema &&
        ("properties" in schema || !isNode(schema["additionalProperties"])),
    );
    expect(bad).toEqual([]);
  });

  it("bounds every text, list and map, so that rules can be priced", () => {
    const bad = offenders(({ path, schema }) => {
      if (!path.includes(".spec.")) return false;
      if (schema["type"] === "array") return schema["maxItems"] === undefined;
      if ("additionalProperties" in schema) return schema["maxProperties"] === undefined;
      const bounded = ["maxLength", "enum", "format"].some((keyword) => keyword in schema);
      return schema["type"] === "string" && !bounded;
    });
    expect(bad).toEqual([]);
  });
});

describe("every field", () => {
  it("has a sentence that describes it", () => {
    const bad = offenders(({ path, schema }) => {
      const isName = /\.(\*|metadata|domainKeys\[\]|victimNodeUIDs\[\])$/.test(path);
      const text = schema["description"];
      return (
        !isName && !path.endsWith("[]") && !(typeof text === "string" && /^[A-Z].+\.$/.test(text))
      );
    });
    expect(bad).toEqual([]);
  });

  it("of a list of objects in a spec is found by a key, but for consumers and windows", () => {
    const lists = offenders(
      ({ path, schema }) =>
        path.includes(".spec.") &&
        schema["type"] === "array" &&
        child(schema["items"], "type") === "object" &&
        schema["x-kubernetes-list-type"] !== "map",
    );
    expect(lists).toEqual(["RackPool.spec.supply.windows", "RackPool.spec.consumers"]);
  });

  it("with a default inside an object with defaults shows in the outer one", () => {
    const rack = KINDS[0]?.all.find(({ path }) => path === "RackPool.spec.rack");
    expect(rack?.schema["default"]).toMatchObject({ nodes: 18, usableNodes: 16, gpusPerNode: 4 });
  });
});

describe("the kinds", () => {
  it.each([
    ["RackPool", "Cluster", "rpool"],
    ["InferenceFleet", "Namespaced", "ifleet"],
    ["ScaleDecision", "Namespaced", "sdec"],
    ["FleetOverride", "Namespaced", "fover"],
  ])("%s: %s, short name %s, with a status", (kind, scope, shortName) => {
    const found = KINDS.find((candidate) => candidate.kind === kind);
    expect(found?.spec).toMatchObject({ scope, names: { shortNames: [shortName] } });
    expect(found?.version).toMatchObject({ subresources: { status: {} }, storage: true });
  });

  it("a decision's every field but approvals is immutable, by name", () => {
    const spec = KINDS[2]?.all.find(({ path }) => path === "ScaleDecision.spec")?.schema;
    const rules = spec?.["x-kubernetes-validations"];
    const guarded = (Array.isArray(rules) ? rules : [])
      .filter((rule: unknown) => String(child(rule, "message")).includes("is immutable"))
      .map((rule: unknown) => String(child(rule, "fieldPath")).slice(1));
    const fields = Object.keys(child(spec, "properties") ?? {});
    expect([...guarded, "approvals"].toSorted()).toEqual(fields.toSorted());
  });
});

describe("what cannot be structural is refused when it is written", () => {
  it("a union", () => {
    const schema = z.object({ a: z.union([z.string(), z.boolean()]) });
    expect(() => structuralSchema(schema)).toThrow("schema.a: anyOf is not structural");
  });
});

describe("other forms of the same schema", () => {
  it("JSON schemas of whole objects, found by name in any case", () => {
    expect(kindNames()).toEqual([
      "RackPool",
      "InferenceFleet",
      "ScaleDecision",
      "FleetOverride",
      "Scenario",
    ]);
    expect(jsonSchemaOf("rackpool")).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "RackPool",
      properties: { spec: { type: "object", required: ["backend", "supply", "limits"] } },
    });
    expect(jsonSchemaOf("Deployment")).toBeNull();
  });

  it("a page per kind with a row per field", () => {
    const pages = referencePages();
    expect(pages.map(({ file }) => file)).toContain("inferencefleet.md");
    const fleet = pages.find(({ file }) => file === "inferencefleet.md")?.markdown ?? "";
    expect(fleet).toContain(
      "| `objectives[].share` | string | required | Share of turns (TTFT) or tokens (ITL)",
    );
    expect(fleet).toContain('| `behavior.reviewInterval` | duration | `"60s"` |');
    expect(fleet).toContain("- `spec.racks`: min must not exceed max.");
  });
});
