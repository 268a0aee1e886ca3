/** The first thing to read: how all fleets are, in a sentence and a row each. */
import type { FleetView, ObjectiveView } from "../api/fleet-view.ts";
import { CAUSES } from "./cache-panel.ts";
import { byId, setAttribute, setText, type Panel } from "./dom.ts";
import { duration, latency, percent, rate } from "./format.ts";
import { fleetHeadingId } from "./fleet-panel.ts";
import type { PageState } from "./page-state.ts";
import { textTable, type Cell, type Row, type Tone } from "./text-table.ts";

export function glancePanel(): Panel<PageState> {
  const table = textTable({
    caption: "Fleets at a glance",
    columns: ["Fleet", "Objectives", "Racks", "Demand", "TTFT p95", "Hit rate", "Now"],
    empty: "No fleet yet: waiting for the first tick.",
  });
  return {
    element: table.element,
    update: (state) => {
      const { text, tone } = summaryOf(state);
      setText(byId("summary"), text);
      setAttribute(byId("summary"), "data-tone", tone);
      table.update(state.fleets.map(glanceRow));
    },
  };
}

interface Summary {
  readonly text: string;
  readonly tone: Tone;
}

/** `1 of 2 fleets is outside its objectives: agents/coder. 8 racks serve, 3 are on their way. …` */
function summaryOf({ fleets, pools, decisions, groups }: PageState): Summary {
  if (fleets.length === 0) return { text: "Waiting for the first tick.", tone: "quiet" };
  const outside = fleets.filter((fleet) => standingOf(fleet) === "outside");
  const unknown = fleets.filter((fleet) => standingOf(fleet) === "unknown");
  const failed = groups.some(({ failure }) => failure !== null);
  const waiting = decisions.filter(({ phase }) => phase === "Pending").length;
  const sentences = [
    failed ? "The last tick failed: nothing was decided." : "",
    standingSentence(fleets, outside, unknown),
    ...fleets.flatMap(cacheSentence),
    rackSentence(pools),
    waiting > 0 ? `${count(waiting, "decision")} for approval.` : "",
  ];
  const tone = outside.length > 0 || failed ? "bad" : unknown.length > 0 ? "warn" : "good";
  return { text: sentences.filter((one) => one !== "").join(" "), tone };
}

const count = (number: number, noun: string): string =>
  number === 1 ? `1 ${noun} waits` : `${number} ${noun}s wait`;

function standingSentence(
  fleets: readonly FleetView[],
  outside: readonly FleetView[],
  unknown: readonly FleetView[],
): string {
  const names = (some: readonly FleetView[]): string => some.map(({ fleet }) => fleet).join(", ");
  if (outside.length > 0) return `Outside its objectives: ${names(outside)}.`;
  if (unknown.length > 0) return `Not known whether inside its objectives: ${names(unknown)}.`;
  return fleets.length === 1
    ? `${names(fleets)} is inside its objectives.`
    : `All ${fleets.length} fleets are inside their objectives.`;
}

/** Silent while the hit rate is as usual. */
const cacheSentence = ({ fleet, cache: { cause } }: FleetView): string[] =>
  cause === "none" ? [] : [`Cache of ${fleet}: ${CAUSES[cause]}.`];

const ARRIVING = ["Requested", "Provisioning", "Joining", "Starting"] as const;
const LEAVING = ["Draining", "Releasing"] as const;

function rackSentence(pools: PageState["pools"]): string {
  const sum = (phases: readonly string[]): number =>
    pools.reduce(
      (all, { racksByPhase }) =>
        all + phases.reduce((one, phase) => one + (racksByPhase[phase] ?? 0), 0),
      0,
    );
  const serving = sum(["Serving", "Warming"]);
  const parts = [
    serving === 1 ? "1 rack serves" : `${serving} racks serve`,
    ...counted(sum(ARRIVING), "on the way"),
    ...counted(sum(LEAVING), "leaving"),
    ...counted(sum(["Repairing"]), "in repair"),
    ...counted(sum(["Loaned"]), "lent"),
  ];
  return `${parts.join(", ")}.`;
}

const counted = (number: number, where: string): string[] =>
  number === 0 ? [] : [`${number} ${where}`];

type Standing = "inside" | "outside" | "unknown";

function standingOf({ objectives }: FleetView): Standing {
  if (objectives.some(({ inside }) => inside === false)) return "outside";
  return objectives.some(({ inside }) => inside === null) ? "unknown" : "inside";
}

function glanceRow(fleet: FleetView): Row {
  const { racks, forecast, latency: measured, cache } = fleet;
  return {
    key: fleet.fleet,
    cells: [
      { text: fleet.fleet, href: `#${fleetHeadingId(fleet.fleet)}` },
      standingCell(fleet),
      racksOf(racks),
      demandOf(forecast),
      ttftCell(fleet, measured.ttft.p95Seconds),
      {
        text: percent(cache.hitRate),
        tone: cache.cause === "none" ? "plain" : "warn",
      },
      `${fleet.outcome}: ${fleet.reasons[0]?.text ?? ""}`,
    ],
  };
}

function racksOf({ serving, held, want }: FleetView["racks"]): string {
  const wants = want === held ? "" : `, wants ${want}`;
  return `${serving} of ${held} serve${wants}`;
}

function demandOf(forecast: FleetView["forecast"]): string {
  if (forecast === null) return "–";
  const { observed, p50, horizonSeconds } = forecast;
  return `${rate(observed)} → ${rate(p50)} turns/s in ${duration(horizonSeconds)}`;
}

const STANDINGS: Readonly<Record<Standing, Tone>> = {
  inside: "good",
  outside: "bad",
  unknown: "warn",
};
const MARKS: Readonly<Record<Standing, string>> = { inside: "✓", outside: "✗", unknown: "?" };

function standingCell(fleet: FleetView): Cell {
  const standing = standingOf(fleet);
  const worst = worstOf(fleet.objectives);
  const share = worst === undefined ? "" : ` (${worst.name} ${percent(worst.observedShare)})`;
  return { text: `${MARKS[standing]} ${standing}${share}`, tone: STANDINGS[standing] };
}

/** @returns the objective furthest below its share, or least above it */
function worstOf(objectives: readonly ObjectiveView[]): ObjectiveView | undefined {
  const margin = ({ observedShare, requiredShare }: ObjectiveView): number =>
    observedShare === null ? Number.POSITIVE_INFINITY : observedShare - requiredShare;
  return objectives.toSorted((a, b) => margin(a) - margin(b))[0];
}

function ttftCell({ objectives }: FleetView, p95Seconds: number | null): Cell {
  const threshold = objectives.find(({ metric }) => metric === "TTFT")?.thresholdSeconds ?? null;
  if (threshold === null || p95Seconds === null) return { text: latency(p95Seconds) };
  const tone = p95Seconds > threshold ? "bad" : "plain";
  return { text: `${latency(p95Seconds)} of ${latency(threshold)}`, tone };
}
