/**
 * A scenario under the production tick, with `/metrics` read once a minute, as a Prometheus would.
 * Bundled: see `../bundled.ts`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { countedLog } from "../../../src/adapters/decision-log/counted-log.ts";
import { createMetrics } from "../../../src/adapters/telemetry/metrics.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { readDocument } from "../../../src/config/written-document.ts";
import { after, elapsed, epochMs, millis } from "../../../src/core/units.ts";
import type { DecisionLog } from "../../../src/ports/decision-log.ts";
import { PortError } from "../../../src/ports/errors.ts";
import { controllerTicks } from "../../../src/sim/controller-ticks.ts";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import { World } from "../../../src/sim/world.ts";
import { trafficOf } from "../../../src/studies/scenario-traffic.ts";
import type { MetricsHistory } from "../monitoring/history.ts";

const TICK_MS = millis(15_000);
const SCRAPE_MS = 60_000;

export interface MetricsRun {
  /** Path of the scenario. */
  readonly file: string;
  /** Each first text is replaced by its second. */
  readonly changes?: readonly (readonly [from: string, to: string])[];
  readonly minutes: number;
  /** When it begins, since the epoch; absent: where promtool's time begins. */
  readonly startsAtMs?: number;
  /** Minutes between which no decision record can be kept. */
  readonly logFails?: readonly [from: number, until: number];
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

export async function metricsOf(run: MetricsRun): Promise<MetricsHistory> {
  const scenario = scenarioOf(run);
  const { startsAt } = scenario;
  const minute = (): number => elapsed(startsAt, world.now()) / SCRAPE_MS;
  const metrics = createMetrics({ version: "0.1.0" });
  const traffic = new Map(
    trafficOf(scenario, dirname(run.file))(1).map(({ fleet, sources }) => [fleet, sources]),
  );
  const world = new World({ scenario, seed: 1, traffic });
  const ports = simulatedPorts(world, {
    digest,
    telemetry: metrics,
    log: countedLog(failingLog(run, minute), { onCall: metrics.clientCall, stopwatch: () => 0 }),
  });
  const tick = controllerTicks(ports, { codeVersion: "test", digest, stopwatch: () => 0 });
  const series = new Map<string, (number | null)[]>();
  for (let at = 0; at < run.minutes; at += 1) {
    await ticksUntil(after(startsAt, millis((at + 1) * SCRAPE_MS)), { world, tick });
    note(series, at, await metrics.text());
  }
  return { minutes: run.minutes, series: [...series].map(([name, values]) => ({ name, values })) };
}

function scenarioOf({ file, changes = [], startsAtMs = 0 }: MetricsRun): CompiledScenario {
  const text = changes.reduce(
    (before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`${file} has no ${from}`);
      return before.replace(from, to);
    },
    readFileSync(file, "utf8"),
  );
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(`${file}: ${JSON.stringify(read.errors)}`);
  // Instants among the values are comparable with when they are told.
  return { ...read.value, startsAt: epochMs(startsAtMs) };
}

interface Ticking {
  readonly world: World;
  readonly tick: () => Promise<void>;
}

async function ticksUntil(
  until: ReturnType<World["now"]>,
  { world, tick }: Ticking,
): Promise<void> {
  while (world.now() < until) {
    world.advanceTo(after(world.now(), TICK_MS));
    await tick();
  }
}

function failingLog({ logFails: [from, until] = [0, 0] }: MetricsRun, minute: () => number) {
  const log: DecisionLog = {
    keeps: true,
    append: () =>
      minute() > from && minute() <= until
        ? Promise.reject(new PortError("invalid", "no space left on device"))
        : Promise.resolve(),
    tail: () => Promise.resolve(null),
  };
  return log;
}

function note(series: Map<string, (number | null)[]>, at: number, text: string): void {
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (space < 0 || line.startsWith("#")) continue;
    const name = line.slice(0, space);
    const values = series.get(name) ?? [];
    series.set(name, values);
    while (values.length < at) values.push(null);
    values.push(Number(line.slice(space + 1)));
  }
}
