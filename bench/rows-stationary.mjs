/**
 * Load that is noisy and stays: a rack move a day at most, and GPU-hours at most 1.1 times those of
 * the fewest racks, held all the time, that attain as much. Static sizes are looked through from
 * ours down; they begin with their own racks, so that nobody pays for where it began.
 */
import { table } from "../src/cli/table.ts";
import { agentsDocument, compiled, percent, run } from "./rows-run.mjs";

const FILL = 0.85;
/** The forecast watches, the first racks settle. */
const SETTLED_MINUTES = 120;
const MOVES_A_DAY = 1;
const HOURS_OVER_BEST = 1.1;

export async function stationaryRow({ racks: sizes, hours = 26, seed }) {
  const rows = [];
  for (const racks of sizes) rows.push(await measured({ racks, fill: FILL, hours, seed }));
  const header = [
    "racks",
    "attainment",
    "GPU-hours",
    "moves a day, settled",
    "best static: racks, attainment",
    "GPU-hours over its",
  ];
  const cells = rows.map((row) => [
    String(row.racks),
    percent(row.attainment),
    row.gpuHours.toFixed(0),
    `${row.movesADay.toFixed(1)} (${row.moves.join(" ")})`,
    `${row.best.racks}, ${percent(row.best.attainment)}`,
    row.overBest.toFixed(2),
  ]);
  const worst = (of) => Math.max(...rows.map(of));
  const [moves, over] = [worst(({ movesADay }) => movesADay), worst(({ overBest }) => overBest)];
  return {
    table: table(header, cells),
    found: `${moves.toFixed(1)} moves a day at most, ${over.toFixed(2)}x the best static at most`,
    holds: moves <= MOVES_A_DAY && over <= HOURS_OVER_BEST,
  };
}

async function measured(fleet) {
  const document = agentsDocument("stationary", fleet);
  const { result, changes } = await run(compiled(document), { seed: fleet.seed });
  const settled = changes.filter(({ minute }) => minute >= SETTLED_MINUTES);
  const days = (fleet.hours * 60 - SETTLED_MINUTES) / 1_440;
  const { attainment } = result.slo;
  const best = await bestStatic(document, result, fleet);
  return {
    racks: fleet.racks,
    attainment,
    gpuHours: result.gpuHours.held,
    moves: settled.map(({ minute, from, to }) => `${(minute / 60).toFixed(0)}h:${from}>${to}`),
    movesADay: settled.length / days,
    best,
    overBest: result.gpuHours.held / best.gpuHours,
  };
}

/** The fewest racks that attain as much: from our mean, down while they do, else up. */
async function bestStatic(document, { slo, racks }, { seed }) {
  const start = Math.max(1, Math.round(racks.mean));
  const most = document.spec.fleets[0].racks.max;
  let best = await heldAt(document, start, seed);
  const up = best.attainment < slo.attainment;
  for (let held = start + (up ? 1 : -1); held >= 1 && held <= most; held += up ? 1 : -1) {
    const next = await heldAt(document, held, seed);
    if (up) best = next;
    if (up === next.attainment >= slo.attainment) break;
    best = next;
  }
  return best;
}

async function heldAt(document, held, seed) {
  const { spec } = document;
  const max = spec.fleets[0].racks.max;
  const world = { ...spec.world, pools: { gb200: { startRacks: held } } };
  const scenario = compiled({ ...document, spec: { ...spec, world } });
  const { result } = await run(scenario, { policy: "static", knob: held / max, seed });
  return { racks: held, attainment: result.slo.attainment, gpuHours: result.gpuHours.held };
}
