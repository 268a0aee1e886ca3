/** A line of a decision log as the live stream would have shown the tick. Runs in the page. */
import type { TickEvent } from "../../api/events.ts";
import { API_SCHEMA_VERSION } from "../../api/schema-version.ts";
import { EMPTY_MEMORY } from "../../core/memory.ts";
import { millis } from "../../core/units.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import { decisionViews } from "../telemetry/views/decision-views.ts";
import { fleetViews } from "../telemetry/views/fleet-views.ts";
import { groupView } from "../telemetry/views/group-view.ts";
import { historyPoint, mergePoints } from "../telemetry/views/history-point.ts";
import { poolViews } from "../telemetry/views/pool-views.ts";
import { decodeLogged } from "./decode-logged.ts";

export { mergePoints };

/**
 * @returns the tick of the record; a log does not say what was carried out, nor how long it took
 * @throws Error that says what was found, and what is expected
 */
export function recordEvent(text: string): TickEvent {
  const { policy, observation, decision } = decodeLogged(text);
  const report: TickReport = {
    group: policy,
    observation,
    memory: EMPTY_MEMORY,
    decision,
    actions: [],
    durationMs: millis(0),
  };
  const fleets = fleetViews(report);
  const pools = poolViews(report);
  return {
    schemaVersion: API_SCHEMA_VERSION,
    kind: "tick",
    group: groupView(report),
    fleets,
    pools,
    decisions: decisionViews(report),
    history: fleets.map((view) => ({ fleet: view.fleet, point: historyPoint(view, pools) })),
  };
}
