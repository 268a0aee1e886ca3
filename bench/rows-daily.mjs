/**
 * Load that rises and falls with the day: one way up and one down a day. A way is every change in
 * one direction until one in the other. The first day is learned from and does not count.
 */
import { table } from "../src/cli/table.ts";
import { agentsDocument, compiled, percent, run } from "./rows-run.mjs";

const FILL = 0.9;
const DAILY = 0.6;
const FIRST_DAY_MINUTES = 1_440;
/** Of up and down each: one a day. */
const WAYS_A_DAY = 1;

export async function dailyRow({ racks: sizes, hours = 96, seed }) {
  const rows = [];
  for (const racks of sizes) rows.push(await measured({ racks, hours, seed }));
  const header = [
    "racks",
    "attainment",
    "GPU-hours",
    "up a day",
    "down a day",
    "changes a day",
    "ways",
  ];
  const cells = rows.map((row) => [
    String(row.racks),
    percent(row.attainment),
    row.gpuHours.toFixed(0),
    row.up.toFixed(1),
    row.down.toFixed(1),
    row.changes.toFixed(1),
    row.ways.join(" "),
  ]);
  const most = Math.max(...rows.flatMap(({ up, down }) => [up, down]));
  return {
    table: table(header, cells),
    found: `${most.toFixed(1)} ways up, or down, a day at most`,
    holds: most <= WAYS_A_DAY,
  };
}

async function measured({ racks, hours, seed }) {
  const document = agentsDocument("daily", { racks, fill: FILL, hours, seed, daily: DAILY });
  const { result, changes } = await run(compiled(document), { seed });
  const learned = changes.filter(({ minute }) => minute >= FIRST_DAY_MINUTES);
  const days = hours / 24 - 1;
  const ways = waysOf(learned);
  return {
    racks,
    attainment: result.slo.attainment,
    gpuHours: result.gpuHours.held,
    up: ways.filter(({ from, to }) => to > from).length / days,
    down: ways.filter(({ from, to }) => to < from).length / days,
    changes: learned.length / days,
    ways: ways.map(({ minute, from, to }) => `${(minute / 60).toFixed(0)}h:${from}>${to}`),
  };
}

/** @returns runs of changes in one direction, each from where it began to where it ended */
function waysOf(changes) {
  const ways = [];
  for (const { minute, from, to } of changes) {
    const last = ways.at(-1);
    if (last !== undefined && to > from === last.to > last.from) last.to = to;
    else ways.push({ minute, from, to });
  }
  return ways;
}
