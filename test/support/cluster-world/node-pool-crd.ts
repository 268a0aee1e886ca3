/**
 * The provider's NodePool, as far as its documentation goes: cluster-scoped, a count in racks or in
 * nodes, a status, no scale subresource. Structural, so that a real API server stores it.
 */
const integer = { type: "integer", minimum: 0 };
const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

export const NODE_POOL_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "nodepools.compute.coreweave.com" },
  spec: {
    group: "compute.coreweave.com",
    scope: "Cluster",
    names: { kind: "NodePool", listKind: "NodePoolList", plural: "nodepools", singular: "nodepool" },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  instanceType: { type: "string" },
                  computeClass: { type: "string", enum: ["default", "spot"] },
                  autoscaling: { type: "boolean" },
                  minNodes: integer,
                  maxNodes: integer,
                  targetNodes: integer,
                  targetRacks: integer,
                  lifecycle: open,
                  nodeLabels: open,
                },
              },
              status: open,
            },
          },
        },
      },
    ],
  },
} as const;
