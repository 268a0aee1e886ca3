/**
 * `npm run bench:diagnosis`: whether the cache diagnosis names what happened. Incidents of a known
 * cause and quiet days are drawn and run in the simulator, whose engines and router export what
 * vLLM and llm-d's router do; the diagnosis sees nothing else. One core, about 3 s an incident.
 *
 * --incidents N  of each cause       --quiet N   days       --seed S   the first of the seeds
 * --no-index     a router whose index exports nothing       --verbose  a line each
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";
import { CAUSES, incidentOf, quietDay } from "./diagnosis-incidents.mjs";

const { values } = parseArgs({
  options: {
    incidents: { type: "string", default: "3" },
    quiet: { type: "string", default: "1" },
    seed: { type: "string", default: "1000" },
    cause: { type: "string", multiple: true, default: CAUSES },
    "no-index": { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});
const MINUTE_MS = 60_000;
/** A smaller fall is no incident. */
const LEAST_SEVERITY = 0.03;
const shows = { index: !values["no-index"] };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

async function verdictsOf(text, seed) {
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  const said = [];
  const { startsAt } = read.value;
  await simulate({
    scenario: read.value,
    policy: "breakwater",
    seed,
    traffic: trafficOf(read.value, "."),
    digest: sha256,
    codeVersion: "bench",
    onRecord: (line) => {
      const { decision } = JSON.parse(line);
      for (const { cache } of decision.fleets) {
        said.push({ minute: (decision.at - startsAt) / MINUTE_MS, ...cache });
      }
    },
  });
  return said;
}

const mean = (all) => all.reduce((sum, value) => sum + value, 0) / all.length;
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;

/** The verdict is what was said most within `judgedMinutes` of the onset. */
function judged(said, { onsetMinutes, judgedMinutes }) {
  const rates = (from, to) =>
    said.flatMap(({ minute, hitRate }) =>
      hitRate !== null && minute >= from && minute < to ? [hitRate] : [],
    );
  const [before, after] = [
    rates(onsetMinutes - 20, onsetMinutes),
    rates(onsetMinutes + judgedMinutes / 5, onsetMinutes + judgedMinutes),
  ];
  const severity = after.length === 0 ? 1 : mean(before) - mean(after);
  const within = said.filter(
    ({ minute, cause }) =>
      minute > onsetMinutes && minute <= onsetMinutes + judgedMinutes && cause !== "none",
  );
  const counts = new Map();
  for (const { cause } of within) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1]);
  const found = most?.[0] ?? "none";
  const first = within.find(({ cause }) => cause === found);
  const early = said.some(
    ({ minute, cause }) => minute > 55 && minute <= onsetMinutes && cause !== "none",
  );
  return { severity, found, early, delay: first === undefined ? NaN : first.minute - onsetMinutes };
}

const rows = [];
let skipped = 0;
for (const [number, cause] of CAUSES.entries()) {
  if (!values.cause.includes(cause)) continue;
  for (let n = 0; n < Number(values.incidents); n += 1) {
    const seed = Number(values.seed) + 1_000 * number + n;
    const incident = incidentOf(cause, seed, shows);
    const said = await verdictsOf(incident.scenario, seed);
    const row = { ...incident, ...judged(said, incident) };
    if (values.verbose && row.early) {
      const alarm = said.find((each) => each.minute > 55 && each.cause !== "none");
      console.log(
        `  early ${alarm.minute} ${alarm.cause} ${alarm.hitRate} of ${alarm.expectedHitRate}: ` +
          `${alarm.evidence}`,
      );
    }
    const counts = cause === "broken-signal" || row.severity >= LEAST_SEVERITY;
    if (counts) rows.push(row);
    else skipped += 1;
    if (values.verbose) {
      const { found, severity, delay, early } = row;
      const last = said.findLast(({ cause: each }) => each === found) ?? said.at(-1);
      console.log(
        `${seed} ${counts ? "" : "(small) "}${cause} -> ${found}${early ? " EARLY" : ""}  ` +
          `severity ${(100 * severity).toFixed(1)}  delay ${delay.toFixed(1)}  ` +
          `${JSON.stringify(incident.what)}  ${(last?.evidence ?? [last?.text]).join("; ")}`,
      );
    }
  }
}

let alarms = 0;
const days = Number(values.quiet);
for (let n = 0; n < days; n += 1) {
  const seed = Number(values.seed) + 90_000 + n;
  const said = await verdictsOf(quietDay(seed, shows), seed);
  let before = "none";
  for (const { minute, cause, evidence = [] } of said) {
    if (cause !== "none" && before === "none") {
      alarms += 1;
      if (values.verbose) console.log(`quiet ${seed} ${minute}: ${cause}  ${evidence.join("; ")}`);
    }
    before = cause;
  }
}

const found = [...CAUSES, "none"];
const short = (cause) => cause.slice(0, 12).padStart(13);
console.log(`${"truth".padEnd(22)}${found.map(short).join("")}   recall  delay (median, min)`);
for (const cause of CAUSES) {
  const ours = rows.filter((row) => row.cause === cause);
  if (ours.length === 0) continue;
  const right = ours.filter((row) => row.found === cause);
  const cells = found.map((each) => String(ours.filter((row) => row.found === each).length));
  console.log(
    cause.padEnd(22) +
      cells.map((cell) => cell.padStart(13)).join("") +
      `${((100 * right.length) / ours.length).toFixed(0).padStart(7)} %` +
      `${median(right.map(({ delay }) => delay))
        .toFixed(1)
        .padStart(7)}`,
  );
}
const precision = CAUSES.map((cause) => {
  const named = rows.filter((row) => row.found === cause);
  const right = named.filter((row) => row.cause === cause).length;
  return named.length === 0 ? "-" : `${((100 * right) / named.length).toFixed(0)} %`;
});
console.log("precision".padEnd(22) + precision.map((text) => text.padStart(13)).join(""));
const known = rows.filter(({ cause }) => cause !== "cannot-tell");
const top = known.filter((row) => row.found === row.cause).length;
const early = rows.filter((row) => row.early).length;
console.log(
  `top-1 ${((100 * top) / known.length).toFixed(1)} % of ${known.length} of known kinds; ` +
    `${skipped} fell by less than ${100 * LEAST_SEVERITY} points: not counted; ` +
    `alarms before the onset: ${early}; on ${days} quiet days: ${alarms}`,
);
