import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src/adapters/telemetry/catalogue.ts";
import { combineTelemetry } from "../../../src/adapters/telemetry/combine.ts";
import { createMetrics, type Metrics } from "../../../src/adapters/telemetry/metrics.ts";
import { reason, REASONS } from "../../../src/core/reasons.ts";
import { aFleet, aGroup, aPool } from "../../support/reports/compiled.ts";
import { ABSENT, anIntent, signalsAt, START } from "../../support/reports/observed.ts";
import { aReport, fleetDecided, poolDecided, rackOf } from "../../support/reports/report.ts";
import { surgeTick } from "../../support/reports/surge.ts";

const aMetrics = (): Metrics => createMetrics({ version: "0.1.0" });

/** @returns the samples of the exposition by series, `name{label="value"}` with sorted labels. */
async function samplesOf(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const [, name = "", labels = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const sorted = labels === "" ? "" : `{${labels.split(",").sort().join(",")}}`;
      return [`${name}${sorted}`, Number(value)];
    }),
  );
}

const COUNTS_OF_A_GROWTH = [
  ['breakwater_racks{phase="Serving",pool="gb200-east"}', 1],
  ['breakwater_racks{phase="Joining",pool="gb200-east"}', 1],
  ['breakwater_racks{phase="Loaned",pool="gb200-east"}', 0],
  ['breakwater_pool_ready_nodes{pool="gb200-east"}', 27],
  ['breakwater_pool_nodes{pool="gb200-east"}', 36],
  ['breakwater_fleet_wanted_racks{fleet="agents/coder"}', 5],
  ['breakwater_predicted_attainment_ratio{fleet="agents/coder"}', 0.994],
  ['breakwater_demand_forecast_turns_per_second{fleet="agents/coder",percentile="p90"}', 16],
  ['breakwater_objective_observed_ratio{fleet="agents/coder",objective="itl"}', 0.995],
  ['breakwater_latency_seconds{fleet="agents/coder",metric="ttft",percentile="p95"}', 1.2],
  ['breakwater_hit_rate_ratio{fleet="agents/coder"}', 0.9],
  ['breakwater_cache_cause{cause="none",fleet="agents/coder"}', 1],
  ['breakwater_signal_trusted{fleet="agents/coder",signal="arrivals"}', 1],
  ['breakwater_signal_age_seconds{fleet="agents/coder",signal="arrivals"}', 5],
  ['breakwater_lead_time_prior_p95_seconds{pool="gb200-east",step="boot"}', 480],
  ['breakwater_engine_start_prior_p95_seconds{fleet="agents/coder",pool="gb200-east"}', 120],
  ['breakwater_pool_open_decisions{direction="Out",intent_phase="Executing",pool="gb200-east"}', 1],
  ['breakwater_last_tick_timestamp_seconds{group="gb200-east"}', START / 1_000],
  ["breakwater_tick_duration_seconds_count", 1],
  ["breakwater_leader", 1],
] as const;

