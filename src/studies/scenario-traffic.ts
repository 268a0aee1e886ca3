/** The traffic of a scenario as streams of sessions, drawn anew for each seed. */
import { resolve } from "node:path";
import type {
  CompiledScenario,
  ScenarioTraffic,
  TrafficShape,
  TrafficSource,
} from "../config/compiled-scenario.ts";
import { RandomStream } from "../sim/random.ts";
import { TraceError } from "../traces/diagnostics.ts";
import { generatedTraffic, rateShapedTraffic } from "../traces/generators/generate.ts";
import { readRates } from "../traces/recording.ts";
import type { RecordingOptions } from "../traces/recording.ts";
import { dailyAndWeekly, surge } from "../traces/sources/rate-curve.ts";
import type { RateCurve } from "../traces/sources/rate-curve.ts";
import { replayTrace, sampleTrace } from "../traces/sources/recorded-traffic.ts";
import type { SessionSource } from "../traces/turn-templates.ts";
import type { TrafficOf } from "./simulation-run.ts";

const NS_PER_MS = 1e6;

/**
 * @param folder that the recordings' paths start from: the scenario's own
 * @returns reads the recordings each time it is called. @throws TraceError when one cannot be used
 */
export function trafficOf(scenario: CompiledScenario, folder: string): TrafficOf {
  return (seed, { group, startsAt, world } = scenario) => {
    const warmupMs = world.warmupMs ?? 0;
    return group.fleets.map(({ key }) => ({
      fleet: key,
      sources: world.traffic.flatMap((traffic, index) =>
        traffic.fleet === key
          ? [sourceOf(traffic, { seed, index, folder, startsAt, warmupMs })]
          : [],
      ),
    }));
  };
}

interface SourcePlace {
  readonly seed: number;
  /** Among the scenario's sources: each has random numbers of its own. */
  readonly index: number;
  readonly folder: string;
  readonly startsAt: number;
  readonly warmupMs: number;
}

function sourceOf({ shape, source }: ScenarioTraffic, place: SourcePlace): SessionSource {
  const curves = shape.map((change) => curveOf(change, place.warmupMs));
  const draws = streamOf(place, "starts");
  switch (source.kind) {
    case "replay":
      return replayTrace({ ...recordingOf(source, place), copies: source.scale, curves });
    case "sampled": {
      const { sessionsPerHour } = source;
      return sampleTrace({ ...recordingOf(source, place), sessionsPerHour, curves, draws });
    }
    case "rate":
      return shapedBy(source, place, { curves, draws });
    case "generate": {
      const waves = dailyAndWeekly(place.startsAt - place.warmupMs, source);
      const templateDraws = streamOf(place, "templates");
      return generatedTraffic({ ...source, curves: [...waves, ...curves], draws, templateDraws });
    }
  }
}

/** @throws TraceError when the recording is none, or no shape: a single rate, or zeros */
function shapedBy(
  source: Extract<TrafficSource, { kind: "rate" }>,
  place: SourcePlace,
  rest: { readonly curves: readonly RateCurve[]; readonly draws: RandomStream },
): SessionSource {
  const path = resolve(place.folder, source.path);
  const { format, offsetMs } = source;
  const templateDraws = streamOf(place, "templates");
  const rates = readRates({ path, format });
  try {
    const offsetNs = offsetMs * NS_PER_MS;
    return rateShapedTraffic({ ...source, ...rest, templateDraws, rates, offsetNs });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const expected = "two rates at least, one of them above 0";
    const at = { path, line: 0, column: 0 };
    throw new TraceError({ code: "TRC013", ...at, found: error.message, expected });
  }
}

const streamOf = ({ seed, index }: SourcePlace, use: string): RandomStream =>
  new RandomStream(seed, `traffic/${index}/${use}`);

function recordingOf(
  { format, path }: Extract<TrafficSource, { kind: "replay" | "sampled" }>,
  { folder }: SourcePlace,
): Pick<RecordingOptions, "path" | "format"> {
  if (format === "rate-csv" || format === "servegen-rate") {
    throw new Error(`${format} records a rate, which passed for a recording of turns`);
  }
  return { path: resolve(folder, path), format };
}

/** Sources count from the beginning of the warm-up, people from its end. */
const curveOf = ({ atMs, factor, holdMs, rampMs }: TrafficShape, warmupMs: number): RateCurve =>
  surge({
    atNs: (atMs + warmupMs) * NS_PER_MS,
    factor,
    rampNs: rampMs * NS_PER_MS,
    holdNs: holdMs * NS_PER_MS,
  });
