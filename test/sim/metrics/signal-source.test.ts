import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { SignalReading } from "../../../src/core/observation.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { MINUTE_MS, after, epochMs, millis } from "../../../src/core/units.ts";
import { createMetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import { simulatedSignalSource } from "../../../src/sim/metrics/signal-source.ts";
import { aFleet, anObjective } from "../../adapters/prometheus/a-fleet.ts";
import { draws } from "../../support/draws.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

const START = epochMs(1_800_000_000_000);
const INTERVAL_MS = millis(15_000);
const LAG_MS = millis(2_000);
const at = (ms: number): EpochMs => after(START, millis(ms));

const numberOf = (reading: SignalReading): number =>
  reading.kind === "value" ? reading.value : Number.NaN;

/** Two engines and a gateway, scraped every 15 s for ten minutes; nothing from `stopsAt` on. */
function aSource({ outFrom = Number.POSITIVE_INFINITY, stopsAt = 40, fleet = aFleet() } = {}) {
  const store = createMetricsStore({ lagMs: LAG_MS });
  const engines = [aSyntheticEngine("serve-0"), aSyntheticEngine("serve-1")];
  const { uniform } = draws(5);
  for (let scrape = 0; scrape < stopsAt; scrape += 1) {
    for (const engine of engines) engine.serve(uniform, 1);
    const targets = engines.map((engine) => engine.target());
    const gateway = { tries: 1_000 + scrape * 30, waiting: 0 };
    store.scrape({ fleet, at: at(scrape * INTERVAL_MS), targets, gateway });
  }
  return simulatedSignalSource({ store, isOut: (now) => now >= outFrom });
}

describe("a read", () => {
  it("sees a scrape when its lag has passed, and says how old it is", async () => {
    const source = aSource();
    const readAt = async (ms: number) => (await source.read(aFleet(), at(ms))).signals.waitingTurns;
    expect(await readAt(91_999)).toMatchObject({ observedAt: at(75_000), coverage: 1 });
    expect(await readAt(92_000)).toMatchObject({ observedAt: at(90_000), degraded: null });
  });

  it("counts arrivals at the gateway where there is one", async () => {
    const fleet = aFleet({ edge: "llm-d-epp" });
    const { signals } = await aSource({ fleet }).read(fleet, at(300_000));
    expect(numberOf(signals.arrivals)).toBeCloseTo(2, 9);
    expect(signals.arrivals).toMatchObject({ coverage: 1 });
  });

  it("gives shares only for thresholds that are bounds, of all that was counted", async () => {
    const objectives = [
      anObjective({ name: "bound", thresholdMs: millis(2_500) }),
      anObjective({ name: "between", thresholdMs: millis(2_600) }),
    ];
    const fleet = aFleet({}, { objectives });
    const [bound, between] = (await aSource().read(fleet, at(400_000))).objectives;
    expect(bound?.share).toMatchObject({ kind: "value" });
    expect(between?.share).toMatchObject({ problem: "empty" });
  });

  it("is empty before the first scrape, and rates before the second", async () => {
    const source = aSource();
    expect((await source.read(aFleet(), at(1_000))).signals.waitingTurns).toMatchObject({
      problem: "empty",
    });
    const { signals } = await source.read(aFleet(), at(5_000));
    expect(signals.waitingTurns.kind).toBe("value");
    expect(signals.servedTurns).toMatchObject({ kind: "absent", problem: "empty" });
  });

  it("grows old when scrapes stop: rates for a minute, gauges for the lookback", async () => {
    const source = aSource({ stopsAt: 10 });
    const last = 9 * INTERVAL_MS;
    const kindsAt = async (ms: number) => {
      const { signals } = await source.read(aFleet(), at(ms));
      return [signals.servedTurns.kind, signals.waitingTurns.kind];
    };
    expect(await kindsAt(last + 40_000)).toEqual(["value", "value"]);
    expect(await kindsAt(last + 60_000)).toEqual(["absent", "value"]);
    expect(await kindsAt(last + 299_000)).toEqual(["absent", "value"]);
    expect(await kindsAt(last + 300_000)).toEqual(["absent", "absent"]);
  });

  it("during an outage reaches nothing, and history fails", async () => {
    const source = aSource({ outFrom: at(60_000) });
    const { signals, objectives } = await source.read(aFleet(), at(60_000));
    for (const reading of [...Object.values(signals), ...objectives.map(({ share }) => share)]) {
      expect(reading).toMatchObject({ kind: "absent", problem: "unreachable" });
    }
    const range = { at: at(60_000), windowMs: MINUTE_MS, stepMs: MINUTE_MS };
    await expect(source.history(aFleet(), range)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("is empty for a fleet that nobody scrapes", async () => {
    const stranger = aFleet({ matchers: { namespace: "elsewhere" } });
    const { signals } = await aSource().read(stranger, at(300_000));
    expect(signals.runningTurns).toMatchObject({ problem: "empty" });
  });
});

describe("an override", () => {
  const overridden = (query: string) =>
    aFleet({ overrides: [{ signal: "arrivals", query, unit: "turns/min" }] });

  it("is evaluated like any other query", async () => {
    const fleet = overridden("sum(vllm:num_requests_running) * 60");
    const { signals } = await aSource().read(fleet, at(300_000));
    expect(numberOf(signals.arrivals)).toBeCloseTo(numberOf(signals.runningTurns), 9);
  });

  it("outside the subset fails alone, and says what is known", async () => {
    const fleet = overridden("sum(avg_over_time(vllm:num_requests_running[5m]))");
    const { signals } = await aSource().read(fleet, at(300_000));
    expect(signals.arrivals).toMatchObject({
      problem: "bad-query",
      detail: expect.stringContaining("query override arrivals: the simulated Prometheus does not"),
    });
    expect(signals.servedTurns.kind).toBe("value");
  });
});

describe("recorded demand", () => {
  const RANGE = { at: at(500_000), windowMs: millis(600_000), stepMs: MINUTE_MS };

  it("is a sample a step, oldest first, from when rates are known", async () => {
    const fleet = aFleet({ edge: "llm-d-epp" });
    const samples = await aSource({ fleet }).history(fleet, RANGE);
    expect(samples.map((sample) => sample.at)).toEqual(
      Array.from({ length: 9 }, (_, i) => at(20_000 + i * 60_000)),
    );
    for (const sample of samples.slice(1)) {
      expect(sample.turnsPerSecond).toBeCloseTo(2, 9);
      expect(sample.promptTokensPerSecond).toBeGreaterThan(0);
    }
  });

  it("is what a tick would have read then, but for the lag", async () => {
    const source = aSource();
    const samples = await source.history(aFleet(), RANGE);
    const [, sample] = samples;
    if (sample === undefined) throw new Error("expected two samples");
    const { signals } = await source.read(aFleet(), sample.at);
    expect(sample.promptTokensPerSecond).toBe(numberOf(signals.promptTokens));
  });

  it.each<[string, Partial<CompiledFleet["signals"]>, string]>([
    ["cannot be asked for", { matchers: { "not a label": "x" } }, "invalid"],
    [
      "cannot be evaluated",
      { overrides: [{ signal: "arrivals", query: "topk(1, x)", unit: "turns/s" }] },
      "invalid",
    ],
    [
      "is several series",
      {
        overrides: [{ signal: "arrivals", query: "vllm:num_requests_running", unit: "turns/s" }],
      },
      "bad-answer",
    ],
  ])("is refused when it %s", async (_, signals, code) => {
    await expect(aSource().history(aFleet(signals), RANGE)).rejects.toMatchObject({ code });
  });
});

describe("a fleet", () => {
  it("is planned once: the same object is read again", async () => {
    const source = aSource();
    const fleet = aFleet();
    const first = await source.read(fleet, at(300_000));
    expect(await source.read(fleet, at(300_000))).toEqual(first);
    expect(await source.read(aFleet(), at(300_000))).toEqual(first);
  });
});
