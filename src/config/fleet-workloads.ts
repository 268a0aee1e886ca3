/** The part of an InferenceFleet that says what runs on the racks. */
import { z } from "zod";
import { apiVersion, count, keyedList, label, labels, objectKind, objectName } from "./fields.ts";
import { withRules } from "./rule.ts";

/** GPUs of an NVL72 rack: no unit spans racks. */
const GPUS_PER_RACK_MAX = 72;

const target = withRules(
  z
    .object({
      apiVersion: apiVersion("Group and version of the object, such as apps/v1.").optional(),
      kind: objectKind("Kind of the object, such as Deployment.").optional(),
      name: objectName("Name of the object.").optional(),
      selector: labels("Labels of the pods, where no single object owns them.").optional(),
    })
    .describe("The fleet's object in its own namespace, or the labels of its pods."),
  [
    {
      cel: "has(self.selector) != has(self.name)",
      holds: (self) => (self.selector === undefined) !== (self.name === undefined),
      message: "give either name (with apiVersion and kind) or selector",
    },
    {
      cel: "has(self.name) == has(self.kind) && has(self.name) == has(self.apiVersion)",
      holds: (self) =>
        (self.name === undefined) === (self.kind === undefined) &&
        (self.name === undefined) === (self.apiVersion === undefined),
      message: "apiVersion, kind and name go together",
    },
    {
      cel: "!has(self.selector) || self.selector.size() > 0",
      holds: (self) => self.selector === undefined || Object.keys(self.selector).length > 0,
      message: "an empty selector would match every pod of the namespace",
      field: "selector",
    },
  ],
);

const workload = z
  .object({
    name: label("What the workload is called in reports, such as prefill."),
    role: z
      .enum(["Aggregated", "Prefill", "Decode"])
      .default("Aggregated")
      .describe("Which part of a turn its units do."),
    target,
    manage: z
      .enum(["Observe"])
      .default("Observe")
      .describe("Observe: its replicas are somebody else's; racks are filled by their scheduler."),
    layout: z
      .enum(["ObjectPerRack", "SharedSet"])
      .default("SharedSet")
      .describe("Whether each rack has an object of its own or one object spans them all."),
    unit: z
      .object({ gpus: count("GPUs of one engine instance.", 1, GPUS_PER_RACK_MAX) })
      .describe("One engine instance, which lives inside one rack."),
    unitsPerRack: count("Units that one rack holds.", 1, GPUS_PER_RACK_MAX),
  })
  .describe("One workload.");

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