describe("metrics", () => {
  it("says what a tick saw and decided", async () => {
    const metrics = aMetrics();
    const racks = [rackOf("a", "Serving"), rackOf("b", "Joining", { readyNodes: 9, fleet: null })];
    metrics.tick(aReport({ pools: [poolDecided(racks)], intents: [anIntent("out-1")] }));
    const samples = await samplesOf(metrics);
    for (const [series, value] of COUNTS_OF_A_GROWTH) {
      expect([series, samples.get(series)]).toEqual([series, value]);
    }
  });

  it("says how long steps take, by prior and measurement, and which racks are stuck", async () => {
    const metrics = aMetrics();
    const time = { p50Ms: 60_000, p95Ms: 90_000, p99Ms: 120_000 };
    const stuck = { step: "join" as const, waitedMs: 1, p99Ms: 1, nodes: ["n1"], text: "" };
    const steps = [
      { step: "boot" as const, fleet: null, measured: 3, ...time },
      { step: "start" as const, fleet: "agents/coder" as const, measured: 2, ...time },
    ];
    const racks = [rackOf("a", "Joining", { stuck }), rackOf("b", "Serving")];
    metrics.tick(aReport({ pools: [poolDecided(racks, { steps })] }));
    const samples = await samplesOf(metrics);
    const start = 'fleet="agents/coder",';
    for (const [series, value] of [
      ['breakwater_rack_step_seconds{percentile="p50",pool="gb200-east",step="boot"}', 60],
      ['breakwater_rack_step_seconds{percentile="p99",pool="gb200-east",step="boot"}', 120],
      ['breakwater_rack_step_measured{pool="gb200-east",step="boot"}', 3],
      [`breakwater_engine_start_seconds{${start}percentile="p95",pool="gb200-east"}`, 90],
      [`breakwater_engine_start_measured{${start}pool="gb200-east"}`, 2],
      ['breakwater_stuck_racks{pool="gb200-east",rack_step="join"}', 1],
      ['breakwater_stuck_racks{pool="gb200-east",rack_step="boot"}', 0],
      ['breakwater_pool_foreign_nodes{pool="gb200-east"}', 0],
    ] as const) {
      expect([series, samples.get(series)]).toEqual([series, value]);
    }
  });

  it("counts holds, outcomes, actions and failures, and starts each at 0", async () => {
    const metrics = aMetrics();
    const failures = 'breakwater_tick_failures_total{code="timeout"}';
    const blocked = 'breakwater_actions_total{action="Evict",result="blocked"}';
    const before = await samplesOf(metrics);
    expect([before.get(failures), before.get(blocked)]).toEqual([0, 0]);
    const evict = { kind: "Evict", intent: "in-2", outcome: "blocked", detail: "" } as const;
    metrics.tick(aReport({ actions: [evict] }));
    metrics.tick(aReport());
    metrics.tickFailed("gb200-east", "timeout", "reading nodes: no answer within 5 s");
    const samples = await samplesOf(metrics);
    expect(samples.get(failures)).toBe(1);
    expect(samples.get(blocked)).toBe(1);
    expect(samples.get('breakwater_decisions_total{fleet="agents/coder",outcome="Hold"}')).toBe(2);
    expect(samples.get('breakwater_decisions_total{fleet="agents/coder",outcome="Grow"}')).toBe(0);
    const held = (code: string) =>
      samples.get(`breakwater_holds_total{fleet="agents/coder",reason="${code}"}`);
    expect(held("stabilization")).toBe(2);
    expect(Object.keys(REASONS).filter((code) => held(code) === undefined)).toEqual([]);
  });

  it("counts reasons of a growth as no hold", async () => {
    const metrics = aMetrics();
    metrics.tick(
      aReport({ decided: [fleetDecided({ outcome: "Grow", reasons: [reason("burst")] })] }),
    );
    const samples = await samplesOf(metrics);
    expect(samples.get('breakwater_holds_total{fleet="agents/coder",reason="burst"}')).toBe(0);
  });

  it("tells a broken invariant from other failures", async () => {
    const metrics = aMetrics();
    metrics.tickFailed("gb200-east", "INV-2", "INV-2: 13 racks, at most 12");
    const samples = await samplesOf(metrics);
    expect(samples.get('breakwater_tick_failures_total{code="invariant"}')).toBe(1);
  });

  it("asks who leads when it is scraped, for a standby does not tick", async () => {
    let leading = true;
    const metrics = createMetrics({ version: "0.1.0", leading: () => leading });
    metrics.tick(aReport());
    leading = false;
    expect((await samplesOf(metrics)).get("breakwater_leader")).toBe(0);
  });

  it("shows what is tried out beside what is wanted, until nothing is", async () => {
    const metrics = aMetrics();
    const candidate = {
      fleet: "agents/coder" as const,
      outcome: "Grow" as const,
      wantedRacks: 7,
      targetRacks: 7,
      code: "minimum",
      attainment: 0.999,
    };
    metrics.tick({ ...aReport(), candidate: [candidate] });
    const samples = await samplesOf(metrics);
    expect(samples.get('breakwater_candidate_wanted_racks{fleet="agents/coder"}')).toBe(7);
    expect(samples.get('breakwater_candidate_differs{fleet="agents/coder"}')).toBe(1);
    metrics.tick(aReport());
    expect([...(await samplesOf(metrics)).keys()].join()).not.toContain("candidate");
  });

  it("says at every scrape whether decisions can be recorded, and what was lost", async () => {
    let now = { writable: true, failures: 0, queued: 0, lost: 0 };
    const metrics = createMetrics({ version: "0.1.0", audit: () => now });
    const audited = async () => {
      const samples = await samplesOf(metrics);
      return [
        "breakwater_decision_log_writable",
        "breakwater_decision_log_failures_total",
        "breakwater_audit_sink_queued_records",
        "breakwater_audit_sink_lost_records_total",
      ].map((name) => samples.get(name));
    };
    expect(await audited()).toEqual([1, 0, 0, 0]);
    now = { writable: false, failures: 3, queued: 7, lost: 2 };
    expect(await audited()).toEqual([0, 3, 7, 2]);
    now = { writable: true, failures: 3, queued: 0, lost: 5 };
    expect(await audited()).toEqual([1, 3, 0, 5]);
  });

  it("puts words from outside a closed set under `other`", async () => {
    const metrics = aMetrics();
    metrics.tickFailed("gb200-east", "a-new-code", "");
    const samples = await samplesOf(metrics);
    expect(samples.get('breakwater_tick_failures_total{code="other"}')).toBe(1);
  });

  it("has no series for what is unknown", async () => {
    const metrics = aMetrics();
    const signals = { ...signalsAt(START), arrivals: ABSENT };
    metrics.tick(aReport());
    metrics.tick(
      aReport({
        seen: { "agents/coder": { signals, objectives: [] } },
        decided: [fleetDecided({ forecast: null })],
        pools: [poolDecided([], { desiredRacks: null })],
      }),
    );
    const names = [...(await samplesOf(metrics)).keys()].join("\n");
    expect(names).not.toMatch(/demand_|desired_racks|observed_ratio|age_seconds.*arrivals/);
    expect(names).toContain('breakwater_signal_trusted{fleet="agents/coder",signal="arrivals"}');
  });
});

