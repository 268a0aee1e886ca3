/** The part of an InferenceFleet that says how the controller may act, and when to ask first. */
import { z } from "zod";
import { count, decimal, duration, FEW, keyedList, label, objectName, share } from "./fields.ts";
import { localTime, span, textLike, timeZone } from "./fields.ts";
import { withRules } from "./rule.ts";

const modeOf = (text: string) =>
  z.enum(["Shadow", "Approve", "Auto"]).default("Shadow").describe(text);

export const mode = z
  .object({
    scaleOut: modeOf("Growth: decided and recorded only, with consent, or by itself."),
    scaleIn: modeOf("Scale-in: decided and recorded only, with consent, or by itself."),
  })
  .describe("What the controller may do by itself; rules under confirm only tighten it.")
  .prefault({});

export const drain = z
  .object({
    wait: z.enum(["Turns"]).default("Turns").describe("Running turns may end; sessions move."),
    maxColdTokensPerSecond: count(
      "How much prompt work the moved sessions may add elsewhere, in tokens per second.",
      1,
      1_000_000_000,
    ).default(20_000),
    deadline: duration("How long emptying a rack may take.").default("45m"),
    onDeadline: z
      .enum(["Cancel", "Force"])
      .default("Cancel")
      .describe("What happens then: keep the rack, or lower the count all the same."),
  })
  .describe("How a rack is emptied before its count is lowered.")
  .prefault({});

export const warm = z
  .object({
    hitRateWithinPoints: count(
      "Points below its peers' hit rate that count as warm.",
      0,
      100,
    ).default(10),
    orAfter: duration("After this long a rack counts as warm anyway.").default("30m"),
  })
  .describe("When a new rack's cache counts as warm.")
  .prefault({});

export const headroom = z
  .enum(["Lean", "Balanced", "Safe"])
  .default("Balanced")
  .describe("Along which quantile of forecast demand the objectives must hold.");

export const behavior = z
  .object({
    scaleInStabilization: duration("How long fewer racks must have sufficed.").default("2h"),
    maxStepOut: count("Racks that one decision may add.", 1, 64).default(3),
    maxStepIn: count("Racks one decision removes: each is drained by itself.", 1, 1).default(1),
    reviewInterval: span("How often sizing is reconsidered.").default("60s"),
  })
  .describe("How fast sizing may move.")
  .prefault({});

/** Below 1 a factor would ask for fewer racks, which sizing decides by itself. */
const factor = (text: string) =>
  textLike(
    /^[1-9][0-9]{0,2}(\.[0-9]{1,6})?$/,
    16,
    'a factor of at least 1 in quotes, such as "1.5"',
  ).describe(text);

const scheduled = withRules(
  z
    .object({
      name: label("What the occasion is called, such as launch."),
      start: localTime("When it starts, as a wall clock in timeZone shows it."),
      timeZone: timeZone("IANA time zone of start, such as America/New_York.").default("UTC"),
      repeat: z
        .enum(["Never", "Daily", "Weekly"])
        .default("Never")
        .describe("Whether it comes again at the same wall-clock time."),
      for: span("How long it lasts."),
      readyBefore: duration("How long before it the racks must serve.").default("30m"),
      floorRacks: count("At least so many racks serve.").optional(),
      factor: factor("Forecast demand is multiplied by it.").optional(),
    })
    .describe("One occasion."),
  [
    {
      cel: "has(self.floorRacks) != has(self.factor)",
      holds: (self) => (self.floorRacks === undefined) !== (self.factor === undefined),
      message: "give either floorRacks or factor",
    },
  ],
);

export type ScheduleEntry = z.output<typeof scheduled>;

export const schedule = keyedList(
  scheduled,
  "name",
  "Occasions known beforehand; they ask for racks as people do, even without metrics.",
).default([]);

export const budget = z
  .object({
    usdPerDay: decimal("US dollars per day."),
    appliesTo: z
      .enum(["AboveCommitment", "Everything"])
      .default("AboveCommitment")
      .describe("Whether racks already paid for count as well."),
    replaceLostRack: z
      .boolean()
      .default(true)
      .describe("Whether a rack lost to a failure may be replaced beyond the budget."),
  })
  .describe("What racks may cost, over all pools; with an unknown price nothing grows.");

export const cacheVeto = z
  .enum(["Off", "Confirm", "Hold"])
  .default("Confirm")
  .describe(
    'What happens to growth that comes of a fall in hit rate no rack cures; "Off" in quotes.',
  );

const confirmWindow = z
  .object({
    name: label("What the window is called, such as nights."),
    start: localTime("When it first starts, as a wall clock in timeZone shows it."),
    timeZone: timeZone("IANA time zone of start, such as America/New_York.").default("UTC"),
    repeat: z
      .enum(["Never", "Daily", "Weekly"])
      .default("Daily")
      .describe("Whether it comes again at the same wall-clock time."),
    for: span("How long it lasts."),
  })
  .describe("One window of time; its end is not part of it.");

const CACHE_VERDICTS = ["Usual", "RackHelps", "RackDoesNotHelp", "Unknown"] as const;

const when = z
  .object({
    direction: z.enum(["Out", "In"]).describe("Growth or scale-in.").optional(),
    minRacks: count("At least so many racks at once.", 1).optional(),
    minUsdPerHour: decimal(
      "The racks above the commitment then cost at least so many US dollars per hour.",
    ).optional(),
    minBudgetShare: share(
      "They then use up at least this share of the fleet's budget; any, without a budget.",
    ).optional(),
    during: keyedList(
      confirmWindow,
      "name",
      "It is decided in one of these windows, such as nights.",
    )
      .min(1)
      .optional(),
    maxForecastConfidence: share(
      "The forecast is no surer than this: p50 / p90 of demand over the lead time, 0 without one.",
    ).optional(),
    cacheVerdicts: z
      .array(z.enum(CACHE_VERDICTS).describe("One verdict."))
      .min(1)
      .max(CACHE_VERDICTS.length)
      .describe("What is found of the hit rate: as usual, or fallen, and whether a rack helps.")
      .optional(),
    pools: z
      .array(objectName("Name of a RackPool."))
      .min(1)
      .max(FEW)
      .describe("It is about one of these pools.")
      .optional(),
  })
  .describe("Which decisions need it: all that match every field given.")
  .prefault({});

const confirmRule = z
  .object({
    name: label("What the rule is called, such as big-buy."),
    when,
    approvers: count("How many people must approve.", 1, 8).default(1),
    expiresAfter: span("How long there is to answer.").default("15m"),
    onExpiry: z
      .enum(["Drop", "Proceed"])
      .default("Drop")
      .describe("What silence means: the decision is dropped, or goes ahead."),
  })
  .describe("One rule.");

export const confirm = keyedList(
  confirmRule,
  "name",
  "Decisions that people must confirm whatever the mode; the strictest match wins.",
).default([]);
