/** The recorded past of a fleet: range queries, a day at a time. */
import type { CompiledFleet } from "../../core/compiled.ts";
import type { SignalReading } from "../../core/observation.ts";
import { batchPromql, PART_LABEL, planPast } from "../../core/queries/fleet-plan.ts";
import type { Batch, PlannedReading } from "../../core/queries/fleet-plan.ts";
import { absent } from "../../core/queries/readings.ts";
import { DAY_MS, epochMs, ratio } from "../../core/units.ts";
import type { EpochMs } from "../../core/units.ts";
import type { PastFleet, PastRange, PastSource } from "../../ports/past-source.ts";
import type { PrometheusClient, RangeQuery } from "./client.ts";
import type { RangeSeries } from "./decode.ts";
import type { PrometheusEndpoint } from "./endpoint.ts";

export interface PrometheusPastOptions {
  readonly client: PrometheusClient;
  /** @returns whom to ask about the fleet; null: about racks, so the controller's own */
  readonly endpointOf: (fleet: CompiledFleet | null) => Promise<PrometheusEndpoint>;
  readonly promptBuckets: PastSource["promptBuckets"];
}

/** Values by instant, by batch and part. */
type Tracks = ReadonlyMap<string, ReadonlyMap<EpochMs, number>>;

/** @returns the source; each of its answers may throw a PortError */
export function createPrometheusPast(options: PrometheusPastOptions): PastSource {
  const { client, endpointOf, promptBuckets } = options;
  return {
    promptBuckets,
    fleet: async (fleet, range) => {
      const asked = { client, endpoint: await endpointOf(fleet) };
      const { batches, signals, objectives } = planPast(fleet, range.stepMs);
      const tracks: Tracks = new Map(
        (await Promise.all(batches.map((batch) => tracksOf(asked, batch, range)))).flat(),
      );
      return instantsOf(range).flatMap((at) => {
        const of = (planned: PlannedReading): SignalReading => readingAt(planned, tracks, at);
        const seen: PastFleet = {
          key: fleet.key,
          signals: {
            arrivals: of(signals.arrivals),
            promptTokens: of(signals.promptTokens),
            generatedTokens: of(signals.generatedTokens),
            servedTurns: of(signals.servedTurns),
            ttftP50: of(signals.ttftP50),
            itlP50: of(signals.itlP50),
          },
          objectives: objectives.map(({ name, reading }) => ({ name, share: of(reading) })),
        };
        return isKnown(seen) ? [{ at, seen }] : [];
      });
    },
    racks: async (pool, range) => {
      const asked = { client, endpoint: await endpointOf(null) };
      const promql = `max(breakwater_pool_desired_racks{pool=${JSON.stringify(pool)}})`;
      const series = await inPieces(asked, { name: `racks of ${pool}`, promql }, range);
      const points = series.flatMap((each) => each.points);
      return points.map(({ at, value }) => ({ at, racks: value }));
    },
  };
}

interface Asked {
  readonly client: PrometheusClient;
  readonly endpoint: PrometheusEndpoint;
}

/** Answers are bounded in points and in size: a day of minutes is 1,440 points a series. */
async function inPieces(
  { client, endpoint }: Asked,
  query: Pick<RangeQuery, "name" | "promql">,
  { from, to, stepMs }: PastRange,
): Promise<readonly RangeSeries[]> {
  const pieceMs = Math.max(1, Math.floor(DAY_MS / stepMs)) * stepMs;
  const found: RangeSeries[] = [];
  for (let start: number = from; start <= to; start += pieceMs) {
    const piece = { from: epochMs(start), to: epochMs(Math.min(start + pieceMs - stepMs, to)) };
    found.push(...(await client.range(endpoint, { ...query, ...piece, stepMs })).series);
  }
  return found;
}

async function tracksOf(
  asked: Asked,
  batch: Batch,
  range: PastRange,
): Promise<readonly (readonly [string, ReadonlyMap<EpochMs, number>])[]> {
  const query = { name: `the past of ${batch.name}`, promql: batchPromql(batch) };
  const series = await inPieces(asked, query, range);
  return batch.parts.map(({ key }) => {
    const own = series.filter(({ labels }) => labels[PART_LABEL] === key);
    const points = own.flatMap((each) => each.points);
    return [placeOf(batch.name, key), new Map(points.map(({ at, value }) => [at, value]))];
  });
}

const placeOf = (batch: string, key: string): string => `${batch}/${key}`;

function* instants({ from, to, stepMs }: PastRange): Generator<EpochMs> {
  for (let at: number = from; at <= to; at += stepMs) yield epochMs(at);
}

const instantsOf = (range: PastRange): readonly EpochMs[] => [...instants(range)];

/** Nothing is judged here: what is older than a few minutes has no sample at the instant at all. */
function readingAt(planned: PlannedReading, tracks: Tracks, at: EpochMs): SignalReading {
  if (planned.kind === "refused") {
    return absent(planned.problem ?? "not-configured", planned.detail);
  }
  const { batch, key } = planned.value;
  const value = tracks.get(placeOf(batch, key))?.get(at);
  if (value === undefined) return absent("empty", "no sample at that instant");
  const taken = { observedAt: at, coverage: ratio(1), degraded: null };
  return { kind: "value", value: value * planned.factor, ...taken };
}

const isKnown = ({ signals, objectives }: PastFleet): boolean =>
  [...Object.values(signals), ...objectives.map(({ share }) => share)].some(
    ({ kind }) => kind === "value",
  );
