/** The controller's stream and history as the source of the page. */
import type { HistoryAnswer, MomentAnswer } from "../api/envelopes.ts";
import type { ApiEvent } from "../api/events.ts";
import type { HistoryPoint } from "../api/history-view.ts";
import { decodeAnswer } from "./event-decoder.ts";
import { applyEvent, applyHistory, latestSeconds, NOTHING_YET } from "./page-state.ts";
import { WEEK_STEP_SECONDS, type PageSource } from "./page-source.ts";

export interface LiveSource extends PageSource {
  onEvent(event: ApiEvent): void;
  /** Asks for the past, after a snapshot. Rejects when it cannot be had. */
  loadHistory(): Promise<void>;
}

/** @param changed called when something was loaded that was not there before */
export function liveSource(changed: () => void): LiveSource {
  let state = NOTHING_YET;
  let momentsFrom: number | null = null;
  const weeks = lazyWeeks(changed);
  return {
    state: () => state,
    onEvent: (event) => {
      state = applyEvent(state, event);
      if (event.kind === "snapshot") weeks.forget();
    },
    loadHistory: async () => {
      const history = await get<HistoryAnswer>("history");
      momentsFrom = history.momentsFromSeconds;
      state = applyHistory(state, history);
      changed();
    },
    momentAt: async (atSeconds) => {
      const { groups, fleets, pools, decisions } = await get<MomentAnswer>(
        `moment?atSeconds=${Math.round(atSeconds)}`,
      );
      return { ...state, groups, fleets, pools, decisions };
    },
    week: weeks.of,
    needWeek: () => weeks.need(latestSeconds(state) ?? 0),
    fromSeconds: () => momentsFrom ?? latestSeconds(state),
  };
}

interface LazyWeeks {
  of(fleet: string): readonly HistoryPoint[];
  need(nowSeconds: number): void;
  forget(): void;
}

/** A week of all fleets: fetched when first shown, and again when a new point must be there. */
function lazyWeeks(changed: () => void): LazyWeeks {
  let weeks: ReadonlyMap<string, readonly HistoryPoint[]> = new Map();
  let askedAtSeconds = Number.NEGATIVE_INFINITY;
  return {
    of: (fleet) => weeks.get(fleet) ?? [],
    forget: () => {
      askedAtSeconds = Number.NEGATIVE_INFINITY;
    },
    need: (nowSeconds) => {
      if (nowSeconds - askedAtSeconds < WEEK_STEP_SECONDS) return;
      askedAtSeconds = nowSeconds;
      get<HistoryAnswer>("history?span=week").then(
        ({ fleets }) => {
          weeks = new Map(fleets.map(({ fleet, points }) => [fleet, points]));
          changed();
        },
        // The charts show what is there; the next tick asks again.
        () => {
          askedAtSeconds = Number.NEGATIVE_INFINITY;
        },
      );
    },
  };
}

const get = async <T extends { readonly schemaVersion: number }>(path: string): Promise<T> =>
  decodeAnswer<T>(await fetch(`/api/v1/${path}`));
