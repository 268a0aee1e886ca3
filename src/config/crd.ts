/** The kinds as CustomResourceDefinitions and as JSON schemas. */
import type { JsonSchema } from "./decode-json-schema.ts";
import { API_VERSION, type Column, GROUP, type Kind, VERSION } from "./kind.ts";
import { KINDS } from "./kinds.ts";
import { structuralSchema } from "./structural-schema.ts";

/** @returns one manifest per kind, as plain data that any YAML writer can print. */
export const customResourceDefinitions = (): readonly JsonSchema[] => KINDS.map(crdOf);

function crdOf(kind: Kind): JsonSchema {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ["breakwater"],
      },
      scope: kind.scope,
      versions: [versionOf(kind)],
    },
  };
}

function versionOf(kind: Kind): JsonSchema {
  return {
    name: VERSION,
    served: true,
    storage: true,
    subresources: { status: {} },
    additionalPrinterColumns: kind.columns.map(columnOf),
    schema: {
      openAPIV3Schema: {
        type: "object",
        description: kind.description,
        required: ["spec"],
        properties: {
          apiVersion: { type: "string", description: `Always ${API_VERSION}.` },
          kind: { type: "string", description: `Always ${kind.kind}.` },
          metadata: { type: "object" },
          spec: structuralSchema(kind.spec),
          status: structuralSchema(kind.status),
        },
      },
    },
  };
}

function columnOf(column: Column): JsonSchema {
  const { priority, ...rest } = column;
  return priority === 0 ? rest : { ...rest, priority };
}
