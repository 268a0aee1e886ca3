/** The result of a simulated run, opened from a file. */
import type { LatencyResult, SimulationResult } from "../api/results.ts";
import { el } from "./dom.ts";
import { duration, latency, percent, significant, usd } from "./format.ts";
import { textTable, type Row } from "./text-table.ts";

/** @returns a card for each run, the first words of which say how it went */
export const resultPanels = (results: readonly SimulationResult[]): HTMLElement[] =>
  results.map((result) =>
    el(
      "article",
      { class: "card result" },
      el("h2", {}, `${result.scenario}, policy ${result.policy}, seed ${result.seed}`),
      el("p", { class: "verdict" }, verdictOf(result)),
      table("Objectives", ["Objective", "Turns that met it"], objectiveRows(result)),
      table("Latency", ["Of", "p50", "p90", "p95", "p99", "Longest"], latencyRows(result)),
      table(
        "Surges and faults",
        ["What", "When", "Absorbed after", "Outside", "Violations", "Extra GPU-hours"],
        surgeRows(result),
      ),
      table("Racks, money, cache", ["What", "How much"], factRows(result)),
      table("Decisions by reason", ["Reason", "Decisions"], reasonRows(result)),
    ),
  );

function verdictOf({ slo, turns, simulatedSeconds }: SimulationResult): string {
  const missed = slo.violations === 0 ? "none did not" : `${significant(slo.violations)} did not`;
  return (
    `${percent(slo.attainment)} of ${significant(slo.judged)} turns met every objective; ` +
    `${missed}. Outside for ${duration(slo.violationSeconds)} of ${duration(simulatedSeconds)}. ` +
    `${significant(turns.completed)} of ${significant(turns.offered)} offered turns were completed.`
  );
}

function table(caption: string, columns: readonly string[], rows: readonly Row[]): HTMLElement {
  const panel = textTable({ caption, columns, empty: "None." });
  panel.update(rows);
  return el("section", {}, el("h3", {}, caption), panel.element);
}

const row = (name: string, ...values: readonly string[]): Row => ({
  key: name,
  cells: [name, ...values],
});

const objectiveRows = ({ slo }: SimulationResult): Row[] =>
  Object.entries(slo.byObjective).map(([name, share]) => row(name, percent(share)));

function latencyRows({ latency: { ttft, itl, e2e } }: SimulationResult): Row[] {
  const of = (name: string, { p50, p90, p95, p99, max }: LatencyResult): Row =>
    row(name, ...[p50, p90, p95, p99, max].map(latency));
  return [of("Time to first token", ttft), of("Between tokens", itl), of("Whole turn", e2e)];
}

const surgeRows = ({ surges }: SimulationResult): Row[] =>
  surges.map((surge, index) => ({
    key: String(index),
    cells: [
      surge.cause === "traffic" ? `traffic x${significant(surge.factor)}` : surge.cause,
      `after ${duration(surge.startSeconds)}`,
      surge.timeToAbsorbSeconds === null ? "never" : duration(surge.timeToAbsorbSeconds),
      duration(surge.outsideSeconds),
      significant(surge.violations),
      significant(surge.extraGpuHours),
    ],
  }));

function factRows({ gpuHours, costUsd, racks, cache, forecast }: SimulationResult): Row[] {
  return [
    row("GPU-hours held", significant(gpuHours.held)),
    row("of them serving", significant(gpuHours.serving)),
    row("of them wasted", significant(gpuHours.wasted)),
    row("of them lent", significant(gpuHours.loaned)),
    row("above the commitment", significant(gpuHours.marginal)),
    row("Cost", costUsd === null ? "price not known" : usd(costUsd)),
    row("Racks, mean and most", `${significant(racks.mean)} and ${racks.peak}`),
    row("Grown, shrunk, moved", `${racks.scaleUps}, ${racks.scaleDowns}, ${racks.moves} times`),
    row("Hit rate, best possible", `${percent(cache.hitRate)}, ${percent(cache.idealHitRate)}`),
    row("Forecast: 80 % intervals that held", percent(forecast.coverage80)),
  ];
}

const reasonRows = ({ decisions }: SimulationResult): Row[] =>
  Object.entries(decisions.byReason).map(([reason, count]) => row(reason, String(count)));
