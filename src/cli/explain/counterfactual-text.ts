/** Answers to "what if", "why not" and "what would flip it", in words. */
import type {
  FlipsAnswer,
  OutcomeView,
  WhatIfAnswer,
  WhyNotAnswer,
} from "../../api/counterfactual-view.ts";
import type { WriteTable } from "../table.ts";
import { inPercent } from "../../core/in-percent.ts";

const percent = (share: number | null): string =>
  share === null ? "unknown" : inPercent(share, 2);

export function whatIfText(answer: WhatIfAnswer, table: WriteTable): string {
  const { fleet, assumptions, decided, otherwise } = answer;
  const same = decided.wantRacks === otherwise.wantRacks;
  const head =
    `${fleet}, if ${assumptions.join(" and ")}: ${otherwise.wantRacks} racks wanted` +
    (same ? ", as now." : ` instead of ${decided.wantRacks}.`);
  const row = (name: string, shown: (view: OutcomeView) => string): string[] => [
    name,
    shown(decided),
    shown(otherwise),
  ];
  const rows = [
    row("wanted", ({ wantRacks }) => String(wantRacks)),
    row("awarded", ({ awardRacks }) => String(awardRacks)),
    row("let through", ({ targetRacks }) => String(targetRacks)),
    row("attained by those held", attainedByHeld),
  ];
  return [
    head,
    table(["RACKS", "NOW", "THEN"], rows),
    `Now:  ${reasonsOf(decided)}`,
    `Then: ${reasonsOf(otherwise)}`,
  ].join("\n\n");
}

/** More racks than are wanted are predicted as those wanted: they attain at least as much. */
function attainedByHeld({ attainmentAtHeld, heldRacks, wantRacks }: OutcomeView): string {
  const more = attainmentAtHeld !== null && heldRacks > wantRacks;
  return `${more ? "at least " : ""}${percent(attainmentAtHeld)}`;
}

const reasonsOf = ({ reasons }: OutcomeView): string => reasons.map(({ text }) => text).join(" ");

export const whyNotText = ({ fleet, racks, sentences }: WhyNotAnswer): string =>
  [`${fleet}, why not ${racks} racks:`, ...sentences.map((each) => `- ${each}`)].join("\n");

export function flipsText({ fleet, wantRacks, flips }: FlipsAnswer, table: WriteTable): string {
  if (flips.length === 0) {
    return (
      `${fleet}: ${wantRacks} racks are wanted. No demand or lead time from a quarter to four ` +
      "times what it is, and no hit rate, would change that."
    );
  }
  const rows = flips.map((flip) => [flip.assumption, String(flip.wantRacks)]);
  const head = `${fleet}: ${wantRacks} racks are wanted. The smallest changes that would flip it:`;
  return `${head}\n\n${table(["IF", "RACKS WANTED"], rows)}`;
}
