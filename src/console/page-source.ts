/** Where what is shown comes from: the controller now, or a file. */
import type { HistoryPoint } from "../api/history-view.ts";
import type { PageState } from "./page-state.ts";

export interface PageSource {
  /** The newest state, with the history by the minute. */
  state(): PageState;
  /** The whole page as it was; fetched, or read from the file. */
  momentAt(atSeconds: number): Promise<PageState>;
  /** A fleet's points of ten minutes over a week, as far as they are loaded; oldest first. */
  week(fleet: string): readonly HistoryPoint[];
  /** Called whenever a week is to be shown: loads it, or the part that is new. */
  needWeek(): void;
  /** The first instant that a moment is known of; null: none. */
  fromSeconds(): number | null;
}

/** Width of the points of a week. */
export const WEEK_STEP_SECONDS = 600;
