/** Tells a terminal what the controller sees and does, one line at a time. */
import pc from "picocolors";
import type { Action, FleetDecision } from "../core/decision.ts";
import type { FleetObservation, SignalReading } from "../core/observation.ts";
import { REASONS } from "../core/reasons.ts";
import { MINUTE_MS, elapsed } from "../core/units.ts";
import type { EpochMs } from "../core/units.ts";
import type { Telemetry, TickReport } from "../ports/telemetry.ts";

/** A line without news at most this often, in the world's time. */
const QUIET_LINE_EVERY_MS = 5 * MINUTE_MS;

/** @param print receives finished lines */
export function narrator(print: (line: string) => void): Telemetry {
  let lastAt: EpochMs | null = null;
  let lastNews = "";
  return {
    tick: (report) => {
      const { now } = report.observation;
      const news = newsOf(report);
      const due = lastAt === null || elapsed(lastAt, now) >= QUIET_LINE_EVERY_MS;
      if (news !== "" && news !== lastNews) print(`${clock(now)}  ${pc.bold(news)}`);
      else if (due) for (const line of summaries(report)) print(line);
      if (due || news !== "") lastAt = now;
      lastNews = news;
    },
    tickFailed: (group, code, message) => print(pc.red(`${group}: ${code}: ${message}`)),
    forget: () => {},
  };
}

const clock = (at: EpochMs): string => new Date(at).toISOString().slice(11, 19);

function newsOf({ decision, actions }: TickReport): string {
  const done = decision.progress.flatMap(({ intent, state, reason }) =>
    state === "Waiting" ? [] : [`${intent}: ${reason.text}`],
  );
  const opened = decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [openedText(action)] : [],
  );
  const failed = actions.flatMap(({ outcome, intent, detail }) =>
    outcome === "failed" || outcome === "conflict" ? [`${intent}: ${detail}`] : [],
  );
  return [...opened, ...done, ...failed].join("  ");
}

function openedText({ intent, reason }: Extract<Action, { kind: "OpenIntent" }>): string {
  const { name, fromRacks, toRacksAtMost, rack, taker } = intent;
  if (taker !== undefined) return `${name} opened: rack ${rack} to ${taker}. ${reason.text}`;
  return `${name} opened: ${fromRacks} → ${toRacksAtMost} racks. ${reason.text}`;
}

function summaries({ decision, observation }: TickReport): readonly string[] {
  return decision.fleets.map((fleet) => {
    const seen = observation.fleets.find(({ key }) => key === fleet.fleet);
    const subject = `${clock(decision.at)}  ${fleet.fleet}`;
    if (fleet.forecast === null && unscraped(seen)) {
      return `${subject}  waiting for the first samples; nothing is decided before`;
    }
    return [subject, latency(seen), racks(fleet), reasonOf(fleet)].join("  ");
  });
}

/** A rate needs two samples: every source begins like this, and it is no fault. */
function unscraped(seen: FleetObservation | undefined): boolean {
  const arrivals = seen?.signals.arrivals;
  return arrivals?.kind === "absent" && arrivals.problem === "empty";
}

function latency(seen: FleetObservation | undefined): string {
  if (seen === undefined) return "not observed";
  const shares = seen.objectives.map(({ name, share }) => `${name} ${percent(share)}`);
  const turns = valueOf(seen.signals.arrivals);
  const waiting = valueOf(seen.signals.waitingTurns);
  return [
    `${turns === null ? "?" : turns.toFixed(1)} turns/s`,
    `${waiting === null ? "?" : Math.round(waiting)} waiting`,
    ...shares,
  ].join("  ");
}

const valueOf = (reading: SignalReading): number | null =>
  reading.kind === "value" && Number.isFinite(reading.value) ? reading.value : null;

function percent(reading: SignalReading): string {
  const value = valueOf(reading);
  return value === null ? "n/a" : `${(value * 100).toFixed(1)} %`;
}

function racks(fleet: FleetDecision): string {
  const hit = fleet.cache.hitRate;
  const rate = hit === null ? "hit n/a" : `hit ${Math.round(hit * 100)} %`;
  const { servingRacks, heldRacks, want } = fleet;
  return `${rate}  racks ${servingRacks} serving, ${heldRacks} held, ${want.racks} wanted`;
}

/** The sentence of the reason, without its numbers: a line is read at a glance. */
const reasonOf = ({ reasons: [first] }: FleetDecision): string =>
  pc.dim(first === undefined ? "" : REASONS[first.code]);
