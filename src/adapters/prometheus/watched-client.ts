import { type CallWatch, watchedCall } from "../telemetry/client-call.ts";
import type { PrometheusClient } from "./client.ts";

/** @returns the client, whose queries are told of, time in the queue included */
export const watchedPrometheus = (
  client: PrometheusClient,
  watch: CallWatch,
): PrometheusClient => ({
  instant: (endpoint, query) =>
    watchedCall("prometheus", watch, () => client.instant(endpoint, query)),
  range: (endpoint, query) => watchedCall("prometheus", watch, () => client.range(endpoint, query)),
  close: () => client.close(),
});
