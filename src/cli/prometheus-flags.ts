/** Which Prometheus a command asks, and as whom. */
import type { Command } from "commander";
import { createPrometheusClient } from "../adapters/prometheus/client.ts";
import type { PrometheusClient } from "../adapters/prometheus/client.ts";
import type { PrometheusCredentials, PrometheusEndpoint } from "../adapters/prometheus/endpoint.ts";
import type { CompiledFleet } from "../core/compiled.ts";
import { millis } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import { CommandFailed, UsageError } from "./usage-error.ts";

export interface EndpointFlags {
  readonly prometheusUrl?: string;
  readonly prometheusTokenFile?: string;
  readonly prometheusCaFile?: string;
}

/** Answers of hours at a time; two at once do not slow a server down for others. */
const LIMITS = { deadlineMs: millis(60_000), concurrencyPerOrigin: 2 };

export const withEndpointFlags = (command: Command): Command =>
  command
    .option("--prometheus-url <url>", "asked instead of the one that fleets name")
    .option("--prometheus-token-file <path>", "bearer token")
    .option("--prometheus-ca-file <path>", "certificate authority, PEM");

function credentialsOf(flags: EndpointFlags): PrometheusCredentials {
  const { prometheusTokenFile, prometheusCaFile } = flags;
  return {
    ...(prometheusTokenFile === undefined ? {} : { tokenFile: prometheusTokenFile }),
    ...(prometheusCaFile === undefined ? {} : { caFile: prometheusCaFile }),
  };
}

/**
 * @returns the Prometheus that was named, else the fleet's own: who runs the command gave the token
 * @throws UsageError where neither is
 */
export function endpointFor(flags: EndpointFlags, fleet: CompiledFleet): PrometheusEndpoint {
  const credentials = credentialsOf(flags);
  if (flags.prometheusUrl !== undefined)
    return { url: flags.prometheusUrl, headers: {}, credentials };
  const own = fleet.signals.prometheus;
  if (own !== null) return { url: own.url, headers: own.headers, credentials };
  const expected = `expected it, or spec.signals.prometheus of ${fleet.key}`;
  throw new UsageError(`--prometheus-url: found nothing, ${expected}`);
}

/** @throws CommandFailed with what the port says, and whatever else `work` throws */
export async function withPrometheus<T>(
  work: (client: PrometheusClient) => Promise<T>,
): Promise<T> {
  const client = createPrometheusClient(LIMITS);
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof PortError) throw new CommandFailed(error.message);
    throw error;
  } finally {
    await client.close();
  }
}
