/** A decision log as the source of the page: its ticks stay in the file until they are shown. */
import type { DecisionView } from "../api/decision-view.ts";
import type { TickEvent } from "../api/events.ts";
import type { HistoryPoint } from "../api/history-view.ts";
import { blobLines } from "./blob-lines.ts";
import type { mergePoints, recordEvent } from "./log-views/index.js";
import { applyEvent, NOTHING_YET, type PageState } from "./page-state.ts";
import { WEEK_STEP_SECONDS, type PageSource } from "./page-source.ts";

/** Where a tick lies in the file. */
interface Place {
  readonly atSeconds: number;
  readonly group: string;
  readonly from: number;
  readonly to: number;
}

interface LogViews {
  readonly recordEvent: typeof recordEvent;
  readonly mergePoints: typeof mergePoints;
}

/** Told now and then how far the reading is, 0..1. */
type Progress = (share: number) => void;

/**
 * Reads the log once, for its history, and keeps where each tick is.
 * @throws Error with the line, what was found and what is expected
 */
export async function openLog(file: Blob, progress: Progress): Promise<PageSource> {
  const views: LogViews = await import("./log-views/index.js");
  const reading = new LogReading(views);
  for await (const line of blobLines(file)) {
    if (line.text.trim() === "") continue;
    reading.add(eventOf(views, line.text, line.number), line);
    progress(line.to / file.size);
  }
  if (reading.places.length === 0) throw new Error("the log has no record");
  const last = await momentOf(file, views, reading, Number.POSITIVE_INFINITY);
  return {
    state: () => last,
    momentAt: (atSeconds) => momentOf(file, views, reading, atSeconds),
    week: (fleet) => reading.week.get(fleet) ?? [],
    needWeek: () => {},
    fromSeconds: () => reading.places[0]?.atSeconds ?? null,
  };
}

function eventOf({ recordEvent }: LogViews, text: string, line: number): TickEvent {
  try {
    return recordEvent(text);
  } catch (error) {
    throw new Error(`line ${line}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** What is kept of all ticks. */
class LogReading {
  readonly places: Place[] = [];
  readonly minutes = new Map<string, HistoryPoint[]>();
  readonly week = new Map<string, HistoryPoint[]>();
  readonly decisions = new Map<string, DecisionView>();
  readonly #views: LogViews;

  constructor(views: LogViews) {
    this.#views = views;
  }

  add({ group, history, decisions }: TickEvent, { from, to }: Pick<Place, "from" | "to">): void {
    this.places.push({ atSeconds: group.atSeconds ?? 0, group: group.group, from, to });
    for (const decision of decisions) this.decisions.set(decision.name, decision);
    for (const { fleet, point } of history) {
      this.#place(this.minutes, fleet, point);
      const atSeconds = Math.floor(point.atSeconds / WEEK_STEP_SECONDS) * WEEK_STEP_SECONDS;
      this.#place(this.week, fleet, { ...point, atSeconds });
    }
  }

  #place(into: Map<string, HistoryPoint[]>, fleet: string, point: HistoryPoint): void {
    const points = into.get(fleet) ?? [];
    into.set(fleet, points);
    const newest = points.at(-1);
    if (newest?.atSeconds !== point.atSeconds) points.push(point);
    else points[points.length - 1] = this.#views.mergePoints(newest, point);
  }
}

async function momentOf(
  file: Blob,
  views: LogViews,
  { places, minutes, decisions }: LogReading,
  atSeconds: number,
): Promise<PageState> {
  const first = places[0]?.atSeconds ?? 0;
  const latest = new Map<string, Place>();
  for (const place of places) {
    if (place.atSeconds <= Math.max(first, atSeconds)) latest.set(place.group, place);
  }
  const shown = [...latest.values()].map(({ from, to }) => file.slice(from, to).text());
  const events = (await Promise.all(shown)).map((text) => views.recordEvent(text));
  const before: PageState = { ...NOTHING_YET, decisions: madeBy(decisions, atSeconds) };
  const state = events.reduce((all, event) => applyEvent(all, { ...event, history: [] }), before);
  return { ...state, history: minutes };
}

/** A decision that a later tick does not see is over: then its last phase is its phase. */
const madeBy = (decisions: ReadonlyMap<string, DecisionView>, atSeconds: number): DecisionView[] =>
  [...decisions.values()].filter(({ createdAtSeconds }) => createdAtSeconds <= atSeconds);
