import { describe, expect, it, vi } from "vitest";
import { NOTHING_CARRIED } from "../../src/controller/carried.ts";
import { tick } from "../../src/controller/tick.ts";
import { MINUTE_MS, SECOND_MS, after, millis } from "../../src/core/units.ts";
import type { TickReport } from "../../src/ports/telemetry.ts";
import { demoWorld } from "../../src/sim/demo-world.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { sha256 } from "../support/model/cluster.ts";
import { START } from "../support/simulated-world.ts";

vi.setConfig({ testTimeout: 120_000 });

/** One surge to three times the load, from the twentieth minute, for half an hour. */
const SURGE = {
  atMs: millis(20 * MINUTE_MS),
  factor: 3,
  rampMs: millis(2 * MINUTE_MS),
  holdMs: millis(30 * MINUTE_MS),
};

interface Day {
  readonly reports: readonly TickReport[];
  readonly failures: readonly string[];
}

/** The real loop on a simulated world, the process ended and started again as `restarts` says. */
async function aDay(minutes: number, restarts: (tick: number) => boolean): Promise<Day> {
  const world = demoWorld({ startAt: START, surges: [SURGE], seed: 3 });
  const reports: TickReport[] = [];
  const failures: string[] = [];
  const ports = simulatedPorts(world, {
    digest: sha256,
    telemetry: {
      tick: (report) => void reports.push(report),
      tickFailed: (what, code) => void failures.push(`${what} ${code}`),
      forget: () => {},
    },
  });
  let carried = NOTHING_CARRIED;
  for (let n = 1; n <= minutes * 4; n += 1) {
    world.advanceTo(after(START, millis(n * 15 * SECOND_MS)));
    if (restarts(n)) carried = NOTHING_CARRIED;
    carried = await tick(ports, carried, { codeVersion: "t", digest: sha256, stopwatch: () => 0 });
  }
  return { reports, failures };
}

const servingAt = ({ reports }: Day, minute: number) =>
  reports[minute * 4 - 1]?.decision.fleets[0]?.servingRacks ?? 0;

describe("the controller on the simulated world", () => {
  it("meets a surge by whole racks and gives them back, one at a time", async () => {
    const day = await aDay(160, () => false);
    expect(day.failures).toEqual([]);
    const before = servingAt(day, 15);
    expect(before).toBeLessThanOrEqual(5);
    const most = Math.max(...day.reports.map((_, n) => servingAt(day, Math.ceil((n + 1) / 4))));
    expect(most).toBeGreaterThan(before + 1);
    expect(servingAt(day, 160)).toBeLessThan(servingAt(day, 55));
    const counts = day.reports.flatMap(({ decision }) =>
      decision.plan.flatMap((action) => (action.kind === "SetCount" ? [action] : [])),
    );
    for (const { from, to } of counts) if (to < from) expect(to).toBe(from - 1);
  });

  it("decides the same when the process is restarted before every tick", async () => {
    const plans = ({ reports }: Day) => reports.map(({ decision }) => decision.plan);
    const steady = await aDay(30, () => false);
    const restarted = await aDay(30, () => true);
    expect(plans(steady).flat()).not.toEqual([]);
    expect(plans(restarted)).toEqual(plans(steady));
  });

  it("meets the surge when restarted every few ticks, and takes no write for foreign", async () => {
    const day = await aDay(50, (n) => n % 7 === 0);
    expect(day.failures).toEqual([]);
    expect(servingAt(day, 50)).toBeGreaterThan(5);
    const holds = day.reports.flatMap(({ decision }) => decision.pools.flatMap((p) => p.holds));
    // One rack in a hundred is late, and then said to be.
    expect(holds.filter(({ code }) => code !== "stockout")).toEqual([]);
  });
});
