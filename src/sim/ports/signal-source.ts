/**
 * The metrics source of the simulated world. It answers what the vLLM signal table would over the
 * same scrapes: one-minute rates, five-minute objective shares from bucket counts, the lag and
 * resolution of scraping included. Label matchers and overrides are not simulated.
 */
import type { CompiledFleet, CompiledObjective } from "../../core/compiled.ts";
import type { FleetSignals, ObjectiveReading, SignalReading } from "../../core/observation.ts";
import type { SignalName, SignalProblem } from "../../core/signals/names.ts";
import { VLLM_BUCKETS_SECONDS } from "../../core/profiles/vllm.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { MINUTE_MS, epochMs, ratio, seconds } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { DemandSample, SignalSnapshot, SignalSource } from "../../ports/signal-source.ts";
import { histogramQuantile, increase, shareWithin } from "../histogram.ts";
import type { DemandScrape, Scrape } from "../scrape-log.ts";
import { rateOf, slopeOf } from "../scrape-log.ts";
import type { World } from "../world.ts";

/** The window of rates: four scrapes of the usual 15 s. */
const RATE_WINDOW_MS = MINUTE_MS;
/** Inside the objective is judged over the last five minutes. */
const OBJECTIVE_WINDOW_MS = 5 * MINUTE_MS;

/** The scrapes of one fleet that are visible at one instant. */
interface View {
  readonly fleet: CompiledFleet;
  readonly newest: Scrape;
  readonly rates: readonly Scrape[];
  readonly objectives: readonly Scrape[];
}

const absent = (problem: SignalProblem, detail: string): SignalReading => ({
  kind: "absent",
  problem,
  detail,
});

const OUTAGE = absent("unreachable", "the simulated metrics source is out");
const EMPTY = absent("empty", "no sample in the window");

export function simulatedSignalSource(world: World): SignalSource {
  return {
    read: (fleet, at) => Promise.resolve(snapshot(world, fleet, at)),
    history: (fleet, range) =>
      world.metricsOut(range.at)
        ? Promise.reject(new PortError("unreachable", "the simulated metrics source is out"))
        : Promise.resolve(history(world, fleet, range)),
  };
}

function snapshot(world: World, fleet: CompiledFleet, at: EpochMs): SignalSnapshot {
  if (world.metricsOut(at)) return everySignal(fleet, () => OUTAGE, OUTAGE);
  const view = viewOf(world, fleet, at);
  if (view === null) return everySignal(fleet, () => EMPTY, EMPTY);
  return {
    signals: signalsBy((name) => asReading(view, SIGNALS[name](view))),
    objectives: fleet.objectives.map((objective) => objectiveReading(view, objective)),
  };
}

function viewOf(world: World, fleet: CompiledFleet, at: EpochMs): View | null {
  const visibleAt = at - world.options.scrape.lagMs;
  const log = world.fleet(fleet.key)?.scrapes;
  const objectives = log?.window(visibleAt, OBJECTIVE_WINDOW_MS) ?? [];
  const newest = objectives.at(-1);
  if (log === undefined || newest === undefined) return null;
  return { fleet, newest, rates: log.window(visibleAt, RATE_WINDOW_MS), objectives };
}

function everySignal(
  fleet: CompiledFleet,
  reading: (name: SignalName) => SignalReading,
  share: SignalReading,
): SignalSnapshot {
  const objectives = fleet.objectives.map(({ name }) => ({ name, share }));
  return { signals: signalsBy(reading), objectives };
}

function asReading({ newest }: View, value: number | null): SignalReading {
  if (value === null) return EMPTY;
  const observedAt = epochMs(newest.at);
  const coverage = ratio(newest.coverage);
  return { kind: "value", value, observedAt, coverage, degraded: null };
}

function objectiveReading(view: View, objective: CompiledObjective): ObjectiveReading {
  const key = objective.metric === "TTFT" ? "ttft" : "itl";
  const bounds = VLLM_BUCKETS_SECONDS[objective.metric];
  const share = shareWithin(seconds(objective.thresholdMs), bounds, counted(view.objectives, key));
  return { name: objective.name, share: asReading(view, share) };
}

/** What a histogram counted between the first and the last scrape of a window. */
function counted(scrapes: readonly Scrape[], key: "ttft" | "itl"): readonly number[] {
  const first = scrapes[0]?.[key] ?? [];
  return increase(first, scrapes.at(-1)?.[key] ?? []);
}

const rate =
  (counter: (scrape: Scrape) => number) =>
  ({ rates }: View): number | null =>
    rateOf(rates, counter);

