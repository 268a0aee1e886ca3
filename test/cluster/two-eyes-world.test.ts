import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../src/adapters/prometheus/client.ts";
import { decide } from "../../src/core/decide.ts";
import type { Decision } from "../../src/core/decision.ts";
import { EMPTY_MEMORY, type GroupMemory } from "../../src/core/memory.ts";
import type { GroupObservation } from "../../src/core/observation.ts";
import { after, epochMs, millis } from "../../src/core/units.ts";
import type { SignalSnapshot } from "../../src/ports/signal-source.ts";
import { controllerTicks } from "../../src/sim/controller-ticks.ts";
import { DEMO_GROUP } from "../../src/sim/demo-policy.ts";
import { demoWorld } from "../../src/sim/demo-world.ts";
import { createMetricsStore, type MetricsStore } from "../../src/sim/metrics/metrics-store.ts";
import { simulatedSignalSource } from "../../src/sim/metrics/signal-source.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import type { World } from "../../src/sim/world.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolsOrSkip } from "../support/control-plane/tools.ts";
import { remoteWrite } from "../support/scrapes/remote-write.ts";
import {
  differencesAt,
  essenceOf,
  type Eyes,
  liveSource,
  OF_THE_PAST,
  ruleOf,
} from "../support/scrapes/two-eyes.ts";

const missing = toolsOrSkip(["prometheus"]);

const START = epochMs(1_800_000_000_000);
const LAG_MS = 2_000;
const TICK_MS = 15_000;
const TICKS = 72;
const minutes = (count: number) => millis(count * 60_000);

const FLEET = "agents/coder";
/** A surge beyond what four racks serve, and engines that die, restart and fall silent. */
const aBusyWorld = (): World =>
  demoWorld({
    seed: 3,
    startAt: START,
    turnsPerSecond: 6,
    surges: [{ atMs: minutes(6), factor: 3, rampMs: minutes(1), holdMs: minutes(20) }],
    faults: [
      { kind: "replica-crash", fleet: FLEET, replicas: 3, atMs: minutes(2) },
      { kind: "node-loss", pool: "gb200-demo", nodes: 4, atMs: minutes(4), forMs: minutes(3) },
      { kind: "stale-metrics", atMs: minutes(11), forMs: minutes(2) },
      { kind: "metrics-outage", atMs: minutes(14), forMs: minutes(1) },
    ],
  });

interface Seen {
  readonly observation: GroupObservation;
  readonly isOut: boolean;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const silent = { tick: () => {}, tickFailed: () => {}, forget: () => {} };

/** Runs the production tick in the world on simulated metrics; `each` sees what it saw. */
async function runWorld(
  world: World,
  store: MetricsStore,
  each: (seen: Seen) => Promise<void>,
): Promise<void> {
  world.onScrape(store.scrape);
  const sim = simulatedSignalSource({ store, isOut: (at) => world.metricsOut(at) });
  const observations: GroupObservation[] = [];
  const ports = {
    ...simulatedPorts(world, { digest, telemetry: silent }),
    signals: sim,
    log: {
      keeps: true,
      append: ({ observation }: { readonly observation: GroupObservation }) => {
        observations.push(observation);
        return Promise.resolve();
      },
      tail: () => Promise.resolve(null),
    },
  };
  const tick = controllerTicks(ports, { codeVersion: "test", digest, stopwatch: () => 0 });
  for (let index = 0; index < TICKS; index += 1) {
    const at = after(START, millis(index * TICK_MS));
    world.advanceTo(at);
    await tick();
    const observation = observations.at(-1);
    if (observation?.now !== at) throw new Error(`nothing was recorded at ${at}`);
    await each({ observation, isOut: world.metricsOut(at) });
  }
}

const withSignals = (
  observation: GroupObservation,
  { signals, objectives }: SignalSnapshot,
): GroupObservation => ({
  ...observation,
  fleets: observation.fleets.map((fleet) => ({ ...fleet, signals, objectives })),
});

/** Decides tick after tick, on what one eye sees. */
function aDecider(): (observation: GroupObservation) => Decision {
  let memory: GroupMemory = EMPTY_MEMORY;
  return (observation) => {
    const decided = decide(DEMO_GROUP, observation, memory);
    memory = decided.memory;
    return decided.decision;
  };
}

describe.skipIf(missing !== "")(`a simulated world, two eyes (INV-6) ${missing}`, () => {
  const client = createPrometheusClient({ deadlineMs: millis(10_000), concurrencyPerOrigin: 4 });
  const [fleet] = DEMO_GROUP.fleets;
  let prometheus: PrometheusServer;
  const unlike: string[] = [];
  const decided: { readonly live: Decision; readonly sim: Decision }[] = [];
  const coverages = new Set<number>();

  beforeAll(async () => {
    prometheus = await startPrometheus(OF_THE_PAST);
    const rule = await ruleOf(prometheus);
    const store = createMetricsStore({ lagMs: LAG_MS, keepEverything: true, rule });
    const live = liveSource(client, prometheus);
    const gone = liveSource(client, { url: "http://127.0.0.1:1" });
    const [decideLive, decideSim] = [aDecider(), aDecider()];
    let writtenMs = Number.NEGATIVE_INFINITY;
    await runWorld(aBusyWorld(), store, async ({ observation, isOut }) => {
      const { now } = observation;
      const [seen] = observation.fleets;
      if (fleet === undefined || seen === undefined) throw new Error("the demo has a fleet");
      // What had not arrived by now is written later: the lag, as a real server has it.
      await remoteWrite(prometheus.url, store, { afterMs: writtenMs, untilMs: now - LAG_MS });
      writtenMs = now - LAG_MS;
      const eyes: Eyes = {
        live: isOut ? gone : live,
        sim: { ...live, read: () => Promise.resolve(seen) },
      };
      if (!isOut) unlike.push(...(await differencesAt(eyes, fleet, now)));
      const { servedTurns } = seen.signals;
      if (servedTurns.kind === "value") coverages.add(servedTurns.coverage);
      const observed = withSignals(observation, await eyes.live.read(fleet, now));
      decided.push({ live: decideLive(observed), sim: decideSim(observation) });
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await client.close();
  });

  it("sees the same at every tick", () => {
    expect(unlike).toEqual([]);
    expect(coverages.size).toBeGreaterThan(2);
  });

  it("plans the same at every tick", () => {
    const plans = (eye: "live" | "sim") => decided.map((each) => essenceOf(each[eye]).plan);
    expect(plans("sim")).toEqual(plans("live"));
    expect(plans("live").flat().length).toBeGreaterThan(0);
    const outcomes = (eye: "live" | "sim") =>
      decided.map((each) =>
        essenceOf(each[eye]).fleets.map(({ outcome, racks }) => [outcome, racks]),
      );
    expect(outcomes("sim")).toEqual(outcomes("live"));
  });
});
