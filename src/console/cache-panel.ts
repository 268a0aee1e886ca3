/** Why the hit rate is what it is: the verdict, the causes' parts, what shows it, what helps. */
import type { FleetView } from "../api/fleet-view.ts";
import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";
import { percent, significant } from "./format.ts";

type Cache = FleetView["cache"];

/** A cause as a person would call it. */
export const CAUSES: Readonly<Record<Cache["cause"], string>> = {
  none: "no fall seen",
  "workload-shift": "the work changed",
  "prompt-instability": "prompts changed at their start",
  "capacity-bound": "too little cache for the work",
  "routing-spread": "turns go to engines without their cache",
  "spread-or-instability": "the router or the prompts' start",
  "cold-replicas": "racks are still warming",
  "configuration-change": "the engines' configuration changed",
  "broken-signal": "a signal is broken",
  "cannot-tell": "cannot tell",
};

export function cachePanel(): Panel<Cache> {
  const title = el("h4");
  const text = el("p");
  const split = splitPanel();
  const evidence = el("ul", { class: "evidence" });
  const remedy = el("p", { class: "remedy" });
  const showEvidence = keyedList<string>(evidence, { key: (one) => one, create: textItem });
  return {
    element: el("section", { class: "cache" }, title, text, split.element, evidence, remedy),
    update: (cache) => {
      setText(title, titleOf(cache));
      setAttribute(title, "data-tone", cache.cause === "none" ? "plain" : "warn");
      setText(text, cache.text);
      split.update(cache.causes ?? []);
      showEvidence(cache.evidence ?? []);
      evidence.hidden = (cache.evidence ?? []).length === 0;
      setText(remedy, remedyOf(cache));
      remedy.hidden = remedy.textContent === "";
    },
  };
}

function titleOf({ cause, confidence, hitRate, expectedHitRate }: Cache): string {
  const sure = confidence === undefined ? "" : `, ${percent(confidence)} sure`;
  const expected = expectedHitRate === null ? "" : `, ${percent(expectedHitRate)} expected`;
  const rates = `${percent(hitRate)} hit${expected}`;
  return `Cache: ${CAUSES[cause]}${sure} (${rates})`;
}

function remedyOf({ remedy = "", rackHelps, coldTokensPerSecond }: Cache): string {
  const racks =
    rackHelps === null ? "" : rackHelps ? "A rack would help." : "A rack would not help.";
  const cold =
    coldTokensPerSecond === undefined
      ? ""
      : `${significant(coldTokensPerSecond)} prompt tokens/s are computed beyond the usual.`;
  const advice = remedy === "" ? "" : `What helps: ${remedy}`;
  return [cold, racks, advice].filter((one) => one !== "").join(" ");
}

type Share = NonNullable<Cache["causes"]>[number];

/** Bars of the parts of the fall; hidden while there is none. */
function splitPanel(): Panel<readonly Share[]> {
  const list = el("ul", { class: "split", "aria-label": "Parts of the fall of the hit rate" });
  const show = keyedList<Share>(list, {
    key: ({ cause }) => cause,
    create: () => {
      const bar = el("span", { class: "bar", "aria-hidden": "true" });
      const label = el("span");
      return {
        element: el("li", {}, bar, label),
        update: ({ cause, shareOfGap }) => {
          bar.style.setProperty("--share", String(shareOfGap));
          setText(label, `${percent(shareOfGap)} ${CAUSES[cause]}`);
        },
      };
    },
  });
  return {
    element: list,
    update: (shares) => {
      show(shares);
      list.hidden = shares.length === 0;
    },
  };
}

function textItem(): Panel<string> {
  const element = el("li");
  return { element, update: (text) => setText(element, text) };
}
