/** One run of a scenario in this process: how fast, and under which load. */
import { createHash } from "node:crypto";
import { simulate } from "../src/studies/simulate.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** @returns turns per second of CPU time, of all threads together, and the run's facts */
export async function measuredRun(scenario, { ticks = true, folder = "." } = {}) {
  const began = process.cpuUsage();
  const wallBegan = performance.now();
  const { result, timing } = await simulate({
    scenario,
    policy: "breakwater",
    seed: 1,
    traffic: trafficOf(scenario, folder),
    digest: sha256,
    codeVersion: "bench",
    stopwatch: () => performance.now(),
    ...(ticks ? {} : { tickEveryMs: 3_600_000 }),
  });
  const { user, system } = process.cpuUsage(began);
  const cpuSeconds = (user + system) / 1e6;
  const wallSeconds = (performance.now() - wallBegan) / 1e3;
  const turns = result.turns.completed;
  return {
    turns,
    cpuSeconds,
    wallSeconds,
    turnsPerCpuSecond: turns / cpuSeconds,
    tickShare: timing.tickMs / timing.wallMs,
    msPerTick: timing.tickMs / Math.max(1, timing.ticks),
    rssMb: process.memoryUsage().rss / 1e6,
    result,
  };
}