describe("series of what no longer exists", () => {
  const both = aGroup({ fleets: [aFleet("coder"), aFleet("writer")] });
  const decided = [fleetDecided(), fleetDecided({ fleet: "agents/writer" })];
  const mentions = async (metrics: Metrics, word: string): Promise<boolean> =>
    (await metrics.text()).includes(word);

  it("go with a fleet that leaves its group", async () => {
    const metrics = aMetrics();
    metrics.tick(aReport({ group: both, decided }));
    expect(await mentions(metrics, "agents/writer")).toBe(true);
    metrics.tick(aReport());
    expect(await mentions(metrics, "agents/writer")).toBe(false);
    expect(await mentions(metrics, "agents/coder")).toBe(true);
  });

  it("go with a group that is forgotten", async () => {
    const metrics = aMetrics();
    metrics.tick(aReport());
    metrics.forget("gb200-east");
    expect(await mentions(metrics, "gb200-east")).toBe(false);
    expect(await mentions(metrics, "agents/coder")).toBe(false);
  });

  it("stay when the fleet moved to another group before the old one's tick", async () => {
    const metrics = aMetrics();
    metrics.tick(aReport());
    const west = aGroup({ name: "gb200-west", pools: [aPool("gb200-west")] });
    const pools = [poolDecided([], { pool: "gb200-west" })];
    metrics.tick(aReport({ group: west, pools }));
    metrics.forget("gb200-east");
    expect(await mentions(metrics, 'fleet_held_racks{fleet="agents/coder"} 5')).toBe(true);
  });

  it("are never left behind, whatever comes and goes", async () => {
    const names = ["coder", "writer", "planner"] as const;
    const anyFleets = fc.uniqueArray(fc.constantFrom(...names));
    const run = fc.array(anyFleets, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(run, async (ticks) => {
        const metrics = aMetrics();
        for (const fleets of ticks) {
          const group = aGroup({ fleets: fleets.map((name) => aFleet(name)) });
          const answers = group.fleets.map(({ key }) => fleetDecided({ fleet: key }));
          metrics.tick(aReport({ group, decided: answers }));
        }
        const text = await metrics.text();
        const present = names.filter((name) => text.includes(`"agents/${name}"`));
        expect(new Set(present)).toEqual(new Set(ticks.at(-1)));
      }),
      { numRuns: 25 },
    );
  });
});

describe("the exposition", () => {
  it("is plain text, version 0.0.4", () => {
    expect(aMetrics().contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it("holds every metric of the catalogue, and no other", async () => {
    const metrics = aMetrics();
    metrics.tick(surgeTick(0));
    const named = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    const rows = CATALOGUE.map(({ name, type }) => [name, type]);
    expect(named.map(([, name, type]) => [name, type])).toEqual(rows);
  });
});

describe("combined telemetry", () => {
  it("hands everything to each sink", async () => {
    const [a, b] = [aMetrics(), aMetrics()];
    const both = combineTelemetry(a, b);
    both.tick(aReport());
    both.tickFailed("gb200-east", "conflict", "");
    expect(await a.text()).toBe(await b.text());
    expect(await a.text()).toContain('breakwater_tick_failures_total{code="conflict"} 1');
    both.forget("gb200-east");
    expect(await b.text()).not.toContain("agents/coder");
  });
});

/** What one fleet and one pool may add: 200 fleets on 50 pools are then 62,000 series. */
const SERIES_PER_FLEET = 260;
const SERIES_PER_POOL = 200;

describe("the number of series", () => {
  const countOf = async (names: readonly string[], pools: readonly string[]): Promise<number> => {
    const metrics = aMetrics();
    const group = aGroup({
      pools: pools.map((name) => aPool(name)),
      fleets: names.map((name) => aFleet(name)),
    });
    metrics.tick(
      aReport({
        group,
        decided: group.fleets.map(({ key }) => fleetDecided({ fleet: key })),
        pools: group.pools.map(({ name }) => poolDecided([], { pool: name })),
      }),
    );
    return (await samplesOf(metrics)).size;
  };

  it("grows with fleets and pools alone, and by a bounded number each", async () => {
    const one = await countOf(["coder"], ["gb200-east"]);
    const fleets = (await countOf(["coder", "writer", "planner"], ["gb200-east"])) - one;
    const pools = (await countOf(["coder"], ["gb200-east", "gb200-west", "gb200-eu"])) - one;
    expect(fleets / 2).toBeLessThanOrEqual(SERIES_PER_FLEET);
    expect(pools / 2).toBeLessThanOrEqual(SERIES_PER_POOL);
  });

  it("stays the same, tick after tick", async () => {
    const metrics = aMetrics();
    metrics.tick(aReport());
    const before = (await samplesOf(metrics)).size;
    for (let tick = 0; tick < 5; tick++) metrics.tick(aReport());
    expect((await samplesOf(metrics)).size).toBe(before);
  });
});
