/** Demand to forecast: recorded traffic where it is present, and the generators' own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ENGINE_PROFILES } from "../src/core/profiles/engine-profiles.ts";
import { engineModel } from "../src/sim/engine-model.ts";
import { RandomStream } from "../src/sim/random.ts";
import { walkTemplate } from "../src/studies/simulation/template-walk.ts";
import { generateTemplates } from "../src/traces/generators/generate.ts";
import { openRecording, readRates } from "../src/traces/recording.ts";
import { dailyAndWeekly, surge } from "../src/traces/sources/rate-curve.ts";
import { sampledSource } from "../src/traces/sources/sampled.ts";

const HOUR_NS = 3.6e12;
const MINUTE_NS = 6e10;
const HOUR_S = 3_600;
/** Generated traffic begins on a Monday. */
const MONDAY_MS = Date.UTC(2026, 10, 2);
/** Sessions are longer than the warm-up of a scenario: what they add is let in first. */
const WARM_UP_HOURS = 6;

/** Requests a minute of a recording that lists each of them. */
function counted(name, path, format) {
  const { templates, starts } = openRecording({ path, format });
  return { name, stepS: 60, startMs: MONDAY_MS, rates: rated(arrivalsOf(templates, starts()), 60) };
}

function* arrivalsOf(templates, starts) {
  const { rows, sessions } = templates;
  for (const { atNs, template } of starts) {
    const first = sessions.firstRow[template];
    const roots = sessions.rootRows[template];
    for (let row = first; row < first + roots; row += 1) yield atNs + rows.delayNs[row];
  }
}

/** @returns arrivals per second, over whole steps */
function rated(arrivalsNs, stepS) {
  const counts = [];
  for (const atNs of arrivalsNs) {
    const step = Math.floor(atNs / 1e9 / stepS);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  return Array.from(counts, (count) => (count ?? 0) / stepS).slice(0, -1);
}

function recordedRates(name, path, stepS) {
  const records = [...readRates({ path, format: "rate-csv" })];
  const startMs = (records[0]?.atSeconds ?? 0) * 1_000;
  return { name, stepS, startMs, rates: records.map(({ perSecond }) => perSecond) };
}

/** Sessions of a profile whose turns are served at once. */
function generated({ name, profile, sessionsPerHour, days, curves, seed }) {
  const stream = (part) => new RandomStream(seed, `${name} ${part}`);
  const templates = generateTemplates({ profile, draws: stream("templates") });
  const source = sampledSource(templates, { sessionsPerHour, curves, draws: stream("starts") });
  const engine = engineModel(ENGINE_PROFILES["test-small"], 16);
  const engines = { engine, decodeEngine: engine, split: false };
  const walked = new Map();
  const warmUpNs = WARM_UP_HOURS * HOUR_NS;
  const counts = Array.from({ length: days * 1_440 }, () => 0);
  const start = { atNs: 0, template: 0 };
  while (source.next(start) && start.atNs < warmUpNs + days * 24 * HOUR_NS) {
    const { template, atNs } = start;
    if (!walked.has(template)) walked.set(template, walkTemplate(templates, template, engines));
    for (const offset of walked.get(template).arrivalNs) {
      const minute = Math.floor((atNs + offset - warmUpNs) / MINUTE_NS);
      if (minute >= 0 && minute < counts.length) counts[minute] += 1;
    }
  }
  const startMs = MONDAY_MS + WARM_UP_HOURS * HOUR_S * 1_000;
  return { name, stepS: 60, startMs, rates: counts.map((count) => count / 60) };
}

const days = dailyAndWeekly(MONDAY_MS, { daily: 0.6, weekly: 0.2 });
/** Surges that nobody announced, hours apart, of sizes and lengths drawn at random. */
function surges(seed, many) {
  const stream = new RandomStream(seed, "surges");
  let atNs = 12 * HOUR_NS;
  return Array.from({ length: many }, () => {
    atNs += (6 + 12 * stream.uniform()) * HOUR_NS;
    return surge({
      atNs,
      factor: 2 + 3 * stream.uniform(),
      rampNs: (1 + 29 * stream.uniform()) * MINUTE_NS,
      holdNs: (0.5 + 2 * stream.uniform()) * HOUR_NS,
    });
  });
}

/**
 * Drift that no season explains: on the third day the rate begins to grow, to twice as much on the
 * fifth; from the sixth on there are three times as many for good.
 */
const drift = [
  surge({ atNs: 48 * HOUR_NS, factor: 2, rampNs: 48 * HOUR_NS, holdNs: 365 * 24 * HOUR_NS }),
  surge({ atNs: 120 * HOUR_NS, factor: 1.5, rampNs: MINUTE_NS, holdNs: 365 * 24 * HOUR_NS }),
];

const GENERATED = [
  { name: "agents, flat", profile: "coding-agent", sessionsPerHour: 110, curves: [] },
  { name: "agents, days", profile: "coding-agent", sessionsPerHour: 110, curves: days },
  { name: "agents, surges", profile: "coding-agent", sessionsPerHour: 110, curves: surges(7, 9) },
  { name: "agents, drift", profile: "coding-agent", sessionsPerHour: 60, curves: drift },
  { name: "chat, days", profile: "chat", sessionsPerHour: 4_000, curves: days },
  { name: "batch, flat", profile: "batch", sessionsPerHour: 120, curves: [] },
];

/** @returns a series a name; `rates` in requests/s, one a step, from `startMs` on */
export function generatedSeries(seed) {
  return GENERATED.map((options) => generated({ ...options, days: 7, seed }));
}

/** @returns those recordings that are in the folder */
export function recordedSeries(folder) {
  const at = (file) => join(folder, file);
  const all = [
    ["mooncake-conversation.jsonl", (path) => counted("Mooncake conversation", path, "mooncake")],
    ["azure-llm-2023-code.csv", (path) => counted("Azure code", path, "azure-llm")],
    ["servegen-m-large-rate-600s.csv", (path) => recordedRates("ServeGen M-large", path, 600)],
    ["servegen-m-mid-rate-600s.csv", (path) => recordedRates("ServeGen M-mid", path, 600)],
    ["nab-elb-request-count-5min.csv", (path) => recordedRates("NAB ELB", path, 300)],
    ["nab-twitter-aapl-5min.csv", (path) => recordedRates("NAB Twitter AAPL", path, 300)],
  ];
  return all.flatMap(([file, read]) => (existsSync(at(file)) ? [read(at(file))] : []));
}
