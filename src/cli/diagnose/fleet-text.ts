/** What an on-call reads: sentences first, then the hours before. */
import type { CacheEpisode, CacheView } from "../../api/cache-view.ts";
import { inPercent } from "../../core/in-percent.ts";
import { printedSections } from "../simulation/print-section.ts";
import { wrapped } from "../wrapped.ts";
import type { FleetWindow } from "./fleet-window.ts";

export function fleetText(window: FleetWindow, format: "text" | "markdown"): string {
  const lines = sentences(window).map((text) =>
    format === "markdown" ? `- ${text}` : wrapped(text, { columns: 100, first: "", rest: "  " }),
  );
  return [lines.join("\n"), printedSections([episodeSection(window)], format)].join("\n\n");
}

const instant = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 19);
const rate = (share: number | null): string => (share === null ? "unknown" : inPercent(share));

function sentences(window: FleetWindow): readonly string[] {
  const { fleet, now, fromSeconds, atSeconds } = window;
  const expected =
    now.expectedHitRate === null
      ? "what is usual is not known yet"
      : `usual is ${rate(now.expectedHitRate)}`;
  return [
    `${fleet}, ${instant(fromSeconds)}Z to ${instant(atSeconds)}Z: the hit rate is ` +
      `${rate(now.hitRate)}; ${expected}.`,
    ...beforeAndAfter(window),
    ...(now.cause === "none" ? calm(window) : verdictText(now)),
  ];
}

function beforeAndAfter({ fallSeconds, before, after, now }: FleetWindow): readonly string[] {
  if (fallSeconds === null) return [];
  const over = now.cause === "none" ? " It is over." : "";
  return [
    `Before ${instant(fallSeconds)}Z it was ${rate(before)} on average, from then on ` +
      `${rate(after)}.${over}`,
  ];
}

const calm = ({ now, fallSeconds }: FleetWindow): readonly string[] =>
  fallSeconds === null
    ? [now.text, "What to look at next: nothing. If latency moved, look at load and racks."]
    : [now.text];

function verdictText(now: CacheView): readonly string[] {
  const { confidence, shareOfGap, coldTokensPerSecond, evidence = [], causes = [] } = now;
  const others = causes.filter(({ cause }) => cause !== now.cause);
  return [
    now.text,
    ...(confidence === undefined || now.cause === "cannot-tell"
      ? []
      : [
          `Named cause: ${now.cause}, which explains ${rate(shareOfGap ?? null)} of the fall; ` +
            `confidence ${rate(confidence)}.`,
        ]),
    ...others.map((other) => `Also: ${other.cause}, ${rate(other.shareOfGap)} of the fall.`),
    ...(evidence.length === 0 ? [] : [`Evidence: ${evidence.join("; ")}.`]),
    ...(coldTokensPerSecond === undefined
      ? []
      : [
          `It costs ${Math.round(coldTokensPerSecond).toLocaleString("en-US")} prompt tokens a ` +
            "second that are computed and usually are not.",
        ]),
    rackText(now),
    ...(now.remedy ? [`What to look at next: ${now.remedy}`] : []),
  ];
}

function rackText({ rackHelps }: CacheView): string {
  if (rackHelps === null) return "Whether a rack helps is not known: none is bought for it.";
  return rackHelps
    ? "A rack helps: it adds cache."
    : "A rack does not help: it would serve the same cold tokens at a higher price.";
}

const episodeSection = ({ episodes }: FleetWindow) => ({
  title: "What was said over the window",
  note: "Ticks in a row with one verdict; the newest is last.",
  header: ["FROM", "UNTIL", "LOWEST HIT RATE", "CONFIDENCE", "VERDICT"],
  rows: episodes.map((episode: CacheEpisode) => [
    instant(episode.fromSeconds),
    instant(episode.untilSeconds),
    rate(episode.lowestHitRate),
    episode.verdict.confidence === undefined ? "" : rate(episode.verdict.confidence),
    episode.verdict.cause,
  ]),
});
