/** RackPool: racks of one kind from one source; supply, money and blast radius. Platform team. */
import { z } from "zod";
import {
  conditions,
  count,
  decimal,
  duration,
  generation,
  spread,
  FEW,
  instant,
  label,
  labelKey,
  labels,
  MANY,
  objectName,
} from "./fields.ts";
import { interruptions } from "./pool-interruptions.ts";
import { rackBackend } from "./rack-backend.ts";
import { AGE, column, integerColumn, type Kind, wide } from "./kind.ts";
import { withRules } from "./rule.ts";

/** Where the label of the NVLink domain is found, provider's own first (facts of each provider). */
const DOMAIN_KEYS = [
  "ds.coreweave.com/nvlink.domain",
  "cloud.google.com/gce-topology-subblock",
  "nvidia.com/gpu.clique",
];

const rack = withRules(
  z
    .object({
      domainKeys: z
        .array(z.string().min(1).max(317))
        .min(1)
        .max(FEW)
        .default(DOMAIN_KEYS)
        .describe("Node labels that name the NVLink domain; the first that a node has counts."),
      nodes: count("Nodes of a whole rack.", 1, MANY).default(18),
      usableNodes: count(
        "Nodes to plan on: providers ask to tolerate two unavailable ones per rack.",
        1,
        MANY,
      ).default(16),
      gpusPerNode: count("GPUs of one node.", 1, FEW).default(4),
    })
    .describe("What one rack is made of."),
  [
    {
      cel: "self.usableNodes <= self.nodes",
      holds: (self) => self.usableNodes <= self.nodes,
      message: "usableNodes must not exceed nodes",
      field: "usableNodes",
    },
  ],
);

const calendarWindow = withRules(
  z
    .object({
      from: instant("When the racks arrive."),
      until: instant("When they are taken back."),
      racks: count("Racks of this window.", 1),
      evacuateBefore: duration("How long before the end the racks are emptied.").default("30m"),
    })
    .describe("One capacity block."),
  [
    {
      cel: "self.from < self.until",
      holds: (self) => Date.parse(self.from) < Date.parse(self.until),
      message: "until must be later than from",
      field: "until",
    },
  ],
);

const supply = withRules(
  z
    .object({
      kind: z
        .enum(["Reserved", "OnDemand", "Spot", "Calendar"])
        .describe("How the racks are had: under contract, at once, preemptible, or in blocks."),
      committedRacks: count("Racks paid for whether used or not; for Reserved only.").default(0),
      windows: z
        .array(calendarWindow)
        .max(MANY)
        .default([])
        .describe("When how many racks are there; for Calendar only."),
      interruptions,
    })
    .describe("Where the racks come from, and what is already paid for."),
  [
    {
      cel: "self.committedRacks == 0 || self.kind == 'Reserved'",
      holds: (self) => self.committedRacks === 0 || self.kind === "Reserved",
      message: "committedRacks is for supply of kind Reserved only",
      field: "committedRacks",
    },
    {
      cel: "(self.kind == 'Calendar') == (self.windows.size() > 0)",
      holds: (self) => (self.kind === "Calendar") === self.windows.length > 0,
      message: "windows are needed for supply of kind Calendar, and for that only",
      field: "windows",
    },
  ],
);

const price = z
  .object({
    usdPerRackHour: decimal("US dollars per rack and hour above the commitment."),
    billedFrom: z
      .enum(["Requested", "Booted", "Serving"])
      .default("Booted")
      .describe("From which moment of its life a rack is billed."),
  })
  .describe("What a rack above the commitment costs; unknown with a budget means no growth.");

const leadTimePrior = z
  .object({
    grant: spread("From the request to a granted rack.", { p50: "30s", p95: "5m" }),
    boot: spread("From the grant to registered nodes.", { p50: "27m", p95: "45m" }),
    join: spread("From registered nodes to a rack with GPUs allocatable.", {
      p50: "75s",
      p95: "4m",
    }),
    // Median: a reboot of the rack takes about 30 min (NVSentinel #126). p95: a tray is exchanged
    // in place by hand (CoreWeave), for which nobody publishes a time; a day is judgement.
    repair: spread("From too few usable nodes to a rack that has enough again.", {
      p50: "30m",
      p95: "24h",
    }),
  })
  .describe("What to believe of the lead time until it was measured.")
  .prefault({});

