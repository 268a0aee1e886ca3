/** RackPool's `backend`: which object, or set of objects, holds the count of the pool. */
import { z } from "zod";
import { apiVersion, count, label, labels, MANY, objectKind, objectName } from "./fields.ts";
import { type Rule, withRules } from "./rule.ts";

const namespace = z
  .string()
  .max(63)
  .default("")
  .describe("Its namespace; empty for a cluster-scoped object.");

const target = z
  .object({
    apiVersion: apiVersion("Its group and version, such as cluster.x-k8s.io/v1beta2."),
    kind: objectKind("Its kind, such as MachineDeployment."),
    namespace,
    name: objectName("Its name."),
  })
  .describe("The object whose count is the size of the pool.");

const members = z
  .object({
    apiVersion: apiVersion("Their group and version, such as karpenter.sh/v1."),
    kind: objectKind("Their kind, such as NodePool."),
    namespace,
    selector: labels("Labels that every object of the set carries."),
    nodeLabel: z
      .string()
      .min(1)
      .max(317)
      .describe("The node label whose value is the object's name, such as karpenter.sh/nodepool."),
  })
  .describe("The objects of an object set: one rack each, or none.");

const KINDS = [
  "coreweave",
  "cluster-api",
  "karpenter",
  "object-set",
  "scale",
  "field",
  "manual",
] as const;
type Kind = (typeof KINDS)[number];

const PRESETS = [
  "openshift",
  "gardener",
  "kcc",
  "ack",
  "aso",
  "crossplane-gke",
  "crossplane-eks",
  "rancher",
] as const;

const fields = z
  .object({
    kind: z
      .enum(KINDS)
      .describe(
        "How the size is read and written: a CoreWeave NodePool, a Cluster API " +
          "MachineDeployment, MachineSet or MachinePool, a static Karpenter NodePool, a set of " +
          "objects of one rack each, any object with a scale subresource, any object with a " +
          "field that counts, or a person.",
      ),
    name: objectName("Name of the NodePool; for coreweave and karpenter.").optional(),
    target: target.optional(),
    members: members.optional(),
    preset: z
      .enum(PRESETS)
      .describe("A vendor's kind whose count or marks for victims are known.")
      .optional(),
    path: z
      .string()
      .max(253)
      .startsWith("/")
      .describe("JSON Pointer to the count, such as /spec/nodeCount; not needed with a preset.")
      .optional(),
    item: label(
      "Name of the entry of machinePools that is the pool; for preset rancher.",
    ).optional(),
    countPerRack: count(
      "What one rack is in the count: 1 if it counts racks, rack.nodes if nodes.",
      1,
      MANY,
    ).optional(),
    nodeLabels: labels(
      "Labels that every node of the pool carries; known for coreweave and karpenter.",
    ).default({}),
    acknowledgeUnproven: z
      .boolean()
      .default(false)
      .describe("Lets a backend act by itself that was proven against documentation only."),
  })
  .describe("The object whose count is the size of the pool.");

type Written = z.output<typeof fields>;
type Part = "name" | "target" | "members" | "preset" | "path" | "item" | "countPerRack";
const PARTS: readonly Part[] = [
  "name",
  "target",
  "members",
  "preset",
  "path",
  "item",
  "countPerRack",
];

interface Form {
  readonly needs: readonly Part[];
  readonly may: readonly Part[];
}

const FORMS: Readonly<Record<Kind, Form>> = {
  coreweave: { needs: ["name"], may: [] },
  "cluster-api": { needs: ["target"], may: [] },
  karpenter: { needs: ["name"], may: [] },
  "object-set": { needs: ["members", "countPerRack"], may: ["path", "preset"] },
  scale: { needs: ["target", "countPerRack"], may: ["preset"] },
  field: { needs: ["target", "countPerRack"], may: ["path", "preset", "item"] },
  manual: { needs: [], may: [] },
};

function formRule(kind: Kind, { needs, may }: Form): Rule<Written> {
  const barred = PARTS.filter((part) => !needs.includes(part) && !may.includes(part));
  const terms = [
    ...needs.map((part) => `has(self.${part})`),
    ...barred.map((part) => `!has(self.${part})`),
  ];
  const needed = needs.length === 0 ? "" : `needs ${needs.join(" and ")}, and `;
  return {
    cel: `self.kind != '${kind}' || (${terms.join(" && ")})`,
    holds: (self) =>
      self.kind !== kind ||
      (needs.every((part) => self[part] !== undefined) &&
        barred.every((part) => self[part] === undefined)),
    message: `kind ${kind} ${needed}takes no ${barred.join(", ")}`,
  };
}

const oneOf = (names: readonly string[]): string =>
  `[${names.map((name) => `'${name}'`).join(", ")}]`;

/** Presets that mark victims for a scale subresource; the others name a field. */
const SCALE_PRESETS: readonly string[] = ["openshift", "gardener"];
const LABELLED: readonly string[] = ["coreweave", "karpenter"];
const POINTED: readonly string[] = ["field", "object-set"];
/** One object whose count is written, and whose controller picks who goes. */
const COUNT_ALONE: readonly string[] = ["scale", "field"];
const KARPENTER = "karpenter.sh/";

export const rackBackend = withRules(fields, [
  ...KINDS.map((kind) => formRule(kind, FORMS[kind])),
  {
    cel: `self.kind in ${oneOf(LABELLED)} || self.nodeLabels.size() > 0`,
    holds: (self) => LABELLED.includes(self.kind) || Object.keys(self.nodeLabels).length > 0,
    message:
      "every kind but coreweave and karpenter needs at least one label that tells the pool's " +
      "nodes from others",
    field: "nodeLabels",
  },
  {
    cel: `!(self.kind in ${oneOf(POINTED)}) || has(self.path) != has(self.preset)`,
    holds: (self) =>
      !POINTED.includes(self.kind) || (self.path === undefined) !== (self.preset === undefined),
    message: "kinds field and object-set need either path or preset, and not both",
    field: "path",
  },
  {
    cel: `!has(self.preset) || (self.kind == 'scale') == (self.preset in ${oneOf(SCALE_PRESETS)})`,
    holds: (self) =>
      self.preset === undefined || (self.kind === "scale") === SCALE_PRESETS.includes(self.preset),
    message: "presets openshift and gardener are for kind scale, the others for a field",
    field: "preset",
  },
  {
    cel:
      `!(self.kind in ${oneOf(COUNT_ALONE)}) || !has(self.target) || ` +
      `!self.target.apiVersion.startsWith('${KARPENTER}')`,
    holds: ({ kind, target: of }) =>
      !COUNT_ALONE.includes(kind) || of === undefined || !of.apiVersion.startsWith(KARPENTER),
    message:
      "Karpenter picks the nodes that go by itself, also of racks that serve; take kind " +
      "karpenter, with the NodePool's name: it lowers the count only while no other node can go",
    field: "target",
  },
  {
    cel: "has(self.item) == (has(self.preset) && self.preset == 'rancher')",
    holds: (self) => (self.item !== undefined) === (self.preset === "rancher"),
    message: "item names the machine pool of preset rancher: needed there, and there only",
    field: "item",
  },
]);
