/** What a scenario may do to its world, one row a kind of fault. */
import { z } from "zod";
import { count, duration, MANY, objectName, span } from "./fields.ts";
import { drawn, many, positive, strict, within } from "./scenario-fields.ts";

const at = duration("When it begins, from the start of the run.");
const lasts = span("How long it lasts.");
const pool = objectName("The pool; may be left out where there is one.").optional();
const fleet = z
  .string()
  .min(1)
  .max(317)
  .describe("The fleet, as name or namespace/name; may be left out where there is one.")
  .optional();
const racks = (text: string) => count(text, 1, MANY).default(1);

/** AWS gives a Spot instance two minutes, Azure and Google Cloud thirty seconds. */
export const noticeOf = duration("From the provider's notice to the loss.").default("2m");

const row = <Kind extends string, Shape extends z.ZodRawShape>(
  kind: Kind,
  text: string,
  shape: Shape,
) => strict({ kind: z.literal(kind).describe("Which fault it is."), at, ...shape }).describe(text);

const ROWS = [
  row("metrics-outage", "Nothing can be read from the metrics source.", { for: lasts }),
  row("stale-metrics", "The metrics source answers with what it knew when the fault began.", {
    for: lasts,
  }),
  row("node-loss", "Nodes of the pool's oldest serving rack fail and come back.", {
    pool,
    nodes: count("Nodes that fail.", 1, MANY),
    for: lasts,
  }),
  row("rack-loss", "Whole racks fail.", {
    pool,
    racks: racks("Racks that fail."),
    repair: drawn("How long the repair in place takes; absent: they never come back.").optional(),
  }),
  row("spot-interruption", "The provider takes racks for others, and says so shortly before.", {
    pool,
    racks: racks("Racks taken."),
    notice: noticeOf,
  }),
  row("maintenance", "The provider takes racks away for a while.", {
    pool,
    racks: racks("Racks taken."),
    for: lasts,
  }),
  row("loan-reclaim", "Racks lent to preemptible work are called back.", {
    pool,
    racks: racks("Racks called back."),
    grace: drawn("From the call until the racks are free."),
  }),
  row("stuck-boot", "Racks that boot, or the next to do so, hang that much longer.", {
    pool,
    racks: racks("Racks that hang."),
    for: lasts,
  }),
  row("replica-crash", "Engine instances die and start anew.", {
    fleet,
    replicas: count("Instances that die.", 1),
  }),
  row("slow-replicas", "Engine instances take longer for every iteration.", {
    fleet,
    replicas: count("Instances that are slow.", 1),
    factor: positive("How many times as long.", 1_000),
    for: lasts,
  }),
  row("rollout", "Every engine instance is replaced, rack by rack.", { fleet }),
  row(
    "cache-config",
    "A rollout to engine instances whose caches are configured in another way, for good.",
    {
      fleet,
      kvFactor: positive("KV cache of an instance, as a share of its profile's.", 1).default(1),
      prefixCaching: z
        .boolean()
        .default(true)
        .describe("Whether instances find and keep prefixes at all."),
    },
  ),
  row("cache-flush", "Engine instances forget what no running turn uses.", {
    fleet,
    share: within("Share of the instances.", 0, 1).default(1),
  }),
  row("router-misroute", "The router sends turns to instances drawn at random.", {
    fleet,
    share: within("Share of the turns.", 0, 1),
    for: lasts,
  }),
  row("router-index-loss", "The router's index knows nothing: turns go to any instance.", {
    fleet,
    for: lasts,
  }),
  row("turn-gaps", "Agents pause longer, or less long, between the turns of a session.", {
    fleet,
    factor: positive("How many times as long.", 1_000),
    for: lasts,
  }),
  row("forgetful-replicas", "Engine instances forget what no running turn uses, again and again.", {
    fleet,
    replicas: count("Instances that do.", 1),
    every: span("How often they do.").default("30s"),
    for: lasts,
  }),
  row("broken-counters", "Engine instances export token counters that are wrong.", {
    fleet,
    how: z
      .enum(["frozen", "recounted"])
      .describe("The prompts' counter stands still, or computed tokens count again while waiting."),
    for: lasts,
  }),
  row(
    "prompt-instability",
    "Sessions render their context anew each turn, so that prefixes do not match.",
    {
      fleet,
      share: within("Share of the sessions.", 0, 1),
      depthTokens: count("Prompts are unlike any other from this token on.", 0, 10_000_000),
      for: lasts,
    },
  ),
  row("foreign-write", "Somebody else changes the count of a pool.", {
    pool,
    racks: count("The count written, in racks.", 0, MANY),
  }),
] as const;

const KINDS = ROWS.map(({ shape }) => shape.kind.value).join(", ");

const fault = z.discriminatedUnion("kind", ROWS, {
  error: (issue) => (issue.code === "invalid_union" ? `kind as one of ${KINDS}` : undefined),
});

export type WrittenFault = z.output<typeof fault>;

export const faults = many(fault, "What befalls the world.").default([]);
