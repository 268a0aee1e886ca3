/** Scenario: a world, and what people asked for in it. A file, never an object of the cluster. */
import { z } from "zod";
import { instant, label, MANY, objectName, span } from "./fields.ts";
import { many, strict } from "./scenario-fields.ts";
import { seedList, world } from "./scenario-world.ts";

/** More runs than this belong into a study of several machines. */
export const SEEDS_MAX = 1_000;

/** A Monday, so that weekly waves begin where weeks do. */
const STARTS_AT = "2026-11-30T00:00:00Z";

/** Checked by the schema of the kind they are of, once their place in the scenario is known. */
const pool = z
  .looseObject({ name: objectName("Name of the pool.") })
  .describe("A pool: its name, and every field of a RackPool's spec; backend may be left out.");
const fleet = z
  .looseObject({
    name: objectName("Name of the fleet."),
    namespace: label("Its namespace.").default("default"),
  })
  .describe("A fleet: its name and namespace, and every field of an InferenceFleet's spec.");

const spec = strict({
  duration: z
    .union([z.literal("trace"), span("How long it lasts.")], {
      error: 'trace, or a duration above zero such as "24h"',
    })
    .describe("How long it lasts; trace: until the recording ends and its last turn is done."),
  startsAt: instant("The time of day and week at which it begins.").default(STARTS_AT),
  seeds: seedList(SEEDS_MAX),
  policy: label("The policy of simulate when none is named.").default("breakwater"),
  pools: many(pool, "The racks there are.").default([]),
  fleets: many(fleet, "What is served.").min(1).max(MANY),
  world,
}).describe("The run.");

/** As it is after defaults were filled in. */
export type ScenarioSpec = z.output<typeof spec>;

export const SCENARIO = {
  kind: "Scenario",
  description:
    "A simulated world and what people asked for in it; `breakwater simulate` runs it. A file, " +
    "never an object of the cluster.",
  spec,
} as const;
