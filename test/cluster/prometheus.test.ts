import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type PrometheusClient,
  createPrometheusClient,
} from "../../src/adapters/prometheus/client.ts";
import { signalRecord } from "../../src/core/signals/signal-record.ts";
import { createPrometheusSource } from "../../src/adapters/prometheus/signal-source.ts";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import type { SignalReading } from "../../src/core/observation.ts";
import type { SignalName } from "../../src/core/signals/names.ts";
import { epochMs, millis } from "../../src/core/units.ts";
import type { SignalSnapshot } from "../../src/ports/signal-source.ts";
import { aFleet, anObjective, aWorkload } from "../adapters/prometheus/a-fleet.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { startVllmExporter, type VllmExporter } from "../support/vllm-exporter/exporter.ts";
import { KNOWN_PODS, knownTargets, ODD_MODEL } from "./known-engines.ts";
import { type KnownSeries, startKnownSeries } from "./known-series.ts";

const missing = toolsOrSkip(["prometheus", "promtool"]);

const newClient = () =>
  createPrometheusClient({ deadlineMs: millis(10_000), concurrencyPerOrigin: 4 });

const sourceOf = (client: PrometheusClient, url: string) =>
  createPrometheusSource({
    client,
    defaultEndpoint: { url, headers: {}, credentials: {} },
    resolveCredentials: () => Promise.resolve({}),
  });

const numberOf = (reading: SignalReading): number | string =>
  reading.kind === "value" ? reading.value : reading.problem;

const numbersOf = ({ signals }: SignalSnapshot, names: readonly SignalName[]) =>
  Object.fromEntries(names.map((name) => [name, numberOf(signals[name])]));

