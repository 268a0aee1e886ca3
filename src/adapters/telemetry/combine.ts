import type { TelemetrySink } from "./metrics.ts";

/** @returns a sink that hands every report to each of `sinks`, in order. */
export function combineTelemetry(...sinks: readonly TelemetrySink[]): TelemetrySink {
  return {
    tick: (report) => sinks.forEach((sink) => sink.tick(report)),
    tickFailed: (...failure) => sinks.forEach((sink) => sink.tickFailed(...failure)),
    forget: (group) => sinks.forEach((sink) => sink.forget(group)),
  };
}
