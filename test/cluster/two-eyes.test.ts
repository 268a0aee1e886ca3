import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../src/adapters/prometheus/client.ts";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import { decide } from "../../src/core/decide.ts";
import type { Decision } from "../../src/core/decision.ts";
import { EMPTY_MEMORY, type GroupMemory } from "../../src/core/memory.ts";
import { type EpochMs, epochMs, millis } from "../../src/core/units.ts";
import type { DemandSample, SignalSource } from "../../src/ports/signal-source.ts";
import { createMetricsStore, type MetricsStore } from "../../src/sim/metrics/metrics-store.ts";
import { writeOpenMetrics } from "../../src/sim/metrics/open-metrics.ts";
import { withCaches, withHitRates } from "../../src/sim/metrics/engine-source.ts";
import { simulatedSignalSource } from "../../src/sim/metrics/signal-source.ts";
import { aFleet, anObjective, aWorkload } from "../adapters/prometheus/a-fleet.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { aFleetObservation, aGroupObservation } from "../support/builders/observed.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import {
  FIRST_END,
  instantsOfReads,
  liveThroughEvents,
} from "../support/scrapes/eventful-half-hour.ts";
import { remoteWrite } from "../support/scrapes/remote-write.ts";
import {
  differencesAt,
  essenceOf,
  type Eyes,
  isClose,
  liveSource,
  OF_THE_PAST,
  readingsOf,
  ruleOf,
} from "../support/scrapes/two-eyes.ts";

const missing = toolsOrSkip(["prometheus", "promtool"]);

