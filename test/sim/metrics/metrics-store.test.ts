import { describe, expect, it } from "vitest";
import { MINUTE_MS, epochMs } from "../../../src/core/units.ts";
import { createMetricsStore } from "../../../src/sim/metrics/metrics-store.ts";
import type { SeriesIndex } from "../../../src/sim/metrics/promql/series.ts";
import { aFleet } from "../../adapters/prometheus/a-fleet.ts";
import { aSyntheticEngine } from "../../support/scrapes/synthetic-engines.ts";

const RUNNING = "vllm:num_requests_running";
const CODER = aFleet();
const CHAT = { ...aFleet(), key: "agents/chat" as const, name: "chat" };

/** Scrapes every minute from `first` on; `podsAt` says what is in discovery. */
function scrapeMinutes(
  store: ReturnType<typeof createMetricsStore>,
  podsAt: (minute: number) => readonly string[],
  { first = 0, count = 1, fleet = CODER } = {},
): void {
  for (let minute = first; minute < first + count; minute += 1) {
    const targets = podsAt(minute).map((pod) => aSyntheticEngine(pod).target());
    const at = epochMs(minute * MINUTE_MS);
    store.scrape({ fleet, at, targets, gateway: { tries: 0, waiting: 0 } });
  }
}

const podsIn = (index: SeriesIndex) => index.named(RUNNING).map(({ labels }) => labels.pod);

describe("a metrics store", () => {
  it("finds the series of all fleets by name", () => {
    const store = createMetricsStore({ lagMs: 0 });
    scrapeMinutes(store, () => ["a", "b"]);
    scrapeMinutes(store, () => ["c"], { fleet: CHAT });
    expect(podsIn(store.live)).toEqual(["a", "b", "c"]);
    expect(store.live.named("nothing")).toEqual([]);
    expect(store.series().filter(({ labels }) => labels["__name__"] === "up")).toHaveLength(3);
  });

  it("has another generation exactly when a series came or went", () => {
    const store = createMetricsStore({ lagMs: 0 });
    scrapeMinutes(store, () => ["a"], { count: 3 });
    const generation = store.live.generation();
    scrapeMinutes(store, () => ["a"], { first: 3, count: 200 });
    expect(store.live.generation()).toBe(generation);
    scrapeMinutes(store, () => ["a", "b"], { first: 203 });
    expect(store.live.generation()).toBeGreaterThan(generation);
    expect(podsIn(store.live)).toEqual(["a", "b"]);
  });

  it("forgets a pod that is gone: first for ticks, a day later for history", () => {
    const store = createMetricsStore({ lagMs: 0 });
    scrapeMinutes(store, (minute) => (minute < 5 ? ["a", "b"] : ["b"]), { count: 90 });
    expect(podsIn(store.live)).toEqual(["b"]);
    expect(podsIn(store.all)).toEqual(["a", "b"]);
    scrapeMinutes(store, () => ["b"], { first: 90, count: 30 * 60 });
    expect(podsIn(store.all)).toEqual(["b"]);
  });

  it("forgets nothing when everything is to be written out", () => {
    const store = createMetricsStore({ lagMs: 0, keepEverything: true });
    scrapeMinutes(store, (minute) => (minute < 5 ? ["a"] : ["b"]), { count: 30 * 60 });
    expect(podsIn(store.live)).toEqual(["b"]);
    expect(podsIn(store.all)).toEqual(["a", "b"]);
    const [usage] = store.all.named("vllm:kv_cache_usage_perc");
    expect(usage?.log.value(0, usage.column)).toBeGreaterThanOrEqual(0);
  });
});
