/** InferenceFleet: everything that serves one model endpoint. The model team, in its namespace. */
import { z } from "zod";
import { conditions, count, decimal, generation, keyedList, label } from "./fields.ts";
import { objectName, spread } from "./fields.ts";
import {
  behavior,
  budget,
  cacheVeto,
  confirm,
  drain,
  headroom,
  mode,
  schedule,
  warm,
} from "./fleet-conduct.ts";
import { objectives, signals } from "./fleet-signals.ts";
import { kvTier, router, workloads } from "./fleet-workloads.ts";
import { AGE, column, integerColumn, type Kind, wide } from "./kind.ts";
import { withRules } from "./rule.ts";

const model = z
  .object({
    name: z
      .string()
      .min(1)
      .max(253)
      .describe("The model as the engines' metrics call it: the value of label model_name."),
    profile: label("Key of the engine profile to size with; absent: the model's name.").optional(),
    revisionLabel: z
      .string()
      .min(1)
      .max(317)
      .default("model-revision")
      .describe("Pod label whose value tells model revisions apart."),
  })
  .describe("What is served.");

const racks = withRules(
  z
    .object({
      min: count("Racks asked for at all times: a request, not an entitlement.").default(1),
      max: count("Never more racks than this, over all pools.", 1),
      surviveRackLosses: count("Racks that may fail with objectives still met.", 0, 8).default(0),
    })
    .describe("How large the fleet may be."),
  [
    {
      cel: "self.min <= self.max",
      holds: (self) => self.min <= self.max,
      message: "min must not exceed max",
      field: "min",
    },
  ],
);

const poolUse = z
  .object({
    name: objectName("Name of the RackPool, which must list this fleet under consumers."),
    preference: count("Pools with a lower number are drawn on first.", 1, 100).default(1),
    engineStartPrior: spread("From GPUs allocatable to the first served token, until measured.", {
      p50: "10m",
      p95: "20m",
    }),
  })
  .describe("One pool.");

/** The same fields, absent where nothing is tried: their defaults are the fleet's own values. */
const candidate = z
  .object({
    mode: mode.unwrap().optional(),
    racks: racks.optional(),
    headroom: headroom.unwrap().describe("Another quantile.").optional(),
    behavior: behavior.unwrap().optional(),
    schedule: schedule.unwrap().optional(),
    budget: budget.optional(),
    cacheVeto: cacheVeto.unwrap().describe("Another veto.").optional(),
    confirm: confirm.unwrap().optional(),
  })
  .describe(
    "What to try out: decided on the same observations and recorded, never acted on. " +
      "Each field given takes the place of the fleet's own as a whole.",
  );

const spec = z
  .object({
    model,
    mode,
    racks,
    pools: keyedList(poolUse, "name", "The pools that the fleet draws on.").min(1),
    objectives,
    signals,
    workloads,
    kvTier,
    router,
    drain,
    warm,
    headroom,
    behavior,
    schedule,
    budget: budget.optional(),
    cacheVeto,
    confirm,
    candidate: candidate.optional(),
  })
  .describe("The fleet as the model team wants it.");

const rackCount = (text: string) => count(text).optional();

const status = z
  .object({
    observedGeneration: generation("The generation of the spec last read.").optional(),
    wantedRacks: rackCount("Racks that sizing asks for."),
    awardedRacks: rackCount("Racks that arbitration grants it."),
    heldRacks: rackCount("Racks it holds or has on the way."),
    servingRacks: rackCount("Racks that serve, cold caches included."),
    outcome: z.enum(["Grow", "Shrink", "Hold"]).describe("What the last decision does.").optional(),
    reason: z.string().max(64).describe("Code of the reason that decided it.").optional(),
    hitRate: decimal("Share of prompt tokens served from a prefix cache, 0 to 1.").optional(),
    conditions: conditions().optional(),
  })
  .describe("The fleet as the controller sees it.");

const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;

/** As it is after defaults were filled in. */
export type InferenceFleetSpec = z.output<typeof spec>;

export const INFERENCE_FLEET: Kind<typeof spec> = {
  kind: "InferenceFleet",
  plural: "inferencefleets",
  singular: "inferencefleet",
  shortNames: ["ifleet"],
  scope: "Namespaced",
  description: "Everything that serves one model endpoint, and what it needs.",
  spec,
  status,
  columns: [
    integerColumn("Want", ".status.wantedRacks", "Racks that sizing asks for."),
    integerColumn("Held", ".status.heldRacks", "Racks it holds or has on the way."),
    integerColumn("Serving", ".status.servingRacks", "Racks that serve."),
    column("Doing", ".status.outcome", "What the last decision does."),
    column("Why", ".status.reason", "Code of the reason that decided it."),
    column("Hit-Rate", ".status.hitRate", "Share of prompt tokens served from a cache."),
    column("Ready", ready("status"), "Whether the specification can be acted on."),
    wide(column("Out", ".spec.mode.scaleOut", "Mode of growth.")),
    wide(column("In", ".spec.mode.scaleIn", "Mode of scale-in.")),
    wide(column("Message", ready("message"), "Why it is or is not ready.")),
    AGE,
  ],
};