const quantile =
  (q: number, key: "ttft" | "itl") =>
  ({ rates }: View): number | null => {
    const bounds = VLLM_BUCKETS_SECONDS[key === "ttft" ? "TTFT" : "ITL"];
    return histogramQuantile(q, bounds, counted(rates, key));
  };

/** With a gateway its counter; without, first tokens plus the growth of the queue. */
function arrivalsOf(
  fleet: CompiledFleet,
  samples: readonly Omit<DemandScrape, "promptTokens" | "generatedTokens">[],
): number | null {
  if (fleet.signals.edge !== null) return rateOf(samples, ({ sent }) => sent);
  const served = rateOf(samples, ({ firstTokens }) => firstTokens);
  const growth = slopeOf(samples, ({ waiting }) => waiting);
  return served === null || growth === null ? null : Math.max(0, served + growth);
}

const SIGNALS: Readonly<Record<SignalName, (view: View) => number | null>> = {
  arrivals: ({ fleet, rates }) => arrivalsOf(fleet, rates),
  servedTurns: rate(({ firstTokens }) => firstTokens),
  promptTokens: rate(({ promptTokens }) => promptTokens),
  computedPromptTokens: rate(({ computedPromptTokens }) => computedPromptTokens),
  generatedTokens: rate(({ generatedTokens }) => generatedTokens),
  runningTurns: ({ newest }) => newest.running,
  waitingTurns: ({ newest }) => newest.waiting,
  kvUsage: ({ newest }) =>
    newest.kvTokens > 0 ? Math.min(1, newest.pinnedTokens / newest.kvTokens) : null,
  kvCapacity: ({ newest }) => newest.kvTokens,
  preemptions: () => 0,
  ttftP50: quantile(0.5, "ttft"),
  ttftP95: quantile(0.95, "ttft"),
  ttftP99: quantile(0.99, "ttft"),
  itlP50: quantile(0.5, "itl"),
  itlP95: quantile(0.95, "itl"),
  itlP99: quantile(0.99, "itl"),
};

function signalsBy(reading: (name: SignalName) => SignalReading): FleetSignals {
  return {
    arrivals: reading("arrivals"),
    servedTurns: reading("servedTurns"),
    promptTokens: reading("promptTokens"),
    computedPromptTokens: reading("computedPromptTokens"),
    generatedTokens: reading("generatedTokens"),
    runningTurns: reading("runningTurns"),
    waitingTurns: reading("waitingTurns"),
    kvUsage: reading("kvUsage"),
    kvCapacity: reading("kvCapacity"),
    preemptions: reading("preemptions"),
    ttftP50: reading("ttftP50"),
    ttftP95: reading("ttftP95"),
    ttftP99: reading("ttftP99"),
    itlP50: reading("itlP50"),
    itlP95: reading("itlP95"),
    itlP99: reading("itlP99"),
  };
}

interface HistoryRange {
  readonly at: EpochMs;
  readonly windowMs: Millis;
  readonly stepMs: Millis;
}

function history(
  world: World,
  fleet: CompiledFleet,
  { at, windowMs, stepMs }: HistoryRange,
): readonly DemandSample[] {
  const rateMs = Math.max(RATE_WINDOW_MS, stepMs);
  const visibleAt = at - world.options.scrape.lagMs;
  const log = world.fleet(fleet.key)?.scrapes;
  const visible = log?.demandWindow(visibleAt, windowMs + rateMs) ?? [];
  const samples: DemandSample[] = [];
  let begin = 0;
  for (let until = at - windowMs + stepMs; until <= at; until += stepMs) {
    while ((visible[begin]?.at ?? Number.POSITIVE_INFINITY) <= until - rateMs) begin += 1;
    let end = begin;
    while ((visible[end]?.at ?? Number.POSITIVE_INFINITY) <= until) end += 1;
    const sample = demandSample(fleet, visible.slice(begin, end), until);
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

function demandSample(
  fleet: CompiledFleet,
  scrapes: readonly DemandScrape[],
  at: number,
): DemandSample | null {
  const turns = arrivalsOf(fleet, scrapes);
  const prompt = rateOf(scrapes, ({ promptTokens }) => promptTokens);
  const output = rateOf(scrapes, ({ generatedTokens }) => generatedTokens);
  if (turns === null || prompt === null || output === null) return null;
  return {
    at: epochMs(at),
    turnsPerSecond: turns,
    promptTokensPerSecond: prompt,
    outputTokensPerSecond: output,
  };
}
