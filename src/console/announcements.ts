/** What a screen reader is told without asking: decisions, not every tick. */
import type { ApiEvent } from "../api/events.ts";
import { changeOf } from "./decisions-panel.ts";
import { byId, setText } from "./dom.ts";
import type { PageState } from "./page-state.ts";

/** Announces decisions that a tick brought; what a snapshot brings is not news. */
export function announceNews(before: PageState, now: PageState, kind: ApiEvent["kind"]): void {
  if (kind !== "tick") return;
  const known = new Set(before.decisions.map(({ name }) => name));
  const fresh = now.decisions.filter(({ name }) => !known.has(name));
  const texts = fresh.map((one) => `Decision: ${changeOf(one)} in ${one.pool}. ${one.reason.text}`);
  if (texts.length > 0) setText(byId("announcements"), texts.join(" "));
}
