/** FleetOverride: what on-call says at run time. Never in Git, always expires, strictest wins. */
import { z } from "zod";
import { conditions, count, fleetOrAll, instant } from "./fields.ts";
import { AGE, column, integerColumn, type Kind } from "./kind.ts";
import { withRules } from "./rule.ts";

const IN_FORCE = '.status.conditions[?(@.type=="InForce")].reason';

const pause = z
  .object({
    out: z.boolean().default(false).describe("No growth."),
    in: z.boolean().default(false).describe("No scale-in."),
  })
  .describe("Which directions stop.")
  .prefault({});

const spec = withRules(
  z
    .object({
      fleet: fleetOrAll(
        'Name of the InferenceFleet in the same namespace; "*": every fleet of it, and ' +
          "in the controller's own namespace every fleet of the cluster.",
      ),
      pause,
      floorRacks: count("At least so many racks; within the fleet's limits.").optional(),
      ceilingRacks: count("At most so many racks, of each fleet.").optional(),
      breakGlass: z
        .boolean()
        .default(false)
        .describe(
          "Lets floorRacks lift the fleet's racks.max: for who may configure it, said loudly.",
        ),
      until: instant("When it ends by itself."),
      reason: z
        .string()
        .min(1)
        .max(1024)
        .describe("Why, such as the number of the incident; shown with every decision."),
      by: z
        .string()
        .min(1)
        .max(512)
        .describe(
          "Who says so: your user name as the API server knows it, which refuses every other. " +
            "The commands fill it in. Once there it is not dropped: who changes what is asked " +
            "puts their own.",
        )
        .optional(),
    })
    .describe("What is different for a while."),
  [
    {
      cel: "self.pause.out || self.pause.__in__ || has(self.floorRacks) || has(self.ceilingRacks)",
      holds: (self) =>
        self.pause.out ||
        self.pause.in ||
        self.floorRacks !== undefined ||
        self.ceilingRacks !== undefined,
      message: "nothing is overridden: set pause.out, pause.in, floorRacks or ceilingRacks",
    },
    {
      cel:
        "!has(self.floorRacks) || !has(self.ceilingRacks) || " +
        "self.floorRacks <= self.ceilingRacks",
      holds: (self) =>
        self.floorRacks === undefined ||
        self.ceilingRacks === undefined ||
        self.floorRacks <= self.ceilingRacks,
      message: "floorRacks must not exceed ceilingRacks",
      field: "floorRacks",
    },
    {
      cel: "self.fleet != '*' || !has(self.floorRacks)",
      holds: (self) => self.fleet !== "*" || self.floorRacks === undefined,
      message: "floorRacks needs one fleet: every fleet is only paused or given a ceiling",
      field: "floorRacks",
    },
    {
      cel: "!self.breakGlass || has(self.floorRacks)",
      holds: (self) => !self.breakGlass || self.floorRacks !== undefined,
      message: "breakGlass lifts racks.max to floorRacks: give floorRacks",
      field: "breakGlass",
    },
  ],
);

const status = z
  .object({ conditions: conditions().optional() })
  .describe("The override as the controller sees it.");

export const FLEET_OVERRIDE: Kind<typeof spec> = {
  kind: "FleetOverride",
  plural: "fleetoverrides",
  singular: "fleetoverride",
  shortNames: ["fover"],
  scope: "Namespaced",
  description: "A pause, floor or ceiling that on-call sets at run time and that always expires.",
  spec,
  status,
  columns: [
    column("Fleet", ".spec.fleet", "The fleet it is about."),
    { ...column("Pause-Out", ".spec.pause.out", "No growth."), type: "boolean" },
    { ...column("Pause-In", ".spec.pause.in", "No scale-in."), type: "boolean" },
    integerColumn("Floor", ".spec.floorRacks", "At least so many racks."),
    integerColumn("Ceiling", ".spec.ceilingRacks", "At most so many racks."),
    column("Until", ".spec.until", "When it ends by itself."),
    column("In-Force", IN_FORCE, "InForce, or why it is not: Superseded, Ended, NoSuchFleet."),
    column("By", ".spec.by", "Who says so."),
    column("Reason", ".spec.reason", "Why."),
    AGE,
  ],
};
