/**
 * `npm run bench:decide`: what one decision costs, for a group of 64 racks and 8 fleets. What it
 * decides on was observed in a simulated run; the memory is carried from one to the next, as in the
 * controller. Ratios are to the heap-only loop of `heap-loop.mjs`, measured in the same process.
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { decide } from "../src/core/decide.ts";
import { EMPTY_MEMORY } from "../src/core/memory.ts";
import { decodeRecord } from "../src/studies/decode-record.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";
import { groupScenario } from "./group-scenario.mjs";
import { heapLoop } from "./heap-loop.mjs";

const GROUP = { racks: 64, fleets: 8, sessionsPerHour: 60, minutes: 40 };
/** Every observation is decided on so often before it counts, and then so often again. */
const WARM_UP_ROUNDS = 6;
const ROUNDS = 20;
/** As many pending events as the group has engines, eight a rack. */
const HEAP_EVENTS = 8 * GROUP.racks;

async function observedRecords() {
  const scenario = groupScenario(GROUP);
  const records = [];
  await simulate({
    scenario,
    policy: "breakwater",
    seed: 1,
    traffic: trafficOf(scenario, "."),
    digest: (text) => createHash("sha256").update(text).digest("hex"),
    codeVersion: "bench",
    onRecord: (line) => records.push(decodeRecord(line, records.length + 1)),
  });
  return records;
}

/** Decides on all of them in turn. @returns the memory's end; notes ms of each */
function decideAll(records, noteMs) {
  let memory = EMPTY_MEMORY;
  for (const { policy, observation } of records) {
    const began = performance.now();
    memory = decide(policy, observation, memory).memory;
    noteMs(performance.now() - began);
  }
  return memory;
}

const quantile = (sorted, q) => sorted[Math.ceil(q * sorted.length) - 1];

const records = await observedRecords();
for (let round = 0; round < WARM_UP_ROUNDS; round += 1) decideAll(records, () => {});
const times = [];
const cpuBegan = process.cpuUsage();
for (let round = 0; round < ROUNDS; round += 1) decideAll(records, (ms) => times.push(ms));
const { user } = process.cpuUsage(cpuBegan);
times.sort((a, b) => a - b);
const last = records.at(-1);
const { racks } = last.observation.pools[0];
const arrivals = last.observation.fleets.map(({ signals }) => signals.arrivals.value ?? 0);
const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
const heapMs = 1e3 / heapLoop(HEAP_EVENTS);
const ms = (value) => `${value.toFixed(3)} ms`;
console.log(`${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, one core`);
console.log(
  `decide: ${racks.length} racks, ${racks.flatMap(({ nodes }) => nodes).length} nodes, ` +
    `${racks.flatMap(({ pods }) => pods).length} pods, ${GROUP.fleets} fleets, ` +
    `${arrivals.reduce((sum, rate) => sum + rate, 0).toFixed(1)} turns/s, ` +
    `${records.length} observations of ${GROUP.minutes} min, ${ROUNDS} times`,
);
console.log(
  `mean ${ms(mean)} (CPU ${ms(user / 1e3 / times.length)})  p50 ${ms(quantile(times, 0.5))}  ` +
    `p90 ${ms(quantile(times, 0.9))}  p99 ${ms(quantile(times, 0.99))}  ` +
    `${Math.round(mean / heapMs)} heap events`,
);
