import type { Command } from "commander";
import { FleetsAnswerSchema } from "../../api/envelopes.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import { readApi } from "../api-client.ts";
import { apiOf, withApiFlags } from "../api-flags.ts";
import type { ApiFlags } from "../api-flags.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { table } from "../table.ts";
import { UsageError } from "../usage-error.ts";

export function addExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("Why a fleet has, wants and gets the racks it does: every stage with its numbers.")
    .argument("[fleet]", "namespace/name; may be left out where there is only one")
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  breakwater explain agents/coder\n");
  withApiFlags(command).action(explain);
}

async function explain(wanted: string | undefined, flags: ApiFlags & FormatFlag): Promise<void> {
  const { fleets } = await readApi(apiOf(flags), "/api/v1/fleets", FleetsAnswerSchema);
  const fleet = chosen(fleets, wanted);
  console.log(flags.format === "json" ? JSON.stringify(fleet, null, 2) : inWords(fleet));
}

function chosen(fleets: readonly FleetView[], wanted: string | undefined): FleetView {
  const found = fleets.filter(({ fleet }) => wanted === undefined || fleet === wanted);
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const known = fleets.map(({ fleet }) => fleet).join(", ") || "none yet";
  const text = wanted === undefined ? "found nothing, expected a fleet" : `found "${wanted}"`;
  throw new UsageError(`fleet: ${text}; the controller knows ${known}`);
}

function inWords(view: FleetView): string {
  const { fleet, racks, outcome, reasons, steps, attainmentByRacks } = view;
  const head =
    `${fleet}: ${outcome}. ${racks.serving} racks serve, ${racks.held} held or on the way, ` +
    `${racks.want} wanted, ${racks.award} awarded, ${racks.target} let through.`;
  return [head, listed(reasons), stages(steps), curve(attainmentByRacks)]
    .filter((part) => part !== "")
    .join("\n\n");
}

const listed = (reasons: FleetView["reasons"]): string =>
  reasons.map(({ code, text }) => `- ${code}: ${text}`).join("\n");

const stages = (steps: FleetView["steps"]): string =>
  table(
    ["STAGE", "STEP", "FOUND"],
    steps.map(({ stage, name, text }) => [stage, name, text]),
  );

function curve(points: FleetView["attainmentByRacks"]): string {
  if (points.length === 0) return "";
  const rows = points.map(({ racks, attainment }) => [
    String(racks),
    `${(attainment * 100).toFixed(2)} %`,
  ]);
  return table(["RACKS", "ATTAINMENT AT THE SIZING DEMAND"], rows);
}
