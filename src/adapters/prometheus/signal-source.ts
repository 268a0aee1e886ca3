/** The live SignalSource: plan, ask in parallel as of one instant, read the answers. */
import type { CompiledFleet, Role } from "../../core/compiled.ts";
import { cacheReading, planCaches } from "../../core/queries/cache-plan.ts";
import { engineReadings, planEngines } from "../../core/queries/engine-plan.ts";
import { planHitRates, podHitRates } from "../../core/queries/hit-rate-plan.ts";
import { type Batch, batchPromql, planFleet } from "../../core/queries/fleet-plan.ts";
import { type BatchOutcome, everyReading, readingOf } from "../../core/queries/readings.ts";
import type { EpochMs } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import type { SignalSource } from "../../ports/signal-source.ts";
import { absentBecause, answeredParts, failedBecause } from "./answers.ts";
import type { PrometheusClient } from "./client.ts";
import type { PrometheusCredentials, PrometheusEndpoint } from "./endpoint.ts";
import { type Asked, readHistory } from "./history.ts";

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
      const byEngine = drainedByEngine(fleet) ? planEngines(fleet) : [];
      const byPod = planHitRates(fleet);
      try {
        const byCache = byPod.length > 0 ? planCaches(fleet) : [];
        const batches = [...plan.batches, ...byEngine, ...byPod, ...byCache];
        const outcomes = await askAll(await asked(fleet), batches, at);
        const caches = cacheReading(outcomes, fleet);
        return {
          ...everyReading(plan, (planned) => readingOf(planned, outcomes)),
          ...(byEngine.length > 0 && { engines: engineReadings(outcomes, prefillRole(fleet)) }),
          ...(byPod.length > 0 && { hitRates: podHitRates(outcomes) }),
          ...(caches !== null && { caches }),
        };
      } catch (cause) {
        const reading = absentBecause(asPortError(cause, fleet));
        return everyReading(plan, () => reading);
      }
    },
    history: async (fleet, range) => readHistory(await asked(fleet), fleet, range),
  };
}

/** Which turns still run on an ejected engine is read engine by engine, where series are known. */
const drainedByEngine = ({ signals, workloads }: CompiledFleet): boolean =>
  signals.profile === "vllm" && workloads.some(({ ejectLabel }) => ejectLabel !== undefined);

const prefillRole = ({ workloads }: CompiledFleet): Role =>
  workloads.some(({ role }) => role === "Prefill") ? "Prefill" : "Aggregated";

/** @throws PortError when there is nobody to ask, or the credentials cannot be read */
export async function endpointOf(
  { defaultEndpoint, resolveCredentials }: Omit<PrometheusSourceOptions, "client">,
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
export async function askAll(
  { client, endpoint }: Asked,
  batches: readonly Batch[],
  at: EpochMs,
): Promise<ReadonlyMap<string, BatchOutcome>> {
  const outcomes = await Promise.all(
    batches.map(async (batch): Promise<readonly [string, BatchOutcome]> => {
      try {
        const query = { name: batch.name, promql: batchPromql(batch), at };
        const answer = await client.instant(endpoint, query);
        const { degraded } = answer;
        return [batch.name, { kind: "answered", batch, parts: answeredParts(answer), degraded }];
      } catch (cause) {
        if (cause instanceof PortError) return [batch.name, failedBecause(cause)];
        throw cause;
      }
    }),
  );
  return new Map(outcomes);
}

/** Whatever was thrown, one tick of one fleet is all that it may cost. */
const asPortError = (cause: unknown, { key }: CompiledFleet): PortError =>
  cause instanceof PortError
    ? cause
    : new PortError("bad-answer", `reading the signals of ${key} failed unexpectedly`, cause);
