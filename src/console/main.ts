/** Wires the page: stream and history in, panels out, one drawing per frame at most. */
import type { AboutAnswer, HistoryAnswer } from "../api/envelopes.ts";
import type { ApiEvent } from "../api/events.ts";
import { announceNews } from "./announcements.ts";
import { connect, type ConnectionState } from "./connection.ts";
import { decisionRows, decisionsPanel, holdRows, holdsPanel } from "./decisions-panel.ts";
import { byId, keyedList } from "./dom.ts";
import { decodeAnswer } from "./event-decoder.ts";
import type { ChartInput } from "./fleet-charts.ts";
import { fleetPanel } from "./fleet-panel.ts";
import { showHeader, showNotes } from "./header-panel.ts";
import { applyEvent, applyHistory, latestSeconds, NOTHING_YET } from "./page-state.ts";
import { poolPanel } from "./rack-grid.ts";

/** How often the age in the header is written anew. */
const HEADER_EVERY_MS = 1_000;

function startPage(): void {
  let state = NOTHING_YET;
  let about: AboutAnswer | null = null;
  let resolutionSeconds = 60;
  let connection: ConnectionState = "connecting";
  let heardAtMs: number | null = null;
  let drawing = false;
  const panels = pagePanels();

  const drawHeader = (): void => {
    const silentSeconds = heardAtMs === null ? null : (performance.now() - heardAtMs) / 1_000;
    const leading = state.groups.length === 0 ? null : state.groups.some((one) => one.leading);
    const nowSeconds = latestSeconds(state);
    showHeader({ connection, silentSeconds, nowSeconds, leading, about });
  };
  const draw = (): void => {
    drawing = false;
    drawHeader();
    panels(state, { windowSeconds: chosenWindow(), resolutionSeconds });
  };
  const redraw = (): void => {
    if (!drawing) requestAnimationFrame(draw);
    drawing = true;
  };
  const loadAll = async (): Promise<void> => {
    about = await get<AboutAnswer>("about");
    showNotes(about);
    const history = await get<HistoryAnswer>("history");
    ({ resolutionSeconds } = history);
    state = applyHistory(state, history);
    redraw();
  };
  const onEvent = (event: ApiEvent): void => {
    const before = state;
    state = applyEvent(state, event);
    if (event.kind === "tick" || event.kind === "snapshot") heardAtMs = performance.now();
    if (event.kind === "snapshot") loadAll().catch(() => onState("partial"));
    announceNews(before, state, event.kind);
    redraw();
  };
  const onState = (next: ConnectionState): void => {
    connection = next;
    redraw();
  };
  connect("/api/v1/events", { onEvent, onState });
  setInterval(drawHeader, HEADER_EVERY_MS);
  byId("window").addEventListener("change", redraw);
}

type Shown = Pick<ChartInput["span"], "windowSeconds" | "resolutionSeconds">;

function pagePanels(): (state: typeof NOTHING_YET, shown: Shown) => void {
  const decisions = decisionsPanel();
  const holds = holdsPanel();
  byId("decisions").append(decisions.element);
  byId("holds").append(holds.element);
  const showFleets = keyedList<ChartInput>(byId("fleets"), {
    key: ({ fleet }) => fleet.fleet,
    create: fleetPanel,
  });
  const showPools = keyedList(byId("pools"), { key: ({ pool }) => pool, create: poolPanel });
  return (state, shown) => {
    const nowSeconds = latestSeconds(state) ?? 0;
    byId("waiting").hidden = state.fleets.length > 0;
    showFleets(
      state.fleets.map((fleet) => ({
        fleet,
        points: state.history.get(fleet.fleet) ?? [],
        span: { ...shown, nowSeconds },
      })),
    );
    showPools(state.pools);
    decisions.update(decisionRows(state, nowSeconds));
    holds.update(holdRows(state));
  };
}

function chosenWindow(): number {
  const chosen = byId("window").querySelector<HTMLInputElement>("input:checked");
  return Number(chosen?.value ?? "3") * 3_600;
}

const get = async <T extends { readonly schemaVersion: number }>(name: string): Promise<T> =>
  decodeAnswer<T>(await fetch(`/api/v1/${name}`));

startPage();
