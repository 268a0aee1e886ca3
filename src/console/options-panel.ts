/** What other numbers of racks would give, and what the money allows. */
import type { FleetView } from "../api/fleet-view.ts";
import { el, setText, type Panel } from "./dom.ts";
import { percent, racks, usd } from "./format.ts";
import { textTable, type Cell, type Row } from "./text-table.ts";

export interface Options {
  readonly fleet: FleetView;
  /** null: not known, or pools differ. */
  readonly usdPerRackHour: number | null;
}

export function optionsPanel(): Panel<Options> {
  const table = textTable({
    caption: "Alternatives",
    columns: ["Racks", "Turns inside every objective, predicted", "Cost against now", "Which"],
    empty: "How many racks would hold the objectives is not predicted now.",
  });
  return { element: table.element, update: (options) => table.update(optionRows(options)) };
}

/** Numbers around those in question: a curve over dozens of racks says nothing more. */
const SHOWN_AROUND = 3;

function optionRows({ fleet, usdPerRackHour }: Options): Row[] {
  const { held, want } = fleet.racks;
  const low = Math.min(held, want) - SHOWN_AROUND;
  const high = Math.max(held, want) + SHOWN_AROUND;
  return fleet.attainmentByRacks
    .filter(({ racks: count }) => count >= low && count <= high)
    .map(({ racks: count, attainment }) => ({
      key: String(count),
      cells: [
        racks(count),
        attained(attainment, fleet),
        costOf(count - held, usdPerRackHour),
        roleOf(count, fleet),
      ],
    }));
}

function attained(attainment: number, { objectives }: FleetView): Cell {
  const required = Math.max(0, ...objectives.map(({ requiredShare }) => requiredShare));
  const tone = attainment >= required ? "good" : "bad";
  return { text: `${attainment >= required ? "✓" : "✗"} ${percent(attainment)}`, tone };
}

function costOf(more: number, usdPerRackHour: number | null): string {
  if (more === 0) return "as now";
  if (usdPerRackHour === null) return "price not known";
  return `${more > 0 ? "+" : "−"}${usd(Math.abs(more) * usdPerRackHour)} an hour`;
}

function roleOf(count: number, { racks: { held, want, target } }: FleetView): string {
  const roles = [
    ...(count === held ? ["held"] : []),
    ...(count === want ? ["wanted"] : []),
    ...(count === target && target !== held ? ["let through"] : []),
  ];
  return roles.join(", ");
}

/** `Budget: 9,600 of 20,000 USD a day planned, above the commitment.`; empty without a budget. */
export function budgetPanel(): Panel<FleetView> {
  const text = el("span");
  const meter = el("meter", { min: "0", max: "1", "aria-label": "Part of the budget planned" });
  const element = el("p", { class: "budget" }, text, " ", meter);
  return {
    element,
    update: ({ budget }) => {
      element.hidden = budget === undefined;
      if (budget === undefined) return;
      const { plannedUsdPerDay: planned, usdPerDay } = budget;
      setText(text, budgetText(budget));
      meter.hidden = planned === null;
      meter.value = planned === null || usdPerDay === 0 ? 0 : Math.min(1, planned / usdPerDay);
    },
  };
}

function budgetText(budget: NonNullable<FleetView["budget"]>): string {
  const { usdPerDay, appliesTo, plannedUsdPerDay } = budget;
  const of = appliesTo === "Everything" ? "all racks counted" : "above the commitment";
  if (plannedUsdPerDay === null) {
    return `Budget: ${usd(usdPerDay)} a day, ${of}; a price is not known, so nothing is bought.`;
  }
  return `Budget: ${usd(plannedUsdPerDay)} of ${usd(usdPerDay)} a day planned, ${of}.`;
}