const limits = withRules(
  z
    .object({
      maxRacks: count("The count is never raised above it."),
      maxDraining: count(
        "Racks that may drain at a time: 1, or 0 for none. Each drain ends in a change of the " +
          "count that names its rack, and which rack left is verified before the next begins.",
        0,
        MANY,
      ).default(1),
      maxRequestsPerHour: count(
        "Changes of the count per hour; three racks at once are one.",
        0,
      ).default(2),
    })
    .describe("What the controller must not exceed, whatever a fleet asks for."),
  [
    {
      cel: "self.maxDraining <= 1",
      holds: ({ maxDraining }) => maxDraining <= 1,
      message:
        "a pool drains one rack at a time, so that it can be told which one left; set 1, or 0 " +
        "for no drains",
      field: "maxDraining",
    },
  ],
);

const onForeignWrite = z
  .object({
    action: z
      .enum(["Hold", "Adopt"])
      .default("Hold")
      .describe("Hold for a while, or take the other's count as the new starting point at once."),
    for: duration("How long to hold.").default("2h"),
  })
  .describe("What to do when somebody else changed the count; it is never fought over.")
  .prefault({});

/**
 * What marks pods that run together or not at all, by the controllers' own documentation: Kueue,
 * JobSet, Coscheduling, Volcano (an annotation), LeaderWorkerSet.
 */
const GANG_KEYS = [
  "kueue.x-k8s.io/pod-group-name",
  "jobset.sigs.k8s.io/jobset-name",
  "scheduling.x-k8s.io/pod-group",
  "scheduling.k8s.io/group-name",
  "leaderworkerset.sigs.k8s.io/group-key",
];

const loan = withRules(
  z
    .object({
      selector: labels("Labels that every pod of the loan carries, in whatever namespace."),
      max: count("Racks that may be on loan at a time.", 1),
      fenceTaint: labelKey(
        "Key of the taint that keeps the loan off racks that are not lent.",
      ).default("breakwater.dev/reclaim"),
      grace: duration("What a pod of the loan has to save its work once it is told to go.").default(
        "15m",
      ),
      minTenure: duration("For how long a rack that was lent is left to the loan.").default("2h"),
      gangKeys: z
        .array(z.string().min(1).max(317))
        .max(FEW)
        .default(GANG_KEYS)
        .describe(
          "Labels of pods that run together or not at all; the first that a pod has names its " +
            "gang. Of annotations Volcano's scheduling.k8s.io/group-name counts alone.",
        ),
    })
    .describe("Preemptible work that runs on racks that nobody needs."),
  [
    {
      cel: "self.selector.size() > 0",
      holds: (self) => Object.keys(self.selector).length > 0,
      message: "an empty selector would match every pod of the cluster",
      field: "selector",
    },
  ],
);

const consumer = withRules(
  z
    .object({
      fleet: z
        .object({
          namespace: label("Namespace of the InferenceFleet."),
          name: objectName("Name of the InferenceFleet."),
        })
        .describe("The fleet that may draw on the pool.")
        .optional(),
      guaranteed: count("Racks the fleet is entitled to before any weighing.").default(0),
      max: count("Racks of this pool that the fleet may hold at most.").optional(),
      weight: count("What one of its turns counts when fleets compete.", 1).default(100),
      loan: loan.optional(),
    })
    .describe("One consumer: a fleet, or the loan."),
  [
    {
      cel: "has(self.fleet) != has(self.loan)",
      holds: (self) => (self.fleet === undefined) !== (self.loan === undefined),
      message: "give either fleet or loan",
    },
    {
      cel: "has(self.fleet) == has(self.max)",
      holds: (self) => (self.fleet === undefined) === (self.max === undefined),
      message: "max goes with fleet, and a fleet needs it; a loan has a max of its own",
      field: "max",
    },
    {
      cel: "!has(self.max) || self.guaranteed <= self.max",
      holds: (self) => self.max === undefined || self.guaranteed <= self.max,
      message: "guaranteed must not exceed max",
      field: "guaranteed",
    },
    {
      cel: "has(self.fleet) || self.guaranteed == 0",
      holds: (self) => self.fleet !== undefined || self.guaranteed === 0,
      message: "a loan has what nobody else needs: nothing is guaranteed to it",
      field: "guaranteed",
    },
  ],
);

