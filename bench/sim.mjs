/**
 * `npm run bench:sim`: how fast the simulator is, with everything on, one core. Each row is a
 * process of its own; TTFT, hit rate and turns given up are what the run saw. Ratios are to the
 * heap-only loop of `heap-loop.mjs`, measured in the same process, and to the fastest peer's
 * published figure.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fleetScenario, scenarioText } from "./fleet-scenario.mjs";
import { heapLoop } from "./heap-loop.mjs";
import { measuredRun } from "./measured-run.mjs";

/** NVIDIA DynoSim (ai-dynamo 1.6.1), 8 round-robin workers, requests/s of wall time. */
const PEER_REQUESTS_PER_SECOND = 2_804;

/** As the Jobs of `sweep --job` run: `--pages large`. A process is given them when it starts. */
const LARGE_PAGES = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

const RECORDINGS = resolve(process.env.BREAKWATER_TRACES ?? join("..", "shared", "traces"));
const CONVERSATION = join(RECORDINGS, "mooncake-conversation.jsonl");
const SESSIONS = join(RECORDINGS, "agent-sessions.jsonl");

/**
 * What 8 engines serve before queues grow, found by raising the rate; where it lies between two
 * steps is judgement. Agents over 36 h (live sessions take a day to settle): 1,450 sessions/h give
 * up nothing (TTFT p90 7 s), 1,550 do (115 s). Generated ones: 1,400 hold over 36 h (7 s), 2,000
 * leave a backlog within 6 h, nothing between was tried. The conversation: 60 copies at once wait
 * 3 s at p90, 75 wait 10 s, 90 collapse; on the larger model 12 wait 6 s, 15 18 s, 18 collapse.
 */
const CAPACITY = { sampled: 1_500, generated: 1_500, replayed: 75, replayedLarge: 13.5 };
const FAST = "gpt-oss-120b-gb200";
const LARGE = "dsr1-fp4-gb200";
const GROUP = 8;

const sampled = (replicas, hours) => ({
  replicas,
  hours,
  profile: FAST,
  load: 1_100 / CAPACITY.sampled,
  traffic:
    `{ trace: { path: ${SESSIONS}, format: agent-sessions }, ` +
    `sessionsPerHour: ${(replicas / GROUP) * 1_100} }`,
});

const replayed = (replicas, profile) => {
  const copies = profile === FAST ? 54 : 9;
  return {
    replicas,
    hours: null,
    profile,
    load: copies / (profile === FAST ? CAPACITY.replayed : CAPACITY.replayedLarge),
    traffic:
      `{ trace: { path: ${CONVERSATION}, format: mooncake }, ` +
      `scale: ${(replicas / GROUP) * copies} }`,
  };
};

const generated = (replicas, hours, perGroup) => ({
  replicas,
  hours,
  profile: FAST,
  load: perGroup / CAPACITY.generated,
  slow: true,
  traffic: `generate: { profile: coding-agent, sessionsPerHour: ${(replicas / GROUP) * perGroup} }`,
});

const ROWS = {
  "agents, 8 engines": sampled(8, 48),
  "agents, 8 engines, decide hourly": { ...sampled(8, 48), ticks: false },
  "agents, 64 engines": sampled(64, 10),
  "agents, 256 engines": sampled(256, 3),
  "conversation, 8 engines": replayed(8, FAST),
  "conversation, 64 engines": replayed(64, FAST),
  "conversation, 256 engines": replayed(256, LARGE),
  // 68 turns a session: 70 million.
  "a generated week, 48 engines": generated(48, 168, 1_022),
};

async function measureRow(name) {
  const row = ROWS[name];
  const run = await measuredRun(fleetScenario(row), { ticks: row.ticks });
  const heap = heapLoop(row.replicas);
  const { latency, cache, turns } = run.result;
  return {
    name,
    load: row.load,
    turns: run.turns,
    cpuSeconds: run.cpuSeconds,
    wallSeconds: run.wallSeconds,
    turnsPerCpuSecond: run.turnsPerCpuSecond,
    toHeapLoop: run.turnsPerCpuSecond / heap,
    toPeer: run.turnsPerCpuSecond / PEER_REQUESTS_PER_SECOND,
    tickShare: run.tickShare,
    rssMb: run.rssMb,
    ttft: [latency.ttft.p50, latency.ttft.p90],
    hitRate: cache.hitRate,
    abandoned: turns.abandoned,
  };
}

/** The recorded hour through the command line: start-up, reading, 8 engines, printing. */
function measureCommand() {
  const cli = join("dist", "cli", "main.js");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const scenario = join(folder, "scenario.yaml");
  const traffic = `{ trace: { path: ${CONVERSATION}, format: mooncake } }`;
  try {
    writeFileSync(scenario, scenarioText({ replicas: 8, hours: null, profile: LARGE, traffic }));
    const runs = Array.from({ length: 5 }, () => {
      const began = performance.now();
      execFileSync(process.execPath, [cli, "simulate", scenario, "--format", "json"]);
      return (performance.now() - began) / 1e3;
    });
    const [best, , median] = runs.toSorted((a, b) => a - b).map((seconds) => seconds.toFixed(2));
    console.log(`conversation hour through the command line: ${median} s (best ${best} s) of 5`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measureRows({ quick, only, pages }) {
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.version}, one core`;
  console.log(pages === "large" ? `${machine}, large pages` : machine);
  const recorded = existsSync(CONVERSATION) && existsSync(SESSIONS);
  const names = Object.entries(ROWS)
    .filter(([name, row]) => !(quick && row.slow) && name.includes(only ?? ""))
    .filter(([, { traffic }]) => recorded || !traffic.includes("trace:"))
    .map(([name]) => name);
  if (!recorded) console.log("no recordings, so no rows of them: set BREAKWATER_TRACES");
  for (const name of names) {
    const text = execFileSync(process.execPath, [import.meta.filename, "--row", name], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...(pages === "large" ? LARGE_PAGES : {}) },
    });
    print(JSON.parse(text.toString()));
  }
  if (recorded && only === undefined) measureCommand();
}

const percent = (share) => `${Math.round(100 * share)} %`;

function print(row) {
  const cells = [
    row.name.padEnd(34),
    `load ${percent(row.load)}`,
    `${(row.turns / 1e6).toFixed(2)} M turns`,
    `${row.cpuSeconds.toFixed(1)} CPU s (${row.wallSeconds.toFixed(1)} s)`,
    `${Math.round(row.turnsPerCpuSecond / 1e3)} k turns/s`,
    `${(1e3 * row.toHeapLoop).toFixed(1)} per 1,000 heap events`,
    `${Math.round(row.toPeer)}x the peer`,
    `ticks ${percent(row.tickShare)}`,
    `${Math.round(row.rssMb)} MB`,
    `TTFT p50/p90 ${row.ttft.map((s) => s.toFixed(2)).join("/")} s`,
    `hit ${percent(row.hitRate)}`,
    `${row.abandoned} given up`,
  ];
  console.log(cells.join("  "));
}

const { values } = parseArgs({
  options: {
    row: { type: "string" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    pages: { type: "string", default: "usual" },
  },
});
if (values.row === undefined) measureRows(values);
else console.log(JSON.stringify(await measureRow(values.row)));
