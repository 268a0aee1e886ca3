/**
 * OpenShift's MachineSet and Machine (machine.openshift.io/v1beta1), written by hand after
 * openshift/api, machine/v1beta1/zz_generated.featuregated-crd-manifests at commit 10303fe8: what
 * is read and written here, with the types and the default that stand there.
 */
import { conditions, definition, object, type Schema, text } from "./foreign-kinds.ts";

const GROUP = { group: "machine.openshift.io", version: "v1beta1", scope: "Namespaced" } as const;

const count: Schema = { type: "integer", format: "int32" };
const labels: Schema = { type: "object", additionalProperties: text };
const anything: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

const MACHINE_SET = definition({
  ...GROUP,
  kind: "MachineSet",
  spec: {
    replicas: { ...count, default: 1 },
    deletePolicy: { type: "string", enum: ["Random", "Newest", "Oldest"] },
    selector: object({ matchLabels: labels }),
    template: object({ metadata: object({ labels }), spec: anything }),
  },
  status: { replicas: count, readyReplicas: count, availableReplicas: count, conditions },
  scale: {
    specReplicasPath: ".spec.replicas",
    statusReplicasPath: ".status.replicas",
    labelSelectorPath: ".status.labelSelector",
  },
});

const MACHINE = definition({
  ...GROUP,
  kind: "Machine",
  spec: { providerID: text, providerSpec: anything },
  status: {
    nodeRef: object({ kind: text, name: text, uid: text }),
    phase: text,
    errorReason: text,
    errorMessage: text,
    conditions,
  },
});

export const MACHINE_API = [MACHINE_SET, MACHINE];
