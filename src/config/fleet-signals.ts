/** The part of an InferenceFleet that says what good service is and where it is measured. */
import { z } from "zod";
import {
  EDGE_PROFILES,
  SIGNAL_PROFILES,
  SIGNAL_UNITS,
  type SignalName,
} from "../core/signals/names.ts";
import { keyedList, label, labels, objectName, share, span, textLike } from "./fields.ts";
import { withRules } from "./rule.ts";

/** Closed tables make these lists: the schema knows a signal as soon as core does. */
const SIGNAL_NAMES = Object.keys(SIGNAL_UNITS).filter((name): name is SignalName =>
  Object.hasOwn(SIGNAL_UNITS, name),
);
const UNITS = [...new Set(Object.values(SIGNAL_UNITS))];

const objective = z
  .object({
    name: label("What the objective is called in reports, such as ttft-short."),
    metric: z
      .enum(["TTFT", "ITL"])
      .describe("Time to first token of a turn, or time between tokens."),
    matchers: labels("Labels of the series it is measured on, such as class: short.").default({}),
    threshold: span("The longest that counts as good; a bucket bound of the engine."),
    share: share("Share of turns (TTFT) or tokens (ITL) that must be within the threshold."),
  })
  .describe("One objective.");

export const objectives = keyedList(
  objective,
  "name",
  "What good service is; inside when every one is met over five minutes.",
).min(1);

const prometheus = z
  .object({
    url: textLike(/^https?:\/\/[^\s]+$/, 2048, "an http:// or https:// address").describe(
      "Base address of the Prometheus HTTP API, without /api/v1.",
    ),
    secretRef: z
      .object({ name: objectName("Name of the Secret in the fleet's own namespace.") })
      .describe(
        "A Secret with token, or username and password; optionally ca.crt, and for mTLS tls.crt " +
          "with tls.key.",
      )
      .optional(),
    headers: labels("Headers sent along, such as X-Scope-OrgID; no credentials.").default({}),
  })
  .describe("The Prometheus to ask; absent: the controller's default source.");

const override = withRules(
  z
    .object({
      signal: z.enum(SIGNAL_NAMES).describe("The signal to read with this query instead."),
      query: z
        .string()
        .min(1)
        .max(4096)
        .describe("PromQL with one value as its answer, summed over the fleet's engines."),
      unit: z.enum(UNITS).describe("Unit of the answer: must be the signal's own."),
    })
    .describe("One query of your own."),
  [
    {
      cel: `${celMap(SIGNAL_UNITS)}[self.signal] == self.unit`,
      holds: (self) => SIGNAL_UNITS[self.signal] === self.unit,
      message: `unit must be the signal's own: ${listed(SIGNAL_UNITS)}`,
      field: "unit",
    },
  ],
);

export const signals = z
  .object({
    profile: z
      .enum(SIGNAL_PROFILES)
      .default("vllm")
      .describe("Which engine's metric names are read; dynamo: its frontend's."),
    matchers: labels("Labels that every engine series of the fleet carries.").default({}),
    edge: z
      .enum(EDGE_PROFILES)
      .describe("The gateway whose metrics count arrivals; absent: the engines' own stand in.")
      .optional(),
    prometheus: prometheus.optional(),
    scrapeInterval: span("How often the engines are scraped.").default("15s"),
    overrides: keyedList(override, "signal", "Queries that replace the profile's.").default([]),
  })
  .describe("Where the fleet's metrics are, and what they are called.")
  .prefault({});

function celMap(table: Readonly<Record<string, string>>): string {
  return `{${Object.entries(table)
    .map(([key, value]) => `'${key}': '${value}'`)
    .join(", ")}}`;
}

function listed(table: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");
}
