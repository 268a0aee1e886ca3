import type { FleetView } from "../../api/fleet-view.ts";
import type { WriteTable } from "../table.ts";

/** @returns why a fleet has, wants and gets its racks, stage by stage */
export function explanationText(view: FleetView, table: WriteTable): string {
  const { fleet, racks, outcome, reasons, steps, attainmentByRacks, atSeconds } = view;
  const at = new Date(atSeconds * 1_000).toISOString().slice(0, 19);
  const head =
    `${fleet}: ${outcome}. ${racks.serving} racks serve, ${racks.held} held or on the way, ` +
    `${racks.want} wanted, ${racks.award} awarded, ${racks.target} let through. Decided at ${at}Z.`;
  return [head, listed(reasons), stages(steps, table), curve(attainmentByRacks, table)]
    .filter((part) => part !== "")
    .join("\n\n");
}

const listed = (reasons: FleetView["reasons"]): string =>
  reasons.map(({ code, text }) => `- ${code}: ${text}`).join("\n");

const stages = (steps: FleetView["steps"], table: WriteTable): string =>
  table(
    ["STAGE", "STEP", "FOUND"],
    steps.map(({ stage, name, text }) => [stage, name, text]),
  );

function curve(points: FleetView["attainmentByRacks"], table: WriteTable): string {
  if (points.length === 0) return "";
  const rows = points.map(({ racks, attainment }) => [
    String(racks),
    `${(attainment * 100).toFixed(2)} %`,
  ]);
  return table(["RACKS", "ATTAINMENT AT THE SIZING DEMAND"], rows);
}
