/** CustomResourceDefinitions of kinds that belong to others. */
type Schema = Readonly<Record<string, unknown>>;

const integer: Schema = { type: "integer", minimum: 0 };
const text: Schema = { type: "string" };
const object = (properties: Schema): Schema => ({ type: "object", properties });
const conditions: Schema = {
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
}

function definition({ group, version, kind, scope, spec, status, scale }: Foreign): object {
  const plural = `${kind.toLowerCase()}s`;
  const openAPIV3Schema = object({ spec: object(spec), status: object(status) });
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

/** Cluster API's MachineDeployment, with its scale subresource. */
export const MACHINE_DEPLOYMENT = definition({
  group: "cluster.x-k8s.io",
  version: "v1beta2",
  kind: "MachineDeployment",
  scope: "Namespaced",
  spec: { clusterName: text, replicas: integer },
  status: { replicas: integer, selector: text, conditions },
  scale: {
    specReplicasPath: ".spec.replicas",
    statusReplicasPath: ".status.replicas",
    labelSelectorPath: ".status.selector",
  },
});
