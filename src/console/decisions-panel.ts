/** Decisions with their evidence, newest first, and what is held at the moment. */
import type { DecisionView } from "../api/decision-view.ts";
import type { HistoryPoint } from "../api/history-view.ts";
import { el, keyedList, setAttribute, setText, type Panel } from "./dom.ts";
import { duration, instant, latency, minute, percent, significant, usd } from "./format.ts";
import { pickInstant } from "./picking.ts";
import type { PageState } from "./page-state.ts";
import { textTable, type Row, type Tone } from "./text-table.ts";

/** About a screen of them; the API has the rest. */
const SHOWN_DECISIONS = 12;

/** A decision and what its fleet's charts show of the minute it was made in. */
interface Shown {
  readonly decision: DecisionView;
  readonly nowSeconds: number;
  readonly minute: HistoryPoint | undefined;
}

export interface DecisionsInput {
  readonly state: PageState;
  readonly nowSeconds: number;
}

export function decisionsPanel(): Panel<DecisionsInput> {
  const list = el("ol", { class: "decisions" });
  const nothing = el("p", { class: "empty" }, "Nothing was decided yet.");
  const show = keyedList<Shown>(list, {
    key: ({ decision }) => decision.name,
    create: decisionItem,
  });
  return {
    element: el("div", {}, list, nothing),
    update: ({ state, nowSeconds }) => {
      const shown = state.decisions.slice(0, SHOWN_DECISIONS);
      nothing.hidden = shown.length > 0;
      show(
        shown.map((decision) => ({
          decision,
          nowSeconds,
          minute: pointOf(decision, state.history),
        })),
      );
    },
  };
}

/** @returns the point of the minute in which the decision was made */
function pointOf(
  { fleet, createdAtSeconds }: DecisionView,
  history: PageState["history"],
): HistoryPoint | undefined {
  return history.get(fleet)?.findLast(({ atSeconds }) => atSeconds <= createdAtSeconds);
}

function decisionItem({ decision: first }: Shown): Panel<Shown> {
  const phase = el("span");
  const when = el("span", { class: "quiet" });
  const why = el("p");
  const asks = el("p");
  const answer = el("code");
  const question = el("div", { class: "question" }, asks, answer);
  const behind = el("ul", { class: "evidence" });
  const back = el("button", { type: "button" }, "Show the page as it was then");
  back.addEventListener("click", () => pickInstant(back, first.createdAtSeconds));
  const showFacts = keyedList<string>(behind, { key: (one) => one, create: textItem });
  const summary = el("summary", {}, "Evidence");
  const head = el("p", { class: "decision-head" }, el("strong", {}, whatOf(first)), phase, when);
  return {
    element: el("li", {}, head, why, question, el("details", {}, summary, behind, back)),
    update: ({ decision, nowSeconds, minute: seen }) => {
      setText(phase, decision.phase);
      setAttribute(phase, "data-tone", toneOf(decision));
      setText(when, whenOf(decision, nowSeconds));
      setText(why, whyOf(decision));
      question.hidden = decision.phase !== "Pending";
      setText(asks, asksOf(decision, nowSeconds));
      setText(answer, answerOf(decision));
      showFacts([...minuteFacts(seen), ...consentFacts(decision)]);
    },
  };
}

function textItem(): Panel<string> {
  const element = el("li");
  return { element, update: (text) => setText(element, text) };
}

/** What was seen in the minute of the decision, as far as it was measured. */
function minuteFacts(seen: HistoryPoint | undefined): string[] {
  if (seen === undefined) return [];
  const { values } = seen;
  const fact = (text: string, name: string, format: (value: number) => string): string[] => {
    const value = values[name] ?? null;
    return value === null ? [] : [`${text} ${format(value)}`];
  };
  return [
    ...fact("In that minute, turns a second that arrived:", "demand", significant),
    ...fact("Forecast for when a rack would serve, median:", "forecastP50", significant),
    ...fact("Time to first token, p95:", "ttftP95", latency),
    ...fact("Hit rate:", "hitRate", percent),
    ...fact("Racks serving:", "racksServing", String),
    ...fact("Racks wanted:", "racksWant", String),
  ];
}

