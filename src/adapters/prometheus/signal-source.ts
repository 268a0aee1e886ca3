/** The live SignalSource: plan, ask in parallel as of one instant, read the answers. */
import type { CompiledFleet } from "../../core/compiled.ts";
import type { SignalReading } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { SignalSnapshot, SignalSource } from "../../ports/signal-source.ts";
import type { PrometheusClient } from "./client.ts";
import type { PrometheusCredentials, PrometheusEndpoint } from "./endpoint.ts";
import {
  type Batch,
  batchPromql,
  type FleetPlan,
  planFleet,
  type PlannedReading,
} from "./fleet-plan.ts";
import { type Asked, readHistory } from "./history.ts";
import { absentBecause, type BatchOutcome, type Outcomes, readingOf } from "./readings.ts";
import { signalRecord } from "./signal-record.ts";

export interface PrometheusSourceOptions {
  readonly client: PrometheusClient;
  /** Asked for fleets that name no Prometheus of their own; null: there is none. */
  readonly defaultEndpoint: PrometheusEndpoint | null;
  /**
   * Credentials from the Secret that the fleet names in its own namespace. The controller's own are
   * never sent to a URL that a fleet chose.
   */
  readonly resolveCredentials: (fleet: CompiledFleet) => Promise<PrometheusCredentials>;
}

/** @returns the source; its `read` never throws, its `history` throws PortError. */
export function createPrometheusSource(options: PrometheusSourceOptions): SignalSource {
  const asked = async (fleet: CompiledFleet): Promise<Asked> => ({
    client: options.client,
    endpoint: await endpointOf(options, fleet),
  });
  return {
    read: async (fleet, at) => {
      const plan = planFleet(fleet);
      try {
        const outcomes = await askAll(await asked(fleet), plan.batches, at);
        return snapshot(plan, (planned) => readingOf(planned, outcomes));
      } catch (cause) {
        const reading = absentBecause(asPortError(cause, fleet));
        return snapshot(plan, () => reading);
      }
    },
    history: async (fleet, range) => readHistory(await asked(fleet), fleet, range),
  };
}

/** @throws PortError when there is nobody to ask, or the credentials cannot be read */
async function endpointOf(
  { defaultEndpoint, resolveCredentials }: PrometheusSourceOptions,
  fleet: CompiledFleet,
): Promise<PrometheusEndpoint> {
  const own = fleet.signals.prometheus;
  if (own !== null) {
    const credentials = own.secretName === null ? {} : await resolveCredentials(fleet);
    return { url: own.url, headers: own.headers, credentials };
  }
  if (defaultEndpoint !== null) return defaultEndpoint;
  throw new PortError(
    "not-found",
    `${fleet.key}: spec.signals.prometheus is not set and the controller has no default Prometheus`,
  );
}

/** A failed batch fails its own readings only. */
async function askAll(
  { client, endpoint }: Asked,
  batches: readonly Batch[],
  at: EpochMs,
): Promise<Outcomes> {
  const outcomes = await Promise.all(
    batches.map(async (batch): Promise<readonly [string, BatchOutcome]> => {
      try {
        const query = { name: batch.name, promql: batchPromql(batch), at };
        const answer = await client.instant(endpoint, query);
        return [batch.name, { kind: "answered", batch, answer }];
      } catch (cause) {
        if (cause instanceof PortError) return [batch.name, { kind: "failed", error: cause }];
        throw cause;
      }
    }),
  );
  return new Map(outcomes);
}

function snapshot(
  plan: FleetPlan,
  read: (planned: PlannedReading) => SignalReading,
): SignalSnapshot {
  return {
    signals: signalRecord((name) => read(plan.signals[name])),
    objectives: plan.objectives.map(({ name, reading }) => ({ name, share: read(reading) })),
  };
}

/** Whatever was thrown, one tick of one fleet is all that it may cost. */
const asPortError = (cause: unknown, { key }: CompiledFleet): PortError =>
  cause instanceof PortError
    ? cause
    : new PortError("bad-answer", `reading the signals of ${key} failed unexpectedly`, cause);
