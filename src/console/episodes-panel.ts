/** Falls of the hit rate in the window, as a list: what the shades of its chart say, in words. */
import { CAUSES } from "./cache-panel.ts";
import { el, keyedList, setText, type Panel } from "./dom.ts";
import type { Episode } from "./episodes.ts";
import { dayAndMinute, duration, minute, percent } from "./format.ts";
import { pickInstant } from "./picking.ts";

/** As many as are read; older ones are in the chart. */
const SHOWN = 6;

/** A point stands for the minute that it begins: its verdict may come later in it. */
const POINT_SECONDS = 60;

export function episodesPanel(): Panel<readonly Episode[]> {
  const title = el("h4", {}, "Falls of the hit rate");
  const list = el("ol", { class: "episodes" });
  const older = el("p", { class: "why" });
  const element = el("section", { class: "episodes-of" }, title, list, older);
  const show = keyedList<Episode>(list, {
    key: ({ fromSeconds, cause }) => `${fromSeconds} ${cause}`,
    create: episodeItem,
  });
  return {
    element,
    update: (episodes) => {
      element.hidden = episodes.length === 0;
      show(episodes.slice(-SHOWN).toReversed());
      const hidden = Math.max(0, episodes.length - SHOWN);
      older.hidden = hidden === 0;
      setText(older, `${hidden} more before these in the chart.`);
    },
  };
}

function episodeItem(): Panel<Episode> {
  const when = el("button", { type: "button", class: "link" });
  const what = el("span");
  let middleSeconds = 0;
  when.addEventListener("click", () => pickInstant(when, middleSeconds));
  return {
    element: el("li", {}, when, " ", what),
    update: (episode) => {
      middleSeconds = (episode.fromSeconds + episode.untilSeconds + POINT_SECONDS) / 2;
      setText(when, `${dayAndMinute(episode.fromSeconds)}–${minute(episode.untilSeconds)}`);
      setText(what, inWords(episode));
    },
  };
}

function inWords({ cause, share, lowestHitRate, fromSeconds, untilSeconds }: Episode): string {
  const parts = [
    CAUSES[cause],
    ...(share === null ? [] : [`${percent(share)} of the fall`]),
    ...(lowestHitRate === null ? [] : [`down to ${percent(lowestHitRate)}`]),
    `for ${duration(untilSeconds - fromSeconds)}`,
  ];
  return parts.join(", ");
}
