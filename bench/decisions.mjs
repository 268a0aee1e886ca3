/**
 * `npm run bench:decisions`: who is better on cases that nobody tuned for, ours or an autoscaler
 * that people run today. Cases are cut from the committed scenarios, from invented traffic, and
 * from recordings (`--recordings DIR`, or BREAKWATER_TRACES) where there are any. Every policy is
 * run on every case with several values of its knob; violations are compared at equal GPU-hours
 * between 95 and 99.5 % by the protocol of `compare`. Each run is a line of `--out`: a bench that
 * was stopped goes on where it was. Status 1 where a bound is missed.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { progressOn } from "../src/cli/simulation/progress.ts";
import { runTasks } from "../src/cli/simulation/worker-pool.ts";
import { sha256 } from "../src/cli/digest.ts";
import { keyOf, caseRow, seedOf, thinned } from "../src/studies/cases/case-rows.ts";
import { cutCases } from "../src/studies/cases/cutter.ts";
import { verdictOf } from "../src/studies/cases/verdict.ts";
import { policyNamed } from "../src/studies/policies.ts";
import { printedCases, printedLosses, printedVerdict } from "./decisions-print.mjs";
import { keptRows, openRows } from "./decisions-rows.mjs";
import { recordings, scenarios } from "./decisions-sources.mjs";

const HELP = `node bench/run.mjs decisions [options]
  --cases N          cases to cut (35)
  --seed S           of the cutter (1); number n of a seed is always the same case
  --workers N        runs side by side (1)
  --policies a,b     to compare with ours (static,hpa-queue,kpa,wva-v2,llm-d-slo,llm-d-token)
  --settings N       values of each knob, evenly over its sweep; 0: all (5)
  --families a,b     only these of the cases that were cut
  --racks 4,12       only fleets of these sizes; those of committed scenarios have none
  --recordings DIR   folder of recordings; default: BREAKWATER_TRACES, else none
  --out FILE         a line a run (dist/bench/decisions-S.jsonl); what is there is not run again
  --keep             lines of others than ours count though the program has changed since
  --minutes M        starts no run after so many
  --write-cases DIR  writes each case as a scenario file, and ends
  --rows             prints the tables of what is there, and runs nothing`;

const ROOT = process.cwd();
const OURS = "breakwater";
const RESAMPLES = 400;
/** DESIGN's bounds of `decisions`: violations over ours at equal GPU-hours, and the lower bound. */
const BOUNDS = { one: { mean: 2.5, low: 1.3 }, each: { mean: 0.95 }, extras: { mean: 5 } };