function consentFacts(decision: DecisionView): string[] {
  const { name, askedRacks, requiredApprovals, approvals, expiresAtSeconds, open } = decision;
  const needs =
    requiredApprovals > 0 && open ? [`Verdicts until ${instant(expiresAtSeconds)}`] : [];
  return [
    `Name: ${name}`,
    ...(askedRacks === null ? [] : [`Asked for: ${askedRacks} racks in all`]),
    ...needs,
    ...approvals.map(({ by, verdict, reason }) => `${verdict} by ${by}: ${reason}`),
  ];
}

/** `Out 5 → 7` */
export const changeOf = ({ direction, fromRacks, toRacks, taker }: DecisionView): string =>
  taker === null ? `${direction} ${fromRacks} → ${toRacks}` : `${direction} to ${taker}`;

const whenOf = ({ createdAtSeconds }: DecisionView, nowSeconds: number): string =>
  `${minute(createdAtSeconds)}, ${duration(nowSeconds - createdAtSeconds)} ago`;

/** The change, then the rack or else the pool. */
const whatOf = (decision: DecisionView): string =>
  `${changeOf(decision)}, ${decision.rack ?? decision.pool}`;

function whyOf({ reason, progress, requiredApprovals, approvals, open }: DecisionView): string {
  const given = approvals.filter(({ verdict }) => verdict === "Approve").length;
  // What it waits for says so itself, once a tick has looked at it.
  const waits = open && requiredApprovals > given && progress === null;
  const approval = waits ? ` ${given} of ${requiredApprovals} approvals given.` : "";
  const step = progress === null ? "" : ` Now: ${progress.reason.text}`;
  return `${reason.text}${approval}${step}`;
}

/** What a yes costs and brings, and what silence means: who is asked at 3 a.m. reads no further. */
function asksOf(decision: DecisionView, nowSeconds: number): string {
  const { maxUsdPerHour, attainmentIfDone, attainmentIfNot, onExpiry, expiresAtSeconds } = decision;
  const cost =
    typeof maxUsdPerHour === "number"
      ? `Racks above the commitment then cost up to ${usd(maxUsdPerHour)} an hour. `
      : "";
  const brings = bringsOf(attainmentIfDone ?? null, attainmentIfNot ?? null);
  const silence = onExpiry === "Proceed" ? "it goes ahead" : "it is dropped";
  const left = duration(Math.max(0, expiresAtSeconds - nowSeconds));
  return `${cost}${brings}Unanswered, ${silence} at ${minute(expiresAtSeconds)}, in ${left}.`;
}

/** Counts above those wanted by now are not predicted. */
function bringsOf(done: number | null, not: number | null): string {
  const inside = "of turns inside every objective";
  if (done !== null) return `If done, ${percent(done)} ${inside}; if not, ${percent(not)}. `;
  return not === null ? "" : `As it stands now, ${percent(not)} ${inside} without it. `;
}

const answerOf = ({ name, fleet }: DecisionView): string =>
  `kubectl breakwater approve ${name} -n ${fleet.slice(0, fleet.indexOf("/"))} --show`;

function toneOf({ phase, open }: DecisionView): Tone {
  if (open) return "warn";
  if (phase === "Done") return "good";
  return phase === "Failed" || phase === "PartiallyDone" ? "bad" : "quiet";
}

export function holdsPanel(): Panel<readonly Row[]> {
  return textTable({
    caption: "What is held, and why",
    columns: ["Held", "Why"],
    empty: "Nothing is held.",
  });
}

/** A fleet that is as it should be is not held: `steady` alone is left out. */
export function holdRows({ fleets, pools, groups }: PageState): Row[] {
  const ofFleets = fleets.flatMap(({ fleet, outcome, reasons, problems }) => {
    const held = outcome === "Hold" ? reasons.filter(({ code }) => code !== "steady") : [];
    return [...problems, ...held].map(({ code, text }) => row(fleet, code, text));
  });
  const ofPools = pools.flatMap(({ pool, holds, refusals }) =>
    [...refusals, ...holds].map(({ code, text }) => row(`pool ${pool}`, code, text)),
  );
  const failures = groups.flatMap(({ group, failure }) =>
    failure === null
      ? []
      : [row(`group ${group}`, failure.code, `Failed (${failure.code}): ${failure.message}`)],
  );
  return unique([...failures, ...ofPools, ...ofFleets]);
}

const row = (owner: string, code: string, text: string): Row => ({
  key: `${owner} ${code}`,
  cells: [owner, text],
});

const unique = (rows: readonly Row[]): Row[] => [
  ...new Map(rows.map((one) => [one.key, one])).values(),
];
