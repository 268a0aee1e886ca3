/** The top line: whose clock, whether what is shown is live, and how old it is. */
import type { AboutAnswer } from "../api/envelopes.ts";
import type { ConnectionState } from "./connection.ts";
import { byId, setAttribute, setText } from "./dom.ts";
import { duration, instant } from "./format.ts";

/** A controller ticks every 15 s by default: four missed ticks are worth a warning. */
const STALE_AFTER_SECONDS = 60;

const STATES: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting …",
  live: "Live",
  lost: "Connection lost, trying again",
  refused: "The server refuses the stream, trying again",
  partial: "Live, but what came before could not be loaded: reload the page",
  outdated: "The controller speaks another version: reload the page",
};

export interface HeaderState {
  readonly connection: ConnectionState;
  /** Wall-clock seconds since the last tick or snapshot, null before the first. */
  readonly silentSeconds: number | null;
  /** The controller's time at the last tick. */
  readonly nowSeconds: number | null;
  readonly leading: boolean | null;
  readonly about: AboutAnswer | null;
  /** The connection was lost, and came back not long ago. */
  readonly again: boolean;
  /** Name of the log that is shown instead; null: the controller is. */
  readonly file: string | null;
}

export function showHeader(state: HeaderState): void {
  const { connection, silentSeconds, nowSeconds, about, file } = state;
  if (file !== null) return showFileHeader(file);
  const stale = silentSeconds !== null && silentSeconds > STALE_AFTER_SECONDS;
  const element = byId("connection");
  setText(element, connectionText(state, stale));
  setAttribute(element, "data-state", connection === "live" && stale ? "stale" : connection);
  setText(byId("age"), silentSeconds === null ? "nothing received yet" : ageText(silentSeconds));
  const simulated = about?.mode === "demo" ? "simulated time " : "";
  setText(byId("clock"), nowSeconds === null ? "" : `${simulated}${instant(nowSeconds)}`);
  setText(byId("role"), roleText(state));
}

function connectionText({ connection, again }: HeaderState, stale: boolean): string {
  if (connection !== "live") return STATES[connection];
  if (stale) return "Connected, but no tick arrives";
  return again ? "Live again, the connection was lost" : STATES.live;
}

/** What the controller does meanwhile is not what is shown: nothing of it is said. */
function showFileHeader(file: string): void {
  setText(byId("connection"), `From the file ${file}, not live`);
  setAttribute(byId("connection"), "data-state", "file");
  for (const id of ["age", "clock", "role"]) setText(byId(id), "");
}

/** Below a few seconds a count would only flicker. */
const ageText = (seconds: number): string =>
  seconds < 5 ? "updated just now" : `updated ${duration(seconds)} ago`;

function roleText({ about, leading }: HeaderState): string {
  const version = about === null ? "" : `version ${about.version}`;
  const speed = about === null || about.speed === null ? "" : `demo at ${about.speed}x`;
  const standby = leading === false ? "standby: another replica leads" : "";
  return [version, speed, standby].filter((text) => text !== "").join(" · ");
}

/** The notes on top: in a demo, what is simulated and what to look at. */
export function showNotes({ mode, notes }: AboutAnswer): void {
  const banner = byId("notes");
  banner.hidden = notes.length === 0;
  setText(byId("notes-title"), mode === "demo" ? "This is a simulated fleet" : "Note");
  byId("notes-list").replaceChildren(
    ...notes.map((note) => {
      const item = document.createElement("li");
      item.textContent = note;
      return item;
    }),
  );
}