const { values: flags } = parseArgs({
  options: {
    cases: { type: "string", default: "35" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "1" },
    policies: { type: "string", default: "static,hpa-queue,kpa,wva-v2,llm-d-slo,llm-d-token" },
    settings: { type: "string", default: "5" },
    families: { type: "string" },
    racks: { type: "string" },
    recordings: { type: "string", default: process.env.BREAKWATER_TRACES ?? "" },
    out: { type: "string" },
    keep: { type: "boolean", default: false },
    minutes: { type: "string" },
    "write-cases": { type: "string" },
    rows: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function cut() {
  const sources = [...scenarios(join(ROOT, "simulations")), ...recordings(flags.recordings)];
  const families = flags.families?.split(",");
  const cases = cutCases({ seed: Number(flags.seed), count: Number(flags.cases), sources });
  const sizes = flags.racks?.split(",").map(Number);
  return cases
    .filter(({ family }) => families === undefined || families.includes(family))
    .filter(({ racks }) => sizes === undefined || sizes.includes(racks));
}

/** @returns cases by their files: what is run is what `simulate` would run */
function written(cases, folder) {
  return cases.map((found) => {
    const text = `# Cut by bench:decisions.\n${JSON.stringify(found.document, null, 1)}\n`;
    mkdirSync(join(folder, found.name), { recursive: true });
    const file = join(folder, found.name, "scenario.yaml");
    writeFileSync(file, text);
    return { found, file, caseDigest: sha256(text).slice(0, 16) };
  });
}

/** The bundle beside this file: rows of another program say nothing of this one. */
function programDigest() {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".js"));
  const texts = files.toSorted().map((name) => readFileSync(join(import.meta.dirname, name)));
  return sha256(texts.join("\n")).slice(0, 16);
}

function jobsOf(cases, policies) {
  return cases.flatMap(({ found, file, caseDigest }) =>
    policies.flatMap((policy) =>
      thinned(policy.knob, Number(flags.settings)).map((knob) => ({
        found,
        file,
        caseDigest,
        policy,
        knob,
      })),
    ),
  );
}

const jobKey = ({ caseDigest, policy, knob }) => keyOf({ caseDigest, policy: policy.name, knob });

async function runMissing(jobs, have, append) {
  const missing = jobs.filter((job) => !have.has(jobKey(job)));
  const clock = () => performance.now();
  const untilMs = flags.minutes === undefined ? Infinity : Number(flags.minutes) * 60_000;
  const progress = progressOn(process.stderr, `${missing.length} runs`, clock);
  console.error(`${jobs.length} runs, ${jobs.length - missing.length} of them are there already`);
  const tasks = missing.map(({ file, policy, knob, found }) => ({
    file,
    policy: policy.name,
    knob,
    seed: seedOf(found),
  }));
  await runTasks(tasks, {
    workers: Number(flags.workers),
    onProgress: (share) => progress.update(share),
    onOutcome: (at, { result }) => append(caseRow(missing[at], result)),
    stop: () => clock() > untilMs,
  });
  progress.end();
}

/** @returns rows of the cases of which none is missing */
function complete(cases, jobs, have) {
  const whole = cases.filter(({ found }) =>
    jobs.every((job) => job.found !== found || have.has(jobKey(job))),
  );
  const names = new Set(whole.map(({ found }) => found.name));
  return jobs.flatMap((job) => (names.has(job.found.name) ? [have.get(jobKey(job))] : []));
}

function report(rows, [ours, ...others]) {
  const bootstrap = { resamples: RESAMPLES, seed: 1 };
  let met = true;
  for (const extras of [false, true]) {
    const part = rows.filter((row) => row.extras === extras);
    if (part.length === 0) continue;
    const input = { rows: part, ours, others, bootstrap };
    const verdict = verdictOf(input);
    const title = extras
      ? "Cases with what only ours can use (schedule, loans, blocks that end)"
      : "Same supply, nothing announced";
    console.log(`\n${title}: ${verdict.cases} cases\n`);
    console.log(printedCases(input));
    console.log(`\n${printedVerdict(verdict)}\n\n${printedLosses(verdict)}`);
    met = boundsHold(verdict, extras) && met;
  }
  return met;
}

function boundsHold({ policies }, extras) {
  const strongest = (tune) => policies.find((found) => found.tune === tune)?.violations;
  const [one, each] = [strongest("one"), strongest("each")];
  if (one === undefined) return true;
  const bound = extras ? BOUNDS.extras : BOUNDS.one;
  const headline = one.mean >= bound.mean && one.low >= (bound.low ?? 0);
  return headline && each.mean >= BOUNDS.each.mean;
}

async function main() {
  if (flags.help) return console.log(HELP);
  const cases = cut();
  const folder = flags["write-cases"];
  if (folder !== undefined) return written(cases, folder);
  const files = written(cases, join(ROOT, "dist", "bench", "cases"));
  const names = [OURS, ...flags.policies.split(",").filter((name) => name !== OURS)];
  const policies = names.map(policyNamed);
  const jobs = jobsOf(files, policies);
  const program = programDigest();
  const out = flags.out ?? join(ROOT, "dist", "bench", `decisions-${flags.seed}.jsonl`);
  const have = keptRows(out, { program, keep: flags.keep, ours: OURS, rowsOnly: flags.rows });
  const rows = openRows(out, program);
  if (!flags.rows) {
    await runMissing(jobs, have, (row) => {
      rows.append(row);
      have.set(keyOf(row), row);
    });
  }
  const done = complete(files, jobs, have);
  if (done.length === 0) return console.log("no case is complete yet");
  process.exitCode = report(done, policies) ? 0 : 1;
}

await main();
