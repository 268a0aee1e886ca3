/**
 * Decides recorded decisions again, on this Node and on others, and compares bit for bit: those of
 * logs that are given, such as the tests on real parts leave in BREAKWATER_DECISION_LOGS, and as
 * many simulated ones as are missing.
 *
 *   node bench/replay.mjs [--records 10000] [--logs FOLDER] [--node PROGRAM...]
 *     [--scenario NAME...]
 *
 * Needs `npm run build`. Exit status 1 when any decision came out otherwise.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Together every stage that decides: surges, loans, moves, repairs, drains, outages, approvals. */
const SCENARIOS = [
  "flash-crowd",
  "loan-reclaim",
  "fleet-moves",
  "spot-interruption",
  "metrics-outage",
  "rack-loss-at-peak",
  "slow-approver",
  "router-misroute",
  "launch-day",
  "scale-in-collapse",
];
const root = join(import.meta.dirname, "..");
const program = join(root, "dist", "cli", "main.js");
const { values } = parseArgs({
  options: {
    records: { type: "string", default: "10000" },
    logs: { type: "string" },
    node: { type: "string", multiple: true, default: [process.execPath] },
    scenario: { type: "string", multiple: true, default: SCENARIOS },
  },
});
const wanted = Number(values.records);
const folder = mkdtempSync(join(tmpdir(), "breakwater-replay-"));

function run(node, ...args) {
  const { status, stdout, stderr } = spawnSync(node, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

const recordsIn = (log) => readFileSync(log, "utf8").split("\n").length - 1;

/** @returns the log of one seed, and how many decisions it has */
function simulated(scenario, seed) {
  const log = join(folder, `${scenario}-${seed}.jsonl`);
  const file = join(root, "simulations", scenario, "scenario.yaml");
  const args = ["simulate", file, "--seed", String(seed), "--decisions", log, "--format", "json"];
  const { stderr } = run(process.execPath, program, ...args);
  try {
    return { log, records: recordsIn(log) };
  } catch (cause) {
    throw new Error(`${scenario} wrote no decisions: ${stderr}`, { cause });
  }
}

function replayed(node, log) {
  const { stdout, stderr } = run(node, program, "replay", log, "--format", "json");
  if (stdout === "") throw new Error(`${node} replay ${log}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Adds to the totals what came of one log. */
function counted(log, source) {
  for (const [node, total] of totals) {
    const { redecided, difference } = replayed(node, log);
    total.redecided += redecided;
    if (difference !== null) {
      total.different += 1;
      console.log(JSON.stringify({ node, source, difference }));
    }
  }
}

const totals = new Map(values.node.map((node) => [node, { redecided: 0, different: 0 }]));
let records = 0;
try {
  for (const name of values.logs === undefined ? [] : readdirSync(values.logs).toSorted()) {
    const log = join(values.logs, name);
    records += recordsIn(log);
    counted(log, name);
  }
  if (values.logs !== undefined) console.log(`${records} decisions of the logs that were given`);
  for (let at = 0; records < wanted; at += 1) {
    const { length } = values.scenario;
    const scenario = values.scenario[at % length];
    const { log, records: more } = simulated(scenario, 1 + Math.floor(at / length));
    records += more;
    counted(log, scenario);
    rmSync(log);
  }
} finally {
  rmSync(folder, { recursive: true });
}
for (const [node, { redecided, different }] of totals) {
  const version = run(node, "--version").stdout.trim();
  console.log(`${version}: ${redecided} of ${records} decisions again, ${different} logs differ`);
  if (different > 0 || redecided < records) process.exitCode = 1;
}
