/** The part of a scenario that no policy decides: traffic, engines, providers, people, faults. */
import { z } from "zod";
import { TRACE_FORMATS } from "./compiled-scenario.ts";
import { count, duration, label, MANY, objectName, span } from "./fields.ts";
import { durationMs } from "./go-duration.ts";
import { faults, noticeOf } from "./scenario-faults.ts";
import {
  drawn,
  many,
  oneOrEach,
  positive,
  spanOrNever,
  strict,
  within,
} from "./scenario-fields.ts";

/** Results are counted by slices of 15 s. */
const WARMUP_STEP_MS = 15_000;

const profile = z
  .enum(["coding-agent", "chat", "batch"])
  .describe("Whose habits: lengths, pauses, sub-agents and shared prefixes.");

const trace = strict({
  path: z
    .string()
    .min(1)
    .max(4096)
    .describe("The recording, relative to the scenario's own folder."),
  format: z.enum(TRACE_FORMATS).describe("How it is written."),
  offset: duration("Where in a recorded rate the run begins.").optional(),
}).describe("A recording.");

const shape = strict({
  at: duration("When the rate begins to change, from the start of the run."),
  factor: positive("What the rate of new sessions is multiplied by at the top.", 1_000),
  ramp: duration("How long the way up takes, and again the way down.").default("0s"),
  hold: duration("How long it stays there; absent: to the end of the run.").optional(),
}).describe("One change of the rate of new sessions.");

const generate = strict({
  profile,
  sessionsPerHour: positive("New sessions in an hour, on average over the waves."),
  daily: within("Amplitude of the daily wave, as a share of the mean.", 0, 1).default(0),
  weekly: within("Amplitude of the weekly wave, as a share of the mean.", 0, 1).default(0),
  pauses: positive(
    "Pauses between the turns of a session, as a multiple of the profile's; absent: 1.",
    1_000,
  ).optional(),
}).describe("Invented traffic.");

const traffic = strict({
  fleet: z
    .string()
    .min(1)
    .max(317)
    .describe("The fleet, as name or namespace/name; may be left out where there is one.")
    .optional(),
  trace: trace.optional(),
  generate: generate.optional(),
  scale: count("Copies of the recording, each with prefixes of its own.", 1, 100_000).optional(),
  sessionsPerHour: positive(
    "New sessions in an hour, each drawn from the recording; absent: replayed at its own times.",
  ).optional(),
  profile: profile.optional(),
  meanSessionsPerHour: positive("New sessions in an hour, shaped by a recorded rate.").optional(),
  shape: many(shape, "Changes of the rate, such as a launch.").default([]),
}).describe("One source of turns; the sources of one fleet add up.");

export type WrittenTraffic = z.output<typeof traffic>;

const clients = strict({
  timeout: spanOrNever("How long a client waits for a first token before it tries again.").default(
    "120s",
  ),
  retries: count("How often it tries again.", 0, 100).default(2),
  abandonAfter: spanOrNever("How long it tries in all before it gives up.").default("300s"),
})
  .describe("How patient clients are.")
  .prefault({});

const engine = oneOrEach(
  {
    profile: label(
      "Key of the engine profile; absent: the one its fleet is sized with.",
    ).optional(),
    perturb: within(
      "How far its speeds are drawn away from the profile: 0.2 = up to 20 % either way.",
      0,
      0.9,
    ).default(0),
    replicas: count("So many fixed instances and no racks.", 1, 10_000).optional(),
    kvBlocks: count("Blocks of KV cache of a fixed instance.", 1, 100_000_000).optional(),
    blockTokens: count("Tokens of a block of a fixed instance.", 1, 4096).optional(),
  },
  "What the engines really are: one for all fleets, or a map from fleet to its own.",
).prefault({});

const guard = strict({
  kind: z
    .enum(["in-flight", "decayed"])
    .default("in-flight")
    .describe("Load: turns in flight, or the tokens given to compute, forgotten with time."),
  factor: positive("How many times the mean load lets an instance be passed over.", 1_000).default(
    1.25,
  ),
  decay: span("decayed: after this long 37 % of a load is left; absent: 60s.").optional(),
  slackTokens: count("decayed: tokens added to the mean; absent: 0.", 0, 100_000_000).optional(),
})
  .refine(
    ({ kind, decay, slackTokens }) =>
      kind === "decayed" || (decay === undefined && slackTokens === undefined),
    { message: "decay and slackTokens only where kind is decayed" },
  )
  .describe("prefix-affinity: which instances are too loaded to be chosen for a prefix.");

