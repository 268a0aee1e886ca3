/** One fleet: what it does now and why, its objectives, its charts, and what lies behind. */
import type { FleetView, SignalView } from "../api/fleet-view.ts";
import { arrivalsInWords } from "./arrivals.ts";
import { cachePanel } from "./cache-panel.ts";
import { el, setAttribute, setText, type Panel } from "./dom.ts";
import { fleetCharts, type ChartInput } from "./fleet-charts.ts";
import { duration, inUnit, latency, percent, racks, rate } from "./format.ts";
import { budgetPanel, optionsPanel } from "./options-panel.ts";
import { textTable, type Cell, type Row } from "./text-table.ts";
import { whatIfPanel } from "./what-if-panel.ts";

export interface FleetInput extends ChartInput {
  readonly usdPerRackHour: number | null;
  /** The newest state of a running controller is shown: it can be asked. */
  readonly live: boolean;
}

export const fleetHeadingId = (fleet: string): string => `fleet-${fleet.replace("/", "-")}`;

export function fleetPanel({ fleet: view }: FleetInput): Panel<FleetInput> {
  const headingId = fleetHeadingId(view.fleet);
  const outcome = el("strong", { class: "outcome" });
  const why = el("span", { class: "why" });
  const facts = el("p", { class: "facts" });
  const racksLine = figures();
  const arrivals = el("p", { class: "arrivals" });
  const objectives = objectivesTable();
  const charts = chartsFor();
  const budget = budgetPanel();
  const behind = detailsPanel(view.fleet);
  const element = el(
    "article",
    { class: "card", "aria-labelledby": headingId },
    el("h3", { id: headingId, tabindex: "-1" }, view.fleet),
    facts,
    el("p", { class: "verdict" }, outcome, " ", why),
    racksLine.element,
    arrivals,
    budget.element,
    objectives.element,
    charts.element,
    behind.element,
  );
  return {
    element,
    update: (input) => {
      const { fleet } = input;
      setText(facts, factsOf(fleet));
      setText(outcome, fleet.outcome);
      setAttribute(outcome, "data-outcome", fleet.outcome);
      setText(why, fleet.reasons[0]?.text ?? "");
      racksLine.update(fleet);
      setText(arrivals, arrivalsInWords(fleet));
      objectives.update(objectiveRows(fleet));
      budget.update(fleet);
      charts.update(input);
      behind.update(input);
    },
  };
}

/** Objectives come and go with the specification: then the charts are built anew. */
function chartsFor(): Panel<ChartInput> {
  const element = el("div");
  let built: { readonly key: string; readonly panel: Panel<ChartInput> } | null = null;
  return {
    element,
    update: (input) => {
      const key = JSON.stringify(
        input.fleet.objectives.map((one) => [one.name, one.metric, one.thresholdSeconds]),
      );
      if (built?.key !== key) {
        built = { key, panel: fleetCharts(input.fleet) };
        element.replaceChildren(built.panel.element);
      }
      built.panel.update(input);
    },
  };
}

function factsOf({ model, mode, rollout, overrides }: FleetView): string {
  const parts = [
    `Model ${model}`,
    `scale-out ${mode.scaleOut}, scale-in ${mode.scaleIn}`,
    ...(rollout ? ["a rollout is in progress"] : []),
    ...overrides.map(({ name, reason }) => `override ${name}: ${reason}`),
  ];
  return parts.join(" · ");
}

/** The five numbers that say where the fleet stands. */
function figures(): Panel<FleetView> {
  const names = ["Serving", "Held", "Wanted", "Target", "Turns/s", "Hit rate"] as const;
  const values = names.map(() => el("dd"));
  const pairs = names.map((name, index) =>
    el("div", {}, el("dt", {}, name), values[index] ?? el("dd")),
  );
  return {
    element: el("dl", { class: "figures" }, ...pairs),
    update: ({ racks: count, signals, cache }) => {
      const arrivals = signals.find(({ name }) => name === "arrivals")?.value ?? null;
      const texts = [
        racks(count.serving),
        racks(count.held),
        racks(count.want),
        racks(count.target),
        rate(arrivals),
        percent(cache.hitRate),
      ];
      for (const [index, value] of values.entries()) setText(value, texts[index] ?? "");
    },
  };
}