const spec = withRules(
  z
    .object({
      backend: rackBackend,
      rack: rack.prefault({}),
      supply,
      price: price.optional(),
      leadTimePrior,
      limits,
      onForeignWrite,
      consumers: z
        .array(consumer)
        .max(MANY)
        .default([])
        .describe("Who may draw on the pool; a fleet that is not listed gets nothing."),
    })
    .describe("The pool as the platform team wants it."),
  [
    {
      cel: "!has(self.backend.countPerRack) || self.backend.countPerRack in [1, self.rack.nodes]",
      holds: (self) =>
        self.backend.countPerRack === undefined ||
        [1, self.rack.nodes].includes(self.backend.countPerRack),
      message: "countPerRack must be 1 (the count is racks) or rack.nodes (the count is nodes)",
      field: "backend.countPerRack",
    },
    {
      cel: "self.supply.committedRacks <= self.limits.maxRacks",
      holds: (self) => self.supply.committedRacks <= self.limits.maxRacks,
      message: "committedRacks must not exceed limits.maxRacks",
      field: "supply.committedRacks",
    },
    {
      cel: "self.consumers.map(c, c.guaranteed).sum() <= self.limits.maxRacks",
      holds: (self) =>
        self.consumers.reduce((sum, { guaranteed }) => sum + guaranteed, 0) <= self.limits.maxRacks,
      message: "the guarantees of all consumers together must not exceed limits.maxRacks",
      field: "consumers",
    },
    {
      cel:
        "self.consumers.all(c, !has(c.fleet) || " +
        "self.consumers.exists_one(d, has(d.fleet) && d.fleet == c.fleet))",
      holds: (self) => {
        const named = self.consumers.flatMap(({ fleet }) =>
          fleet === undefined ? [] : [`${fleet.namespace}/${fleet.name}`],
        );
        return new Set(named).size === named.length;
      },
      message: "a fleet may be listed once",
      field: "consumers",
    },
    {
      cel: "self.consumers.filter(c, has(c.loan)).size() <= 1",
      holds: (self) => self.consumers.filter(({ loan }) => loan !== undefined).length <= 1,
      message: "a pool has one loan at most",
      field: "consumers",
    },
    {
      cel:
        "!self.consumers.exists(c, has(c.loan)) || " +
        "(self.supply.kind in ['Reserved', 'Calendar'] && self.consumers.exists(c, has(c.fleet)))",
      holds: (self) =>
        self.consumers.every(({ loan }) => loan === undefined) ||
        (["Reserved", "Calendar"].includes(self.supply.kind) &&
          self.consumers.some(({ fleet }) => fleet !== undefined)),
      message:
        "a loan has racks that are paid for (supply.kind Reserved or Calendar), beside a fleet",
      field: "consumers",
    },
  ],
);

const status = z
  .object({
    observedGeneration: generation("The generation of the spec last read.").optional(),
    desiredRacks: count(
      "The count of the backend's object, in racks; absent while unknown.",
    ).optional(),
    racksByPhase: z
      .record(z.string().max(32), z.int().min(0))
      .optional()
      .describe("How many racks are in which phase, such as Serving or Joining."),
    conditions: conditions().optional(),
  })
  .describe("The pool as the controller sees it.");

/** As it is after defaults were filled in. */
export type RackPoolSpec = z.output<typeof spec>;

export const RACK_POOL: Kind<typeof spec> = {
  kind: "RackPool",
  plural: "rackpools",
  singular: "rackpool",
  shortNames: ["rpool"],
  scope: "Cluster",
  description: "Racks of one kind from one source, and who may draw on them.",
  spec,
  status,
  columns: [
    integerColumn(
      "Desired",
      ".status.desiredRacks",
      "The count of the backend's object, in racks.",
    ),
    integerColumn("Serving", ".status.racksByPhase.Serving", "Racks that serve, caches warm."),
    integerColumn("Draining", ".status.racksByPhase.Draining", "Racks that are being emptied."),
    integerColumn("Max", ".spec.limits.maxRacks", "The count is never raised above it."),
    column("Ready", '.status.conditions[?(@.type=="Ready")].status', "Whether it can be scaled."),
    column("Reason", '.status.conditions[?(@.type=="Ready")].reason', "Why, or why not."),
    wide(column("Supply", ".spec.supply.kind", "How the racks are had.")),
    wide(column("Backend", ".spec.backend.kind", "How the size is read and written.")),
    AGE,
  ],
};
