/** CustomResourceDefinitions of kinds that belong to others. */
export type Schema = Readonly<Record<string, unknown>>;

export const integer: Schema = { type: "integer", minimum: 0 };
export const text: Schema = { type: "string" };
export const object = (properties: Schema): Schema => ({ type: "object", properties });
export const conditions: Schema = {
  type: "array",
  items: object({ type: text, status: text, reason: text, message: text }),
};

interface Foreign {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly scope: "Cluster" | "Namespaced";
  readonly spec: Schema;
  readonly status: Schema;
  readonly scale?: Schema;
  /** CEL over the spec. */
  readonly rules?: readonly { readonly rule: string; readonly message: string }[];
}

export function definition(foreign: Foreign): object {
  const { group, version, kind, scope, spec, status, scale, rules } = foreign;
  const plural = `${kind.toLowerCase()}s`;
  const checked = { ...object(spec), ...(rules && { "x-kubernetes-validations": rules }) };
  const openAPIV3Schema = object({ spec: checked, status: object(status) });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {}, ...(scale && { scale }) },
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}

/** CoreWeave's NodePool: exactly one of targetNodes and targetRacks, no scale subresource. */
export const COREWEAVE_NODE_POOL = definition({
  group: "compute.coreweave.com",
  version: "v1alpha1",
  kind: "NodePool",
  scope: "Cluster",
  spec: {
    instanceType: text,
    computeClass: text,
    targetNodes: integer,
    targetRacks: integer,
    autoscaling: { type: "boolean" },
    minNodes: integer,
    maxNodes: integer,
  },
  status: {
    currentNodes: integer,
    queuedNodes: integer,
    inProgress: integer,
    rackStatus: object({ target: integer, current: integer, queued: integer }),
    conditions,
  },
});