function objectivesTable(): Panel<readonly Row[]> {
  return textTable({
    caption: "Objectives",
    columns: ["Objective", "Now", "Share within", "Required", "p95", "Threshold"],
    empty: "The fleet has no objectives.",
  });
}

function objectiveRows({ objectives, latency: measured }: FleetView): Row[] {
  return objectives.map(({ name, metric, inside, observedShare, ...rest }) => {
    const p95 = metric === "TTFT" ? measured.ttft.p95Seconds : measured.itl.p95Seconds;
    return {
      key: name,
      cells: [
        `${name} (${metric})`,
        standing(inside, rest.trust),
        percent(observedShare),
        percent(rest.requiredShare),
        latency(p95),
        latency(rest.thresholdSeconds),
      ],
    };
  });
}

function standing(inside: boolean | null, trust: string): Cell {
  if (inside === null) return { text: `? ${trust.toLowerCase()}`, tone: "warn" };
  const stale = trust === "Fresh" ? "" : `, ${trust.toLowerCase()}`;
  return inside
    ? { text: `✓ inside${stale}`, tone: "good" }
    : { text: `✗ outside${stale}`, tone: "bad" };
}

/** What lies behind the decision: why the hit rate is so; folded, what else there is. */
function detailsPanel(fleet: string): Panel<FleetInput> {
  const cache = cachePanel();
  const options = optionsPanel();
  const questions = whatIfPanel(fleet);
  const decided = decidedPanel();
  const element = el(
    "div",
    { class: "behind" },
    cache.element,
    folded(["Alternatives: what other numbers of racks would give"], options.element),
    folded(["What if, why not, what would change it"], questions.element),
    decided.element,
  );
  return {
    element,
    update: (input) => {
      cache.update(input.fleet.cache);
      options.update(input);
      questions.update(input.live);
      decided.update(input.fleet);
    },
  };
}

function decidedPanel(): Panel<FleetView> {
  const untrusted = el("span");
  const signals = textTable({
    caption: "Signals",
    columns: ["Signal", "Trust", "Value", "Age", "Targets up"],
    empty: "No signal was read.",
  });
  const steps = textTable({
    caption: "Steps of the decision",
    columns: ["Stage", "What was found"],
    empty: "No step was recorded.",
  });
  return {
    element: el(
      "div",
      {},
      folded(["Signals ", untrusted], signals.element),
      folded(["How this was decided"], steps.element),
    ),
    update: (fleet) => {
      setText(untrusted, trustSummary(fleet.signals));
      signals.update(fleet.signals.map(signalRow));
      steps.update(
        fleet.steps.map(({ stage, text, name }, index) => ({
          key: `${index} ${name}`,
          cells: [stage, text],
        })),
      );
    },
  };
}

const folded = (summary: readonly (Node | string)[], content: Node): HTMLElement =>
  el("details", {}, el("summary", {}, ...summary), content);

function trustSummary(signals: readonly SignalView[]): string {
  const doubtful = signals.filter(({ trust }) => trust !== "Fresh");
  if (doubtful.length === 0) return "(all fresh)";
  return `(not fresh: ${doubtful.map(({ name }) => name).join(", ")})`;
}

function signalRow({ name, trust, value, unit, ageSeconds, coverage, why }: SignalView): Row {
  const tone = trust === "Fresh" ? "plain" : "warn";
  return {
    key: name,
    cells: [
      name,
      { text: why === "" ? trust : `${trust}: ${why}`, tone },
      inUnit(value, unit),
      ageSeconds === null ? "–" : duration(ageSeconds),
      percent(coverage),
    ],
  };
}
