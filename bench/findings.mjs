/**
 * How well the findings of a report find what was planted: `npm run bench:findings -- --from 1000`.
 * Precision, recall and the slowest report over 100 pairs of runs; --verbose names each mistake,
 * and
 * --strength 0.5 plants everything half as strong. Seeds below 1,000 are for working on it. Ends
 * with
 * status 1 where precision or recall over all kinds is below 0.9, or a report takes over 3 s.
 */
import { parseArgs } from "node:util";
import { findings } from "../src/report/findings/find.ts";
import { reportPage } from "../src/report/report-page.ts";
import { KINDS, plantedPair } from "./findings-planted.mjs";

const OPTIONS = {
  from: { type: "string", default: "1000" },
  pairs: { type: "string", default: "100" },
  strength: { type: "string", default: "1" },
  verbose: { type: "boolean", default: false },
};
/** A finding may begin or end so much beside what was planted: half an hour of fourteen days. */
const BESIDE_SECONDS = 1_800;

const { values } = parseArgs({ options: OPTIONS });

function main() {
  const counts = new Map(KINDS.map((kind) => [kind, { hits: 0, missed: 0, wrong: 0, unclear: 0 }]));
  let slowestMs = 0;
  for (let at = 0; at < Number(values.pairs); at += 1) {
    const seed = Number(values.from) + at;
    const pair = plantedPair(seed, Number(values.strength));
    const before = performance.now();
    const input = { title: "planted", about: "", command: "", version: "", runs: pair.runs };
    reportPage(input);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    const found = findings(input);
    judge({ seed, pair, found, counts });
  }
  print(counts, slowestMs);
  const { hits, missed, wrong } = sums([...counts.values()]);
  const short = hits / (hits + wrong) < WANTED || hits / (hits + missed) < WANTED;
  if (short || slowestMs > SLOWEST_MS) process.exitCode = 1;
}

/** Of precision and of recall. */
const WANTED = 0.9;
/** For a whole report, HTML included. */
const SLOWEST_MS = 3_000;

function judge({ seed, pair, found, counts }) {
  const left = [...found];
  for (const planted of pair.planted) {
    const at = left.findIndex((finding) => shows(finding, planted));
    counts.get(planted.kind)[at === -1 ? "missed" : "hits"] += 1;
    if (at === -1) say(`seed ${seed}: missed`, planted);
    else left.splice(at, 1);
  }
  for (const run of pair.dominated) {
    const at = left.findIndex(
      (finding) => finding.kind === "dominated-policy" && finding.run === run,
    );
    counts.get("dominated-policy")[at === -1 ? "missed" : "hits"] += 1;
    if (at === -1) say(`seed ${seed}: missed`, { kind: "dominated-policy", run });
    else left.splice(at, 1);
  }
  for (const finding of left) {
    const unclear = finding.kind === "dominated-policy" && pair.unclear;
    counts.get(finding.kind)[unclear ? "unclear" : "wrong"] += 1;
    if (!unclear) say(`seed ${seed}: wrong`, finding);
  }
}

const shows = (finding, planted) =>
  finding.kind === planted.kind &&
  finding.run === planted.run &&
  finding.from !== null &&
  finding.from < planted.to + BESIDE_SECONDS &&
  finding.to > planted.from - BESIDE_SECONDS;

function say(what, { kind, run, from, to, sentence = "" }) {
  if (!values.verbose) return;
  const hours = [from, to].map((seconds) => ((seconds ?? 0) / 3_600).toFixed(2)).join(" to ");
  console.error(`${what} ${kind} in ${run}, hours ${hours}: ${sentence}`);
}

function print(counts, slowestMs) {
  const last = Number(values.from) + Number(values.pairs) - 1;
  console.log(`seeds ${String(values.from)} to ${last}, strength ${String(values.strength)}\n`);
  console.log("| kind | planted | found | wrong | unclear | precision | recall |");
  console.log("|---|---:|---:|---:|---:|---:|---:|");
  const rows = [...counts, ["all", sums([...counts.values()])]];
  for (const [kind, { hits, missed, wrong, unclear }] of rows) {
    const precision = (hits / Math.max(1, hits + wrong)).toFixed(3);
    const recall = (hits / Math.max(1, hits + missed)).toFixed(3);
    console.log(
      `| ${kind} | ${hits + missed} | ${hits} | ${wrong} | ${unclear} | ${precision} | ${recall} |`,
    );
  }
  console.log(`\nslowest report: ${(slowestMs / 1_000).toFixed(2)} s`);
}

const sums = (counts) => {
  const of = (name) => counts.reduce((sum, each) => sum + each[name], 0);
  return { hits: of("hits"), missed: of("missed"), wrong: of("wrong"), unclear: of("unclear") };
};

main();
