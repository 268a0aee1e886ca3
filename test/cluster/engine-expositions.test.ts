import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPrometheusClient } from "../../src/adapters/prometheus/client.ts";
import { createPrometheusSource } from "../../src/adapters/prometheus/signal-source.ts";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import { epochMs, millis } from "../../src/core/units.ts";
import { recordTraffic } from "../../src/studies/trace-record.ts";
import { aFleet, aWorkload } from "../adapters/prometheus/a-fleet.ts";
import {
  DYNAMO_BY_HAND,
  SGLANG_BY_HAND,
  TRTLLM_BY_HAND,
  VLLM_BY_HAND,
} from "../core/profiles/by-hand.ts";
import { about, plain, plainSignals } from "../core/profiles/read-stored.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolsOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import {
  APART_SECONDS,
  expositionOf,
  lineOf,
  samplesIn,
} from "../support/expositions/exposition.ts";
import { type KnownSeries, type Page, startKnownSeries } from "./known-series.ts";
import { STEP_SECONDS, STEPS } from "./known-series.ts";

const missing = toolsOrSkip(["prometheus", "promtool"]);

/** Namespaces by pod: engines do not read each other's series, but each sums over its own. */
const PODS: Readonly<Record<string, string>> = {
  "vllm/serve-0": "agents",
  "llm-d-epp/epp-0": "agents",
  "sglang/serve-0": "agents",
  "sglang/serve-1": "agents",
  "sglang/prefill-0": "split",
  "sglang/decode-0": "split",
  "trtllm/serve-0": "agents",
  "trtllm/serve-1": "agents",
  "dynamo/frontend-0": "agents",
  "dynamo/worker-0": "agents",
  "dynamo/worker-1": "agents",
};

/** The two scrapes lie on lines that go on into the past. */
function pageOf(pod: string): Page {
  const before = samplesIn(expositionOf(pod, "before"));
  const after = samplesIn(expositionOf(pod, "after"));
  return (k) => {
    const agoSeconds = (STEPS - 1 - k) * STEP_SECONDS;
    return after.map((sample, index) => {
      const rise = sample.value - (before[index]?.value ?? Number.NaN);
      return lineOf({ ...sample, value: sample.value - (rise / APART_SECONDS) * agoSeconds });
    });
  };
}

describe.skipIf(missing !== "")(`engines' expositions on a real Prometheus ${missing}`, () => {
  let prometheus: PrometheusServer;
  let known: KnownSeries;
  const client = createPrometheusClient({ deadlineMs: millis(10_000), concurrencyPerOrigin: 4 });

  beforeAll(async () => {
    const pods = Object.entries(PODS);
    known = await startKnownSeries(pods.map(([pod]) => ({ path: `/${pod}`, page: pageOf(pod) })));
    prometheus = await startPrometheus({
      scrapeIntervalSeconds: 0.2,
      scrapeTargets: pods.map(([pod, namespace]) => ({
        job: "pods",
        address: known.address,
        path: `/${pod}`,
        labels: { namespace, pod: pod.split("/").at(-1) ?? pod, instance: pod },
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
    createPrometheusSource({
      client,
      defaultEndpoint: { url: prometheus.url, headers: {}, credentials: {} },
      resolveCredentials: () => Promise.resolve({}),
    }).read(fleet, epochMs(Date.now()));

  it.each([
    ["vllm", VLLM_BY_HAND],
    ["sglang", SGLANG_BY_HAND],
    ["trtllm", TRTLLM_BY_HAND],
    ["dynamo", DYNAMO_BY_HAND],
  ] as const)("%s is read as computed by hand", async (profile, byHand) => {
    const snapshot = await read(aFleet({ profile }));
    expect(plainSignals(snapshot)).toEqual(about(byHand));
    expect(snapshot.signals.runningTurns).toMatchObject({ coverage: 1, degraded: null });
  });

  it("counts SGLang's waiting turns once where prefill and decode are apart", async () => {
    const workloads = [aWorkload("prefill", "Prefill"), aWorkload("decode", "Decode")];
    const matchers = { namespace: "split" };
    const { signals } = await read(aFleet({ profile: "sglang", matchers }, { workloads }));
    expect(plain(signals.waitingTurns)).toBeCloseTo(5 + 1 + 6, 6);
    expect(plain(signals.computedPromptTokens)).toBeCloseTo(3_000, 6);
  });

  it.each([
    ["vllm", "agents", { "serve-0": 1 - 12_000 / 30_000 }],
    ["sglang", "agents", { "serve-0": 1 - 120_000 / 300_000, "serve-1": 1 - 30_000 / 120_000 }],
    ["sglang", "split", { "prefill-0": 1 - 90_000 / 300_000 }],
    ["trtllm", "agents", { "serve-0": 450_000 / 600_000, "serve-1": 30_000 / 300_000 }],
  ] as const)("%s shows hit rates pod by pod, in %s", async (profile, namespace, byHand) => {
    const { hitRates = [] } = await read(aFleet({ profile, matchers: { namespace } }));
    const shown = Object.fromEntries(hitRates.map(({ pod, hitRate }) => [pod, hitRate]));
    expect(shown).toEqual(about(byHand));
  });

  it("dynamo shows none: its frontends count for all", async () => {
    expect(await read(aFleet({ profile: "dynamo" }))).not.toHaveProperty("hitRates");
  });

  it.each([
    ["vllm", { 1000: 1 / 3, 10000: 2 / 3 }, { 200: 2 / 3, 500: 1 / 3 }, 3],
    ["sglang", { 1500: 1 / 2, null: 1 / 2 }, { 300: 1 }, 4],
    ["dynamo", { 8900: 1 }, { 210: 3 / 4, 430: 1 / 4 }, 4],
  ] as const)(
    "records lengths of turns out of %s",
    async (profile, input, output, turnsPerSecond) => {
      const [seconds, to] = [300, epochMs(known.newestMs)];
      const endpoint = { url: prometheus.url, headers: {}, credentials: {} };
      const recorded = await recordTraffic({
        fleet: aFleet({ profile }),
        from: epochMs(to - 1_000 * seconds),
        to,
        stepMs: millis(60_000),
        signals: { history: () => Promise.resolve([]) },
        ask: async (promql, at) =>
          (await client.instant(endpoint, { name: "x", promql, at })).series,
      });
      const turns = (of: typeof input | typeof output) =>
        Object.entries(of).map(([upTo, share]) => [upTo, share * turnsPerSecond * seconds]);
      for (const [lengths, byHand] of [
        [recorded.inputTokens, turns(input)],
        [recorded.outputTokens, turns(output)],
      ] as const) {
        const found = lengths.buckets.filter((bucket) => bucket.turns > 1);
        expect(found.map((bucket) => [String(bucket.upTo), Math.round(bucket.turns)])).toEqual(
          byHand.map(([upTo, count]) => [upTo, Math.round(Number(count))]),
        );
      }
    },
  );

  it("asks gateways for arrivals and for what they hold back", async () => {
    const atPicker = await read(aFleet({ edge: "llm-d-epp" }));
    expect(plain(atPicker.signals.arrivals)).toBeCloseTo(5, 6);
    expect(plain(atPicker.signals.waitingTurns)).toBeCloseTo(13 + 14 + 6, 6);
    const atFrontend = await read(aFleet({ edge: "dynamo" }));
    expect(plain(atFrontend.signals.arrivals)).toBeCloseTo(5, 6);
    expect(plain(atFrontend.signals.waitingTurns)).toBeCloseTo(13, 6);
  });
});
