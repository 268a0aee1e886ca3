import type { Telemetry } from "../../ports/telemetry.ts";

/** @returns a sink that hands every report to each of `sinks`, in order. */
export function combineTelemetry(...sinks: readonly Telemetry[]): Telemetry {
  return {
    tick: (report) => sinks.forEach((sink) => sink.tick(report)),
    tickFailed: (...failure) => sinks.forEach((sink) => sink.tickFailed(...failure)),
    forget: (group) => sinks.forEach((sink) => sink.forget(group)),
  };
}
