/** The scrub bar: which instant the page shows. Its right end follows the newest tick. */
import { byId, setAttribute, setText } from "./dom.ts";
import { dayAndMinute, duration } from "./format.ts";

export interface TimelineState {
  readonly fromSeconds: number;
  readonly latestSeconds: number;
  /** The instant shown; null: the newest. */
  readonly pickedSeconds: number | null;
  /** What the newest is called. */
  readonly newest: "Live" | "End of the log";
}

const slider = (): HTMLInputElement => {
  const found = byId("instant");
  if (found instanceof HTMLInputElement) return found;
  throw new Error("#instant is no input");
};

/** @param pick told the instant chosen, null for the newest */
export function startTimeline(pick: (atSeconds: number | null) => void): void {
  const input = slider();
  input.addEventListener("input", () => {
    const atSeconds = Number(input.value);
    pick(atSeconds >= Number(input.max) ? null : atSeconds);
  });
  byId("newest").addEventListener("click", () => pick(null));
}

export function showTimeline(state: TimelineState): void {
  const { fromSeconds, latestSeconds, pickedSeconds, newest } = state;
  const input = slider();
  setAttribute(input, "min", String(Math.round(fromSeconds)));
  setAttribute(input, "max", String(Math.round(latestSeconds)));
  const value = String(Math.round(pickedSeconds ?? latestSeconds));
  if (input.value !== value) input.value = value;
  const text =
    pickedSeconds === null
      ? newest
      : `${dayAndMinute(pickedSeconds)} UTC, ${duration(latestSeconds - pickedSeconds)} earlier`;
  setText(byId("shown-instant"), text);
  setAttribute(input, "aria-valuetext", text);
  byId("timeline").dataset["past"] = String(pickedSeconds !== null);
  byId("newest").hidden = pickedSeconds === null;
  setText(byId("newest"), newest === "Live" ? "Back to live" : "To the end");
}
