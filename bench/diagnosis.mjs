/**
 * `npm run bench:diagnosis`: whether the cache diagnosis names what happened. Incidents of a known
 * cause and quiet days are drawn and run in the simulator, and judged by what was injected; the
 * diagnosis sees what vLLM and llm-d's router export, or less (`diagnosis-run.mjs`). One core:
 * 2 s an incident, 4 s a pair, 10 s a day.
 *
 * --incidents N  of each cause (64)      --quiet N  days (500)     --pairs N  of two causes (60)
 * --seed S       the first of the seeds (100000; those below 100000 are for working on it)
 * --cause C      only these              --minutes M  starts nothing after so many
 * --verbose      a line each
 */
import { parseArgs } from "node:util";
import { CAUSES, RISE, incidentOf, pairOf, quietDay } from "./diagnosis-incidents.mjs";
import { LEAST_SEVERITY, alarmsOf, isCuredByRoom, judged } from "./diagnosis-judge.mjs";
import { matrixLines, quietLines, summaryLines } from "./diagnosis-print.mjs";
import { PROFILES, ticksOf } from "./diagnosis-run.mjs";

const { values } = parseArgs({
  options: {
    incidents: { type: "string", default: "64" },
    quiet: { type: "string", default: "500" },
    pairs: { type: "string", default: "60" },
    seed: { type: "string", default: "100000" },
    cause: { type: "string", multiple: true, default: CAUSES },
    minutes: { type: "string", default: "600" },
    verbose: { type: "boolean", default: false },
  },
});
const [FULL] = PROFILES;
const firstSeed = Number(values.seed);
const startedAt = performance.now();
const hasTime = () => performance.now() - startedAt < Number(values.minutes) * 60_000;
const say = (line) => values.verbose && console.log(line);
const points = (share) => (100 * share).toFixed(1);
const byProfile = () => Object.fromEntries(PROFILES.map((profile) => [profile, []]));

/** A rise in load that more room does not cure by half is another traffic, and no lack of room. */
async function trueCause(incident, fall) {
  if (incident.cause !== RISE) return incident.cause;
  const roomier = await ticksOf(incident.roomier, incident.seed);
  const left = judged(roomier, { ...incident, cause: "cold-replicas" }, FULL)?.severity ?? 0;
  return left > fall / 2 ? "workload-shift" : RISE;
}

async function incident(cause, seed, rows) {
  const drawn = incidentOf(cause, seed);
  const ticks = await ticksOf(drawn.scenario, seed);
  const full = judged(ticks, drawn, FULL);
  if (full === null) return false;
  const truth = await trueCause(drawn, full.severity);
  for (const profile of PROFILES) {
    rows[profile].push({ ...judged(ticks, drawn, profile), cause: truth });
  }
  const { found, severity, delay, early, last } = full;
  say(
    `${seed} ${truth === cause ? "" : `${cause}, truly `}${truth} -> ${found}` +
      `${early ? " EARLY" : ""}  severity ${points(severity)}  delay ${delay.toFixed(1)}  ` +
      `${JSON.stringify(drawn.what)}  ${(last?.evidence ?? [last?.text]).join("; ")}`,
  );
  return true;
}

/** @returns null where one alone costs too little, or both about the same */
async function pair(seed) {
  const { alone, ...both } = pairOf(seed);
  const costs = [];
  for (const [cause, scenario] of Object.entries(alone)) {
    const fall = judged(await ticksOf(scenario, seed), { ...both, cause }, FULL)?.severity ?? 0;
    costs.push([cause, fall]);
  }
  const [larger, smaller] = costs.toSorted((a, b) => b[1] - a[1]);
  if (larger[1] < LEAST_SEVERITY || larger[1] < 1.25 * smaller[1]) return null;
  const said = judged(await ticksOf(both.scenario, seed), { ...both, cause: larger[0] }, FULL);
  if (said === null) return null;
  const first = said.order[0]?.cause ?? said.found;
  say(`pair ${seed} ${larger[0]} ${points(larger[1])}, ${points(smaller[1])} -> ${first}`);
  return { inOrder: first === larger[0] };
}

const rows = byProfile();
let small = 0;
for (let n = 0; n < Number(values.incidents) && hasTime(); n += 1) {
  for (const cause of CAUSES.filter((each) => values.cause.includes(each))) {
    const seed = firstSeed + 10 * n + CAUSES.indexOf(cause);
    if (!(await incident(cause, seed, rows))) small += 1;
  }
}

const pairs = [];
let smallPairs = 0;
for (let n = 0; n < Number(values.pairs) && hasTime(); n += 1) {
  const found = await pair(firstSeed + 10 * n + 9);
  if (found === null) smallPairs += 1;
  else pairs.push(found);
}

/** Where free cache does not show a lack of it, the same day with room to spare does. */
async function tryWithRoom(ticks, seed, alarms) {
  const doubtful = alarms.filter(({ cause, isSo }) => cause === RISE && !isSo);
  if (doubtful.length === 0) return;
  const roomy = await ticksOf(quietDay(seed, true), seed);
  for (const alarm of doubtful) alarm.isCured = isCuredByRoom(alarm, ticks, roomy);
}

const days = byProfile();
for (let n = 0; n < Number(values.quiet) && hasTime(); n += 1) {
  const seed = firstSeed + 50_000 + n;
  const ticks = await ticksOf(quietDay(seed), seed);
  const ofProfile = byProfile();
  for (const profile of PROFILES) ofProfile[profile] = alarmsOf(ticks, profile);
  await tryWithRoom(ticks, seed, Object.values(ofProfile).flat());
  for (const profile of PROFILES) {
    const alarms = ofProfile[profile];
    days[profile].push(alarms);
    for (const { minute, cause, isSo, isCured, was, isNow, why } of profile === FULL
      ? alarms
      : []) {
      const free = `free ${was.toFixed(0)} s, now ${isNow.toFixed(0)} s`;
      const truth = isSo ? "so:" : isCured ? "cured by room:" : "FALSE";
      say(`quiet ${seed} ${minute.toFixed(0)}: ${truth} ${cause}  ${free}  ${why}`);
    }
  }
}

for (const profile of PROFILES) {
  console.log(`\n== ${profile}`);
  for (const line of matrixLines(rows[profile])) console.log(line);
  for (const line of summaryLines(rows[profile], { small, pairs, smallPairs })) console.log(line);
  for (const line of quietLines(days[profile])) console.log(line);
}