describe.skipIf(missing !== "")(`the vLLM signal table on a real Prometheus ${missing}`, () => {
  let prometheus: PrometheusServer;
  let known: KnownSeries;
  const client = newClient();

  beforeAll(async () => {
    known = await startKnownSeries(knownTargets());
    prometheus = await startPrometheus({
      scrapeIntervalSeconds: 0.2,
      scrapeTargets: Object.entries(KNOWN_PODS).map(([pod, { namespace }]) => ({
        job: "pods",
        address: known.address,
        path: `/${pod}`,
        labels: { namespace, pod, instance: pod },
      })),
    });
    await untilTrue("the whole history to be scraped", () => known.complete());
  });

  afterAll(async () => {
    await prometheus?.stop();
    await known?.stop();
    await client.close();
  });

  const read = (fleet: CompiledFleet) =>
    sourceOf(client, prometheus.url).read(fleet, epochMs(Date.now()));

  it("reads every signal as computed by hand, old and current engines together", async () => {
    const { signals } = await read(aFleet());
    const expected: Readonly<Record<SignalName, number>> = {
      arrivals: 2 + 1 + 0.1, // first tokens of both, growth of the one queue
      servedTurns: 2 + 1,
      promptTokens: 1_000 + 500,
      computedPromptTokens: 400 + 400, // by source; prompt minus cached on the old one
      generatedTokens: 300 + 200,
      runningTurns: 7 + 5,
      waitingTurns: 10 + 0.1 * 15 * 39 + 10,
      kvUsage: (0.25 + 0.75) / 2,
      kvCapacity: 16 * 1_000 + 16 * 500,
      preemptions: 0.2,
      ttftP50: 1, // 1.5 of 3 per second within 1 s
      ttftP95: 2.5 + 2.5 * 0.85, // rank 2.85; 2 within 2.5 s, the third within 5 s
      ttftP99: 2.5 + 2.5 * 0.97,
      itlP50: 0.025,
      itlP95: 0.0475,
      itlP99: 0.0495,
    };
    expect(signals).toEqual(
      signalRecord((name) => ({
        kind: "value",
        value: expect.closeTo(expected[name], 6),
        observedAt: known.newestMs,
        coverage: 1,
        degraded: null,
      })),
    );
  });

  it("gives the share within each objective, for fractional and whole bounds", async () => {
    const objectives = [
      anObjective({ name: "fractional", thresholdMs: millis(2_500) }),
      anObjective({ name: "whole", thresholdMs: millis(1_000) }),
      anObjective({ name: "itl", metric: "ITL", thresholdMs: millis(25) }),
      anObjective({ name: "no such bound", thresholdMs: millis(3_000) }),
      anObjective({ name: "matched", matchers: { model_name: "another" } }),
    ];
    const snapshot = await read(aFleet({}, { objectives }));
    const shares = snapshot.objectives.map(({ name, share }) => [name, numberOf(share)]);
    expect(shares).toEqual([
      ["fractional", expect.closeTo(2 / 3, 6)],
      ["whole", expect.closeTo(1.5 / 3, 6)],
      ["itl", expect.closeTo(0.5, 6)],
      ["no such bound", "empty"],
      ["matched", "empty"],
    ]);
  });

  it("counts a pod once that exports an old name beside the new one", async () => {
    const snapshot = await read(aFleet({ matchers: { namespace: "agents", model_name: "both" } }));
    const names = ["kvUsage", "computedPromptTokens", "itlP95"] as const;
    expect(numbersOf(snapshot, names)).toEqual({
      kvUsage: 0.25,
      computedPromptTokens: expect.closeTo(400, 6),
      itlP95: expect.closeTo(0.0475, 6),
    });
  });

  it("leaves decode pods out of prompts, hits, arrivals and cache", async () => {
    const workloads = [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")];
    const fleet = aFleet({ matchers: { namespace: "split" } }, { workloads });
    const snapshot = await read(fleet);
    const names = [
      "arrivals",
      "promptTokens",
      "computedPromptTokens",
      "kvUsage",
      "kvCapacity",
      "generatedTokens",
      "runningTurns",
    ] as const;
    expect(numbersOf(snapshot, names)).toEqual({
      arrivals: expect.closeTo(2, 6),
      promptTokens: expect.closeTo(1_000, 6),
      computedPromptTokens: expect.closeTo(400, 6),
      kvUsage: 0.25,
      kvCapacity: 16_000,
      generatedTokens: expect.closeTo(600, 6),
      runningTurns: 14,
    });
  });

  it("counts arrivals at the gateway where there is one, under one of its names", async () => {
    const { signals } = await read(aFleet({ edge: "llm-d-epp" }));
    expect(signals.arrivals).toMatchObject({ value: expect.closeTo(5, 6), coverage: 1 });
  });

  it("leaks no NaN from an idle engine: zero load, no latency", async () => {
    const { signals, objectives } = await read(
      aFleet({ matchers: { namespace: "agents", model_name: "idle" } }),
    );
    const found = Object.entries(signals).map(([name, reading]) => [name, numberOf(reading)]);
    expect(Object.fromEntries(found)).toEqual({
      arrivals: 0,
      servedTurns: 0,
      promptTokens: 0,
      computedPromptTokens: 0,
      generatedTokens: 0,
      runningTurns: 0,
      waitingTurns: 10,
      kvUsage: 0,
      kvCapacity: 16_000,
      preemptions: 0,
      ttftP50: "empty",
      ttftP95: "empty",
      ttftP99: "empty",
      itlP50: "empty",
      itlP95: "empty",
      itlP99: "empty",
    });
    expect(objectives.map(({ share }) => numberOf(share))).toEqual(["empty"]);
  });

  it("escapes whatever a matcher holds", async () => {
    const snapshot = await read(aFleet({ matchers: { model_name: ODD_MODEL } }));
    expect(numbersOf(snapshot, ["runningTurns", "promptTokens"])).toEqual({
      runningTurns: 7,
      promptTokens: expect.closeTo(1_000, 6),
    });
  });

  it("says which query is empty when nothing matches", async () => {
    const { signals } = await read(aFleet({ matchers: { model_name: "nobody" } }));
    expect(signals.waitingTurns).toEqual({
      kind: "absent",
      problem: "empty",
      detail:
        'no samples for sum((vllm:num_requests_waiting{model_name="nobody"} or ' +
        'vllm_num_requests_waiting{model_name="nobody"}))',
    });
  });

  it("takes overrides, each for better or worse on its own", async () => {
    const overrides = [
      {
        signal: "arrivals",
        query: "sum(rate(llm_d_epp_request_total[1m])) * 60",
        unit: "turns/min",
      },
      {
        signal: "kvUsage",
        query: 'vllm:kv_cache_usage_perc{pod="serve-0"} # by hand',
        unit: "ratio",
      },
      { signal: "runningTurns", query: "vllm:num_requests_running", unit: "turns" },
      { signal: "waitingTurns", query: "sum(vllm:num_requests_waiting", unit: "turns" },
      {
        signal: "preemptions",
        query: "vllm:num_requests_running + on () vllm:num_requests_waiting",
        unit: "1/s",
      },
      { signal: "kvCapacity", query: "42", unit: "tokens" },
      { signal: "generatedTokens", query: "vector(1)", unit: "furlongs" },
    ] as const;
    const { signals } = await read(aFleet({ overrides }));
    expect(signals.arrivals).toMatchObject({ value: expect.closeTo(55, 6) });
    expect(signals.kvUsage).toMatchObject({ value: 0.25, observedAt: known.newestMs });
    expect(signals.runningTurns).toMatchObject({ problem: "bad-answer" });
    expect(signals.waitingTurns).toMatchObject({ problem: "bad-query" });
    expect(signals.preemptions).toMatchObject({ problem: "bad-query" });
    expect(signals.kvCapacity).toMatchObject({ problem: "bad-query" });
    expect(signals.generatedTokens).toMatchObject({ problem: "not-configured" });
    expect(numberOf(signals.promptTokens)).toBeCloseTo(1_500, 6);
  });

  it("finds the path prefix wrong where it is", async () => {
    const url = `${prometheus.url}/no-such-prefix`;
    const { signals } = await sourceOf(client, url).read(aFleet(), epochMs(Date.now()));
    expect(signals.arrivals).toMatchObject({
      problem: "not-configured",
      detail: expect.stringContaining("/no-such-prefix/api/v1/query: HTTP 404"),
    });
  });

  it("reads recorded demand back, oldest first, without gaps", async () => {
    const at = epochMs(known.newestMs);
    const range = { at, windowMs: millis(480_000), stepMs: millis(60_000) };
    const samples = await sourceOf(client, prometheus.url).history(aFleet(), range);
    expect(samples).toHaveLength(9);
    expect(samples.map((sample) => sample.at)).toEqual(
      Array.from({ length: 9 }, (_, i) => at - 480_000 + i * 60_000),
    );
    for (const sample of samples) {
      expect(sample.turnsPerSecond).toBeCloseTo(3.1, 6);
      expect(sample.promptTokensPerSecond).toBeCloseTo(1_500, 6);
      expect(sample.outputTokensPerSecond).toBeCloseTo(500, 6);
    }
  });
});

describe.skipIf(missing !== "")(`targets that die, on a real Prometheus ${missing}`, () => {
  let prometheus: PrometheusServer;
  let exporter: VllmExporter;
  const client = newClient();
  const fleet = aFleet({ scrapeIntervalMs: millis(500) });

  beforeAll(async () => {
    exporter = await startVllmExporter({
      seed: 11,
      replicas: 2,
      perReplica: {
        prefillTokensPerSecond: 40_000,
        baseTtftMs: 100,
        itlBaseMs: 10,
        itlPerSequenceMs: 0.2,
        kvTokens: 2_000_000,
      },
      modelName: "dsr1-fp4",
      speed: 20,
    });
    const options = { job: "vllm", slots: 3, labels: { namespace: "agents" } };
    prometheus = await startPrometheus({
      scrapeIntervalSeconds: 0.5,
      scrapeTargets: exporter.targets(options),
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
    await client.close();
  });

  const read = () => sourceOf(client, prometheus.url).read(fleet, epochMs(Date.now()));

  /** The signals by what they are, when all agree. */
  const untilRead = (what: string, check: (snapshot: SignalSnapshot) => boolean) =>
    untilTrue(what, async () => {
      const snapshot = await read();
      return check(snapshot) || snapshot.signals.runningTurns;
    });

  const coverageIs = (share: number) => (snapshot: SignalSnapshot) =>
    Object.values(snapshot.signals).every(
      (reading) => reading.kind === "value" && reading.coverage === share,
    );

  it("reads the exporter's series whole; an empty slot is no missing target", () =>
    untilRead("every signal with full coverage", coverageIs(1)));

  it("sees one dead target of two in the coverage, and it comes back", async () => {
    exporter.setOutage(true, 1);
    await untilRead("coverage of one half", coverageIs(0.5));
    exporter.setOutage(false, 1);
    await untilRead("full coverage again", coverageIs(1));
  });

  it("sees every signal vanish with all targets, though rates still have samples", async () => {
    exporter.setOutage(true);
    await untilRead("all signals absent", ({ signals, objectives }) =>
      [...Object.values(signals), ...objectives.map(({ share }) => share)].every(
        (reading) => reading.kind === "absent" && reading.problem === "empty",
      ),
    );
    exporter.setOutage(false);
    await untilRead("full coverage again", coverageIs(1));
  });

  it("sees a Prometheus that is gone as unreachable", async () => {
    await prometheus.stop();
    const { signals } = await read();
    expect(signals.arrivals).toMatchObject({ kind: "absent", problem: "unreachable" });
  });

  it("exports text of which promtool dislikes nothing but the colons of vLLM's names", async () => {
    const input = await (await fetch(exporter.url)).text();
    const promtool = toolPath("promtool");
    const checked = spawnSync(promtool, ["check", "metrics"], { input, encoding: "utf8" });
    const complaints = checked.stderr.trim().split("\n");
    expect(complaints.filter((text) => !text.endsWith("should not contain ':'"))).toEqual([]);
    expect(complaints.length).toBeGreaterThan(10);
  });
});
