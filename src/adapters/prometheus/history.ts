/** Recorded demand, read back when memory was lost. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { epochMs } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { DemandSample } from "../../ports/signal-source.ts";
import type { PrometheusClient } from "./client.ts";
import type { RangeSeries } from "./decode.ts";
import type { PrometheusEndpoint } from "./endpoint.ts";
import {
  batchPromql,
  type HistoryPlan,
  PART_LABEL,
  planHistory,
  type PlannedReading,
} from "../../core/queries/fleet-plan.ts";

export interface HistoryRange {
  readonly at: EpochMs;
  readonly windowMs: Millis;
  readonly stepMs: Millis;
}

export interface Asked {
  readonly client: PrometheusClient;
  readonly endpoint: PrometheusEndpoint;
}

/** Values by instant. */
type Track = ReadonlyMap<EpochMs, number>;

/**
 * @returns the instants at which all three rates are known and finite, oldest first
 * @throws PortError when a query fails or cannot be written
 */
export async function readHistory(
  { client, endpoint }: Asked,
  fleet: CompiledFleet,
  range: HistoryRange,
): Promise<readonly DemandSample[]> {
  const plan = planHistory(fleet, range.stepMs);
  const from = epochMs(range.at - range.windowMs);
  const answers = await Promise.all(
    plan.batches.map((batch) =>
      client.range(endpoint, {
        name: `history of ${batch.name}`,
        promql: batchPromql(batch),
        from,
        to: range.at,
        stepMs: range.stepMs,
      }),
    ),
  );
  const byBatch = new Map(plan.batches.map(({ name }, i) => [name, answers[i]?.series ?? []]));
  return merged(plan, byBatch);
}

function merged(
  plan: HistoryPlan,
  byBatch: ReadonlyMap<string, readonly RangeSeries[]>,
): readonly DemandSample[] {
  const arrivals = trackOf(plan.signals.arrivals, byBatch);
  const prompt = trackOf(plan.signals.promptTokens, byBatch);
  const output = trackOf(plan.signals.generatedTokens, byBatch);
  return [...arrivals].flatMap(([at, turnsPerSecond]) => {
    const promptTokensPerSecond = prompt.get(at);
    const outputTokensPerSecond = output.get(at);
    return promptTokensPerSecond === undefined || outputTokensPerSecond === undefined
      ? []
      : [{ at, turnsPerSecond, promptTokensPerSecond, outputTokensPerSecond }];
  });
}

function trackOf(
  planned: PlannedReading,
  byBatch: ReadonlyMap<string, readonly RangeSeries[]>,
): Track {
  if (planned.kind === "refused") throw new PortError("invalid", planned.detail);
  const { batch, key } = planned.value;
  const found = (byBatch.get(batch) ?? []).filter(({ labels }) => labels[PART_LABEL] === key);
  if (found.length > 1) {
    const text = `query history of ${batch}: expected one series for ${key}, found ${found.length}`;
    throw new PortError("bad-answer", text);
  }
  const finite = (found[0]?.points ?? []).filter(({ value }) => Number.isFinite(value));
  return new Map(finite.map(({ at, value }) => [at, value * planned.factor]));
}
