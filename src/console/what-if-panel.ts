/** Questions to the controller: what if, what would change it, why not so many. */
import type { FlipsAnswer, WhatIfAnswer, WhyNotAnswer } from "../api/counterfactual-view.ts";
import { el, setText, type Panel } from "./dom.ts";
import { decodeAnswer } from "./event-decoder.ts";
import { instant, percent, racks } from "./format.ts";

/** What may be assumed, as the API names it, with an example. */
const ASSUMPTIONS = [
  ["demand", "demand, times", "x1.5"],
  ["hitRate", "hit rate", "0.9"],
  ["leadTime", "lead time of racks, times", "x2"],
  ["waitingTurns", "waiting turns", "40"],
  ["headroom", "headroom", "Safe"],
  ["minRacks", "fewest racks", "4"],
  ["maxRacks", "most racks", "12"],
  ["surviveRackLosses", "rack losses to survive", "1"],
] as const;

/** @param fleet `namespace/name`; the panel is told whether the controller is there to be asked */
export function whatIfPanel(fleet: string): Panel<boolean> {
  const answer = el("div", { class: "answer", role: "status", "aria-live": "polite" });
  const ask = async (question: () => Promise<readonly string[]>): Promise<void> => {
    answer.replaceChildren("Deciding again …");
    const lines = await question().catch((error: unknown) => [String(error)]);
    answer.replaceChildren(...lines.map((line) => el("p", {}, line)));
  };
  const forms = [whatIfForm(fleet, ask), whyNotForm(fleet, ask), flipsForm(fleet, ask)];
  const fields = el("fieldset", { class: "questions" }, el("legend", { class: "hidden" }, "Ask"));
  fields.append(...forms);
  const note = el("p", { class: "empty" });
  setText(note, "Only the newest tick of a running controller can be decided again.");
  return {
    element: el("div", {}, note, fields, answer),
    update: (live) => {
      fields.disabled = !live;
      note.hidden = live;
    },
  };
}

type Ask = (question: () => Promise<readonly string[]>) => Promise<void>;

function whatIfForm(fleet: string, ask: Ask): HTMLElement {
  const options = ASSUMPTIONS.map(([name, label]) => el("option", { value: name }, label));
  const select = el("select", {}, ...options);
  const value = el("input", { type: "text", size: "6", value: ASSUMPTIONS[0][2] });
  select.addEventListener("change", () => {
    value.value = ASSUMPTIONS.find(([name]) => name === select.value)?.[2] ?? "";
  });
  return formOf(
    [el("label", {}, "What if ", select), el("label", {}, "were ", value), button("Decide again")],
    () => ask(() => whatIf(fleet, `${select.value}=${value.value}`)),
  );
}

function whyNotForm(fleet: string, ask: Ask): HTMLElement {
  const count = el("input", { type: "number", min: "0", max: "1000", value: "8" });
  return formOf([el("label", {}, "Why not ", count, " racks?"), button("Ask")], () =>
    ask(() => whyNot(fleet, count.value)),
  );
}

const flipsForm = (fleet: string, ask: Ask): HTMLElement =>
  formOf([button("What would change the decision?")], () => ask(() => flips(fleet)));

const button = (text: string): HTMLElement => el("button", { type: "submit" }, text);

function formOf(children: readonly HTMLElement[], onSubmit: () => Promise<void>): HTMLElement {
  const form = el("form", {}, ...children);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void onSubmit();
  });
  return form;
}

async function whatIf(fleet: string, assume: string): Promise<readonly string[]> {
  const { decided, otherwise, atSeconds, assumptions } = await get<WhatIfAnswer>("what-if", {
    fleet,
    assume,
  });
  const line = ({ wantRacks, targetRacks, attainmentAtHeld, wantReason }: typeof decided): string =>
    `${racks(wantRacks)} wanted, ${targetRacks} let through now, ` +
    `${percent(attainmentAtHeld)} predicted with those held. ${wantReason.text}`;
  return [
    `At ${instant(atSeconds)}: ${line(decided)}`,
    `If ${assumptions.join(", ")}: ${line(otherwise)}`,
  ];
}

async function whyNot(fleet: string, count: string): Promise<readonly string[]> {
  const { sentences } = await get<WhyNotAnswer>("why-not", { fleet, racks: count });
  return sentences;
}

async function flips(fleet: string): Promise<readonly string[]> {
  const { wantRacks, flips: found } = await get<FlipsAnswer>("flips", { fleet });
  if (found.length === 0) return [`${racks(wantRacks)} wanted; nothing within reach changes that.`];
  return [
    `${racks(wantRacks)} wanted. The nearest that would change it:`,
    ...found.map(({ assumption, wantRacks: other }) => `${assumption}: ${racks(other)}`),
  ];
}

/** @throws Error with the controller's own words */
async function get<T extends { readonly schemaVersion: number }>(
  name: string,
  query: Readonly<Record<string, string>>,
): Promise<T> {
  return decodeAnswer<T>(await fetch(`/api/v1/${name}?${new URLSearchParams(query).toString()}`));
}