const router = oneOrEach(
  {
    kind: z
      .enum(["round-robin", "least-loaded", "session-sticky", "prefix-affinity"])
      .default("prefix-affinity")
      .describe("How a turn finds its engine."),
    lag: duration("How old the router's picture of the caches is.").default("2s"),
    guard: guard.optional(),
    index: z
      .boolean()
      .default(false)
      .describe(
        "Whether it exports what its index of the engines' blocks knows, as llm-d's does with " +
          "the precise prefix cache and enableMetrics; fleets whose edge is llm-d-epp see it.",
      ),
  },
  "What routes the turns: one for all fleets, or a map from fleet to its own.",
).prefault({});

/**
 * About the KV of fifteen racks' HBM at 6.7 TB a rack; a quarter of the 400 Gb/s that the network
 * card of each GPU carries; a look-up over the network and the first read. Judgement, no published
 * figures.
 */
const USUAL_STORE = { terabytes: 100, gigabytesPerSecondPerGpu: 12.5, latency: "5ms" } as const;

const store = oneOrEach(
  {
    terabytes: positive("KV that it has room for, in 10^12 bytes.", 1_000_000).default(
      USUAL_STORE.terabytes,
    ),
    gigabytesPerSecondPerGpu: positive("What an engine fetches, for each of its GPUs.").default(
      USUAL_STORE.gigabytesPerSecondPerGpu,
    ),
    latency: duration("From a look-up until tokens come.").default(USUAL_STORE.latency),
  },
  "The store behind the engines of fleets whose kvTier is SharedStore: one for each of them, as " +
    "large and fast as this says, or a map from fleet to its own.",
).optional();

export const supply = strict({
  startRacks: count(
    "Racks that serve, or are on loan, at the start; absent: those committed, else racks.min.",
    0,
    MANY,
  ).optional(),
  stock: many(
    strict({
      at: duration("From when on."),
      racks: count("Racks the provider has in all, those in use included.", 0, 10_000),
    }).describe("A change of the stock."),
    "What the provider has to give; before the first change there is no limit.",
  ).default([]),
  quotaRacks: count("Racks the account may have; absent: no limit.", 0, 10_000).optional(),
  leadTimes: strict({
    grant: drawn("From the request to a granted rack.").optional(),
    boot: drawn("From the grant to registered nodes.").optional(),
    join: drawn("From registered nodes to GPUs allocatable.").optional(),
    start: drawn("From GPUs allocatable to the first served token.").optional(),
  })
    .describe("The true lead times; absent: what the pool's and fleet's priors say.")
    .prefault({}),
  leadTimeBounds: strict({
    low: duration("The least."),
    high: duration("The most."),
  })
    .describe("Bounds on the sum of the steps.")
    .optional(),
  release: drawn("From a lowered count until the rack's nodes are gone.").prefault({
    p50: "45s",
    p95: "90s",
  }),
  failedBoots: within("Share of granted racks that never boot.", 0, 0.9).default(0),
  interruptions: strict({
    perRackHour: within(
      "How often a rack is taken, in the mean, per hour it is in service.",
      0,
      10,
    ),
    notice: noticeOf,
  })
    .describe("Racks that the provider takes for others, as of a Spot pool; absent: it takes none.")
    .optional(),
  loanedRacks: count("Start racks that are on loan to preemptible work.", 0, MANY).default(0),
}).describe("How a pool's provider behaves.");

const people = strict({
  approvalDelay: drawn("From the question to the answer; absent: at the next tick.").optional(),
  absent: within("Share of the questions that nobody answers.", 0, 1).default(0),
  refuse: within("Share of the questions that are refused.", 0, 1).default(0),
})
  .describe("Who confirms what must be confirmed.")
  .prefault({});

const scrape = strict({
  interval: span("How often engines are scraped.").default("15s"),
  lag: duration("From a scrape until queries see it.").default("2s"),
})
  .describe("How metrics are collected.")
  .prefault({});

export const world = strict({
  warmup: duration("Traffic before the start that fills caches and is part of no result.")
    .refine((written) => durationMs(written) % WARMUP_STEP_MS === 0, {
      message: "a multiple of 15s",
    })
    .default("0s"),
  traffic: many(traffic, "Where the turns come from.").min(1),
  clients,
  engine,
  router,
  store,
  pools: z
    .record(objectName("Name of the pool."), supply)
    .default({})
    .describe("By pool, how its provider behaves."),
  people,
  scrape,
  faults,
}).describe("What happens whatever the policy does.");

export type WrittenWorld = z.output<typeof world>;
export type WrittenSupply = z.output<typeof supply>;

export const seedList = (most: number) =>
  z
    .array(count("A seed.", 0, 4_294_967_295))
    .min(1)
    .max(most)
    .refine((seeds) => new Set(seeds).size === seeds.length, { error: "different seeds" })
    .default([1])
    .describe("Each is a run of its own: traffic, racks and people are drawn anew.");
