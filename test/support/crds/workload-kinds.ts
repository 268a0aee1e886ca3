/** CustomResourceDefinitions of kinds that run engines: what a count needs of them, no more. */
import { conditions, definition, integer, object, type Schema, text } from "./foreign-kinds.ts";

const template: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

const scaledBy = (labelSelectorPath: string): Schema => ({
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath,
});

const STATUS: Schema = {
  replicas: integer,
  readyReplicas: integer,
  availableReplicas: integer,
  updatedReplicas: integer,
  selector: text,
  hpaPodSelector: text,
  conditions,
};

const counted = (group: string, version: string, kind: string, selector = ".status.selector") =>
  definition({
    group,
    version,
    kind,
    scope: "Namespaced",
    spec: { replicas: integer, template, leaderWorkerTemplate: template, podSpec: template },
    status: STATUS,
    scale: scaledBy(selector),
  });

const role = {
  type: "object",
  required: ["name"],
  properties: {
    name: text,
    scaling: object({ mode: text }),
    spec: object({ replicas: integer, leaderWorkerTemplate: template }),
  },
};

/** All roles have replicas or none has, as the kind demands. */
const ALL_OR_NONE =
  "self.roles.all(r, r.spec.replicas == 0) || self.roles.all(r, r.spec.replicas > 0)";

const DISAGGREGATED_SET = definition({
  group: "disaggregatedset.x-k8s.io",
  version: "v1",
  kind: "DisaggregatedSet",
  scope: "Namespaced",
  spec: {
    roles: {
      type: "array",
      items: role,
      maxItems: 10,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    },
  },
  status: {
    roleStatuses: {
      type: "array",
      items: object({
        name: text,
        replicas: integer,
        readyReplicas: integer,
        updatedReplicas: integer,
      }),
    },
    conditions,
  },
  rules: [{ rule: ALL_OR_NONE, message: "replicas must be zero for all roles or for none" }],
});

/** What KEDA sizes its targets by. */
const SCALED_OBJECT = definition({
  group: "keda.sh",
  version: "v1alpha1",
  kind: "ScaledObject",
  scope: "Namespaced",
  spec: { scaleTargetRef: object({ apiVersion: text, kind: text, name: text }) },
  status: {},
});

export const WORKLOAD_KINDS: readonly object[] = [
  counted("leaderworkerset.x-k8s.io", "v1", "LeaderWorkerSet", ".status.hpaPodSelector"),
  counted("grove.io", "v1alpha1", "PodCliqueSet", ".status.hpaPodSelector"),
  counted("grove.io", "v1alpha1", "PodClique", ".status.hpaPodSelector"),
  counted("grove.io", "v1alpha1", "PodCliqueScalingGroup"),
  counted("nvidia.com", "v1alpha1", "DynamoGraphDeploymentScalingAdapter"),
  counted("disaggregatedset.x-k8s.io", "v1", "DisaggregatedSetRoleScaler"),
  DISAGGREGATED_SET,
  SCALED_OBJECT,
];