const objectives = [
  anObjective({ name: "ttft", thresholdMs: millis(2_500) }),
  anObjective({ name: "itl", metric: "ITL", thresholdMs: millis(50) }),
  anObjective({ name: "no such bound", thresholdMs: millis(3_000) }),
];
const AGGREGATED = aFleet(
  {
    edge: "llm-d-epp",
    matchers: { namespace: "agents", model_name: "dsr1-fp4", cluster: "east" },
    overrides: [
      {
        signal: "preemptions",
        query: 'max(vllm:num_requests_running{pod!~"serve-[12]"})',
        unit: "1/s",
      },
      { signal: "kvCapacity", query: "vllm:num_requests_running", unit: "tokens" },
    ],
  },
  { objectives },
);
const SPLIT: CompiledFleet = {
  ...aFleet(
    { matchers: { namespace: "split" } },
    { objectives, workloads: [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")] },
  ),
  key: "split/coder",
  namespace: "split",
};

const filledStore = (rule: "left-open" | "closed"): MetricsStore => {
  const store = createMetricsStore({ lagMs: 0, keepEverything: true, rule });
  liveThroughEvents(store, { aggregated: AGGREGATED, split: SPLIT });
  return store;
};

const simulated = (store: MetricsStore): SignalSource => {
  const metrics = { store, isOut: () => false };
  return withCaches(withHitRates(simulatedSignalSource(metrics), metrics), metrics);
};

/** The same scrapes are asked for by a fleet that a small pool can serve. */
const DECIDING = aSmallGroup({
  objectives: objectives.slice(0, 2),
  signals: { ...AGGREGATED.signals, overrides: [] },
});

/** Decides at every read, carrying on from the decision before. */
async function decisionsOf(source: SignalSource): Promise<readonly Decision[]> {
  const [fleet] = DECIDING.fleets;
  if (fleet === undefined) throw new Error("the group has a fleet");
  let memory: GroupMemory = EMPTY_MEMORY;
  const decisions: Decision[] = [];
  for (const now of instantsOfReads()) {
    const fleets = [aFleetObservation(await source.read(fleet, now))];
    const decided = decide(DECIDING, aGroupObservation({ now, fleets }), memory);
    memory = decided.memory;
    decisions.push(decided.decision);
  }
  return decisions;
}

const isSameDemand = (live: DemandSample, sim: DemandSample | undefined): boolean =>
  sim !== undefined &&
  live.at === sim.at &&
  isClose(live.turnsPerSecond, sim.turnsPerSecond) &&
  isClose(live.promptTokensPerSecond, sim.promptTokensPerSecond) &&
  isClose(live.outputTokensPerSecond, sim.outputTokensPerSecond);

async function differences(eyes: Eyes, instants: readonly EpochMs[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const at of instants) {
    found.push(...(await differencesAt(eyes, AGGREGATED, at)));
    found.push(...(await differencesAt(eyes, SPLIT, at)));
  }
  return found;
}

describe.skipIf(missing !== "")(`one world, two eyes (INV-6) ${missing}`, () => {
  const client = createPrometheusClient({ deadlineMs: millis(10_000), concurrencyPerOrigin: 4 });
  let prometheus: PrometheusServer;
  let eyes: Eyes;

  beforeAll(async () => {
    prometheus = await startPrometheus(OF_THE_PAST);
    const store = filledStore(await ruleOf(prometheus));
    await remoteWrite(prometheus.url, store);
    eyes = { live: liveSource(client, prometheus), sim: simulated(store) };
  });

  afterAll(async () => {
    await prometheus?.stop();
    await client.close();
  });

  it("reads the same from the simulated scrapes as from a real Prometheus", async () => {
    expect(await differences(eyes, instantsOfReads())).toEqual([]);
  });

  it("reads something: values where there is traffic, absences where there is none", async () => {
    const snapshots = await Promise.all(
      instantsOfReads().map((at) => eyes.sim.read(AGGREGATED, at)),
    );
    const kinds = snapshots.flatMap((one) => Object.values(readingsOf(one)).map((r) => r.kind));
    expect(kinds.filter((kind) => kind === "value").length).toBeGreaterThan(kinds.length / 2);
    expect(kinds).toContain("absent");
    const partly = snapshots.filter(({ signals: { servedTurns } }) =>
      servedTurns.kind === "value" ? servedTurns.coverage < 1 : false,
    );
    expect(partly.length).toBeGreaterThan(0);
  });

  it("shows the same hit rates pod by pod, and those of several pods", async () => {
    const pods = new Set<string>();
    for (const fleet of [AGGREGATED, SPLIT]) {
      for (const at of instantsOfReads()) {
        const { hitRates: live = [] } = await eyes.live.read(fleet, at);
        const { hitRates: sim = [] } = await eyes.sim.read(fleet, at);
        expect(sim.map(({ pod }) => pod)).toEqual(live.map(({ pod }) => pod));
        expect(live.filter((of, n) => !isClose(of.hitRate, sim[n]?.hitRate ?? -1))).toEqual([]);
        for (const { pod } of live) pods.add(pod);
      }
    }
    expect(pods.size).toBeGreaterThan(2);
  });

  it("recalls the same demand", async () => {
    const at = instantsOfReads().at(-30) ?? epochMs(0);
    const range = { at, windowMs: millis(3_600_000), stepMs: millis(60_000) };
    for (const fleet of [AGGREGATED, SPLIT]) {
      const live = await eyes.live.history(fleet, range);
      const sim = await eyes.sim.history(fleet, range);
      expect(live.length).toBeGreaterThan(15);
      expect(sim.length).toBe(live.length);
      const unlike = live.filter((sample, i) => !isSameDemand(sample, sim[i]));
      expect(unlike).toEqual([]);
    }
  });

  it("decides the same", async () => {
    const live = await decisionsOf(eyes.live);
    const sim = await decisionsOf(eyes.sim);
    expect(sim.map(essenceOf)).toEqual(live.map(essenceOf));
    expect(new Set(live.flatMap(({ fleets }) => fleets.map(({ outcome }) => outcome)))).toContain(
      "Grow",
    );
    expect(live.flatMap(({ plan }) => plan).length).toBeGreaterThan(0);
  });
});

describe.skipIf(missing !== "")(`the scrapes as OpenMetrics text ${missing}`, () => {
  const client = createPrometheusClient({ deadlineMs: millis(10_000), concurrencyPerOrigin: 4 });
  let prometheus: PrometheusServer;
  let folder: string;
  let file: string;
  let eyes: Eyes;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "breakwater-two-eyes-"));
    file = join(folder, "scrapes.om");
    const lines: string[] = [];
    // What is written does not depend on the rule, and the version is known only once it runs.
    writeOpenMetrics(filledStore("closed"), (line) => lines.push(line));
    await writeFile(file, lines.join(""));
    prometheus = await startPrometheus({ ...OF_THE_PAST, fill: backfill });
    const store = filledStore(await ruleOf(prometheus));
    eyes = { live: liveSource(client, prometheus), sim: simulated(store) };
  });

  const backfill = (samples: string): void => {
    const args = ["tsdb", "create-blocks-from", "openmetrics", file, samples];
    const made = spawnSync(toolPath("promtool"), args, { encoding: "utf8" });
    if (made.status !== 0) throw new Error(`promtool: ${made.stderr}`);
  };

  afterAll(async () => {
    await prometheus?.stop();
    await client.close();
    await rm(folder, { recursive: true });
  });

  it("backfills a Prometheus that reads the same, until the first series ends", async () => {
    const before = instantsOfReads().filter((at) => at < FIRST_END);
    expect(before.length).toBeGreaterThan(20);
    expect(await differences(eyes, before)).toEqual([]);
  });

  it("lacks stale markers, so that rates are the same throughout and gauges linger", async () => {
    const { live, sim } = eyes;
    const during = instantsOfReads().find((at) => at > FIRST_END) ?? FIRST_END;
    const [fromText, fromScrapes] = await Promise.all(
      [live, sim].map(async (eye) => (await eye.read(AGGREGATED, during)).signals),
    );
    expect(fromText?.servedTurns).toEqual(fromScrapes?.servedTurns);
    expect(fromText?.waitingTurns).not.toEqual(fromScrapes?.waitingTurns);
  });
});
