/** The part of an InferenceFleet that says what runs on the racks. */
import { z } from "zod";
import {
  apiVersion,
  count,
  keyedList,
  label,
  labels,
  objectKind,
  objectName,
  textLike,
} from "./fields.ts";
import { withRules } from "./rule.ts";

/** GPUs of an NVL72 rack: no unit spans racks. */
const GPUS_PER_RACK_MAX = 72;

const target = withRules(
  z
    .object({
      apiVersion: apiVersion("Group and version of the object, such as apps/v1.").optional(),
      kind: objectKind("Kind of the object, such as Deployment.").optional(),
      name: objectName("Name of the object.").optional(),
      selector: labels(
        "With apiVersion and kind: labels that the objects carry, one object a rack. Without: " +
          "labels of the pods, where no single object owns them.",
      ).optional(),
      role: label("Role whose count is meant, of a DisaggregatedSet.").optional(),
    })
    .describe("The fleet's objects in its own namespace, or the labels of its pods."),
  [
    {
      cel: "has(self.selector) != has(self.name)",
      holds: (self) => (self.selector === undefined) !== (self.name === undefined),
      message: "give either name (with apiVersion and kind) or selector",
    },
    {
      cel: "has(self.kind) == has(self.apiVersion) && (!has(self.name) || has(self.kind))",
      holds: (self) =>
        (self.kind === undefined) === (self.apiVersion === undefined) &&
        (self.name === undefined || self.kind !== undefined),
      message:
        "apiVersion, kind and name go together; a selector takes both or neither of the former",
    },
    {
      cel: "!has(self.role) || has(self.kind) && self.kind == 'DisaggregatedSet'",
      holds: (self) => self.role === undefined || self.kind === "DisaggregatedSet",
      message: "a role goes with kind DisaggregatedSet: others have one count",
      field: "role",
    },
    {
      cel: "!has(self.selector) || self.selector.size() > 0",
      holds: (self) => self.selector === undefined || Object.keys(self.selector).length > 0,
      message: "an empty selector would match every pod of the namespace",
      field: "selector",
    },
  ],
);

const unitsRange = withRules(
  z
    .object({
      min: count("The fewest units of it that a rack keeps.", 1, GPUS_PER_RACK_MAX),
      max: count("The most units of it that a rack gets.", 1, GPUS_PER_RACK_MAX),
    })
    .describe(
      "Between which units per rack prefill and decode may be shifted when one of them limits " +
        "the fleet. Absent: unitsPerRack stands.",
    ),
  [
    {
      cel: "self.min <= self.max",
      holds: (self) => self.min <= self.max,
      message: "min must not exceed max",
    },
  ],
);

/** A label's key: an optional DNS prefix, and a name. */
const LABEL_KEY_PATTERN =
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const eject = z
  .object({
    removePodLabel: z
      .object({
        key: textLike(LABEL_KEY_PATTERN, 317, "a label key such as breakwater.dev/route").describe(
          "The label's key. Its old value is kept on the pod, and put back if a drain is given up.",
        ),
      })
      .describe(
        "A label that the pods carry and that the Service, InferencePool or router selects " +
          "them by. The object that owns the pods must not select by it: such pods are evicted " +
          "directly.",
      ),
  })
  .describe(
    "How new turns are kept off a pod before it is evicted, paced by " +
      "drain.maxColdTokensPerSecond. Absent: pods are evicted directly.",
  );

const fields = z
  .object({
    name: label("What the workload is called in reports, such as prefill."),
    role: z
      .enum(["Aggregated", "Prefill", "Decode"])
      .default("Aggregated")
      .describe("Which part of a turn its units do."),
    target,
    manage: z
      .enum(["Observe", "Replicas"])
      .default("Observe")
      .describe(
        "Observe: its replicas are somebody else's; Breakwater only says what they should be. " +
          "Replicas: Breakwater sets them to what the racks have room for.",
      ),
    layout: z
      .enum(["ObjectPerRack", "SharedSet"])
      .default("SharedSet")
      .describe("Whether each rack has an object of its own or one object spans them all."),
    unit: z
      .object({ gpus: count("GPUs of one engine instance.", 1, GPUS_PER_RACK_MAX) })
      .describe("One engine instance, which lives inside one rack."),
    unitsPerRack: count("Units that one rack holds.", 1, GPUS_PER_RACK_MAX),
    unitsRange: unitsRange.optional(),
    eject: eject.optional(),
    sharedSetRestarts: count(
      "Units that giving back a rack may restart on other racks, where the kind's removal order " +
        "ends others than the rack's own. Absent: none, such a rack is not given back.",
      0,
      GPUS_PER_RACK_MAX,
    ).optional(),
  })
  .describe("One workload.");

const workload = withRules(fields, [
  {
    cel: "self.manage == 'Observe' || has(self.target.kind)",
    holds: ({ manage, target: { kind } }) => manage === "Observe" || kind !== undefined,
    message: "manage: Replicas needs target.kind: labels of pods have no count",
    field: "manage",
  },
  {
    cel: "!has(self.target.selector) || !has(self.target.kind) || self.layout == 'ObjectPerRack'",
    holds: ({ layout, target: { selector, kind } }) =>
      selector === undefined || kind === undefined || layout === "ObjectPerRack",
    message: "a selector of objects needs layout: ObjectPerRack; a SharedSet is one named object",
    field: "layout",
  },
  {
    cel:
      "!has(self.eject) || !has(self.target.selector) || has(self.target.kind) || " +
      "!(self.eject.removePodLabel.key in self.target.selector)",
    holds: ({ eject: ejecting, target: { selector, kind } }) =>
      ejecting === undefined ||
      selector === undefined ||
      kind !== undefined ||
      !(ejecting.removePodLabel.key in selector),
    message:
      "target.selector finds the fleet's pods by this label: without it they were a stranger's",
    field: "eject",
  },
  {
    cel:
      "!has(self.unitsRange) || " +
      "(self.unitsRange.min <= self.unitsPerRack && self.unitsPerRack <= self.unitsRange.max)",
    holds: ({ unitsRange: range, unitsPerRack }) =>
      range === undefined || (range.min <= unitsPerRack && unitsPerRack <= range.max),
    message: "unitsPerRack must lie within unitsRange",
    field: "unitsRange",
  },
]);

export const workloads = keyedList(
  workload,
  "name",
  "What serves the model: one aggregated workload, or one for prefill and one for decode.",
).min(1);

export const kvTier = z
  .object({
    kind: z
      .enum(["None", "NodeLocal", "SharedStore"])
      .default("None")
      .describe("Where prefixes live beyond GPU memory: nowhere, on the node, in a shared store."),
  })
  .describe("The tiers of the prefix cache below GPU memory.")
  .prefault({});

export const router = z
  .enum(["session-sticky", "prefix-affinity"])
  .default("prefix-affinity")
  .describe("How turns find the engine that holds their prefix; sizing reckons with it.");
