/**
 * Before a rack's pods are evicted: its units are taken out of routing one after another, at the
 * pace that the others can bear, and the turns that run on them end. Progress is read off the pods,
 * which carry since when they are out.
 */
import type { EngineReading, Intent, PodObservation } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { elapsed } from "../units.ts";
import type { EpochMs, Millis } from "../units.ts";
import { ejectPace } from "./eject-pace.ts";
import type { EjectPace, EjectTraffic } from "./eject-pace.ts";
import { ejectedSince, routedUnits } from "./routed-units.ts";
import type { RoutedUnit } from "./routed-units.ts";
import type { WorkflowStep } from "./workflow-step.ts";

export interface DrainTraffic extends EjectTraffic {
  /** Why the other racks are to take over no more now; null: nothing speaks against it. */
  readonly hold: Reason | null;
  readonly engines: readonly EngineReading[];
  /** Within this a turn has ended, for units whose turns no source shows. */
  readonly turnMs: Millis;
  /** Within this what a source shows may be from before routers took note. */
  readonly settleMs: Millis;
}

interface Ejection {
  readonly intent: Intent;
  readonly now: EpochMs;
  readonly traffic: DrainTraffic;
}

/** @returns null once nothing more is to come before eviction, also where no pod has a route */
export function ejectStep(pods: readonly PodObservation[], drain: Ejection): WorkflowStep | null {
  const units = routedUnits(pods.filter(({ terminating }) => !terminating));
  const routed = units.filter((unit) => ejectedSince(unit) === null);
  const [next] = routed;
  if (next !== undefined) return takeOut(next, routed, drain);
  const busy = units.filter((unit) => !isQuiet(unit, drain));
  if (busy.length === 0) return null;
  const turns = turnsOn(busy, drain.traffic.engines);
  const shown = turns === null ? "" : ` ${turns} turns run.`;
  const found = `${busy.length} of ${units.length} units of rack ${drain.intent.rack}.${shown}`;
  return { kind: "Wait", reason: reason("turns-running", found) };
}

/** Those that serve nobody go at once; of the others one a tick, if the pace allows. */
function takeOut(
  next: RoutedUnit,
  routed: readonly RoutedUnit[],
  { intent, now, traffic }: Ejection,
): WorkflowStep {
  const idle = routed.filter((unit) => !serves(unit));
  if (idle.length > 0) return eject(idle, `${idle.length} serve nobody.`, { intent, now });
  const left = `${routed.length} units of rack ${intent.rack} still take turns.`;
  if (traffic.hold !== null) return { kind: "Wait", reason: traffic.hold };
  if (next.role === "Decode") return eject([next], left, { intent, now });
  if (traffic.units <= 1 && traffic.promptTokensPerSecond > 0) {
    const alone = `${left} No other unit of the fleet could take them over.`;
    return { kind: "Wait", reason: reason("eject-hold", alone) };
  }
  const pace = ejectPace(traffic, now);
  const figures = `${left} ${paceText(pace, traffic.maxColdTokensPerSecond)}`;
  if (pace.mayEject) return eject([next], figures, { intent, now });
  return { kind: "Wait", reason: reason("eject-pace", figures) };
}

/** @returns the figures of the pace, and what becomes of a unit that exceeds it alone */
function paceText(pace: EjectPace, most: number): string {
  const [unit, expected] = [pace.unitTokensPerSecond, pace.expectedTokensPerSecond].map(Math.round);
  const found = `The next brings ${unit} cold tokens/s to the ${expected} still expected`;
  if (!pace.exceedsAlone) return `${found}, of ${most}.`;
  const alone = "One unit is more than that, so each goes alone once the last one's are served";
  return `${found}, of ${most}. ${alone}; ${unit} at least would let them follow at the pace.`;
}

const serves = ({ pods }: RoutedUnit): boolean => pods.some(({ ready }) => ready);

function eject(
  units: readonly RoutedUnit[],
  detail: string,
  { intent, now }: Pick<Ejection, "intent" | "now">,
): WorkflowStep {
  const why = reason("ejecting", detail);
  const pods = units.flatMap((unit) =>
    unit.pods.flatMap(({ namespace, name, uid, route }) =>
      route === undefined ? [] : [{ namespace, name, uid, label: route.label }],
    ),
  );
  const { name, fleet } = intent;
  const action = { kind: "Eject" as const, intent: name, fleet, pods, at: now, reason: why };
  return { kind: "Act", reason: why, actions: [action] };
}

const readingsOf = (
  { pods }: RoutedUnit,
  engines: readonly EngineReading[],
): readonly EngineReading[] =>
  engines.filter(
    ({ pod, runningTurns }) => runningTurns !== undefined && pods.some(({ name }) => name === pod),
  );

const turnsIn = (readings: readonly EngineReading[]): number =>
  readings.reduce(
    (sum, { runningTurns = 0, waitingTurns }) => sum + runningTurns + waitingTurns,
    0,
  );

/** @returns null where no source shows any of them */
function turnsOn(units: readonly RoutedUnit[], engines: readonly EngineReading[]): number | null {
  const readings = units.flatMap((unit) => readingsOf(unit, engines));
  return readings.length === 0 ? null : turnsIn(readings);
}

function isQuiet(unit: RoutedUnit, { now, traffic }: Ejection): boolean {
  const since = ejectedSince(unit);
  if (!serves(unit)) return true;
  const outMs = since === null ? 0 : elapsed(since, now);
  if (outMs < traffic.settleMs) return false;
  const readings = readingsOf(unit, traffic.engines);
  return readings.length > 0 ? turnsIn(readings) === 0 : outMs >= traffic.turnMs;
}
