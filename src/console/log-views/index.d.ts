/**
 * How a line of a decision log becomes what the page shows: the server's own functions, as a module
 * that the build puts here and the page loads when a log is opened.
 */
import type { TickEvent } from "../../api/events.ts";
import type { HistoryPoint } from "../../api/history-view.ts";

/** @throws Error that says what was found, and what is expected */
export function recordEvent(text: string): TickEvent;

/** @returns the point for both, of the same minute: peaks are kept. */
export function mergePoints(older: HistoryPoint, newer: HistoryPoint): HistoryPoint;
