/** Findings about what a fleet is observed by. */
import { describe, expect, it } from "vitest";
import { fleetKey } from "../../../../src/core/compiled.ts";
import type { CompiledFleet } from "../../../../src/core/compiled.ts";
import type { SignalReading } from "../../../../src/core/observation.ts";
import { DYNAMO_SIGNALS } from "../../../../src/core/profiles/dynamo.ts";
import { TRTLLM_SIGNALS } from "../../../../src/core/profiles/trtllm.ts";
import type { EdgeProfile } from "../../../../src/core/signals/names.ts";
import { signalRecord } from "../../../../src/core/signals/signal-record.ts";
import { after, millis, ratio } from "../../../../src/core/units.ts";
import { notShown } from "../../../../src/studies/doctor/checks/signals.ts";
import type { FleetFacts } from "../../../../src/studies/doctor/facts.ts";
import {
  fleetFacts,
  freshSignals,
  fullSeries,
  healthyFacts,
  NOW,
  problemsOf,
  seriesWith,
} from "../../../support/doctor/healthy-facts.ts";
import { aFleet } from "../../../support/reports/compiled.ts";

const found = (changes: Partial<FleetFacts>, fleet = aFleet("coder")) =>
  problemsOf(healthyFacts({ fleets: [fleetFacts(fleet, changes)] }));
const absent = (problem: "empty" | "unreachable" | "unauthorized", detail = ""): SignalReading => ({
  kind: "absent",
  problem,
  detail,
});
const value = (changes: Partial<SignalReading & { kind: "value" }> = {}): SignalReading => ({
  kind: "value",
  value: 0.5,
  observedAt: NOW,
  coverage: ratio(1),
  degraded: null,
  ...changes,
});
const snapshot = (signals: Partial<ReturnType<typeof freshSignals>>) => ({
  snapshot: { signals: freshSignals(signals), objectives: [] },
});

describe("a Prometheus", () => {
  it.each([
    ["that does not answer", "unreachable", /port-forward/],
    ["that refuses the credentials", "unauthorized", /Secret named by/],
  ] as const)("%s is one blocker, not one for each signal", (_what, problem, fix) => {
    const signals = signalRecord(() => absent(problem, "query load at http://p: 401"));
    const problems = found({
      snapshot: { signals, objectives: [] },
      series: null,
      problem: "query targets at http://p: 401",
    });
    expect(problems).toMatchObject([
      {
        severity: "blocker",
        where: "InferenceFleet agents/coder spec.signals.prometheus",
        found: "query load at http://p: 401",
        fix: expect.stringMatching(fix),
      },
    ]);
  });

  it.each([
    ["engines run", healthyFacts().workloads, "blocker"],
    ["nothing runs yet", { ...healthyFacts().workloads, pods: [] }, "warning"],
  ])("that knows no target of the fleet, while %s", (_what, workloads, severity) => {
    const fleets = [fleetFacts(aFleet("coder"), { series: fullSeries({ targets: 0 }) })];
    expect(problemsOf(healthyFacts({ fleets, workloads }))).toMatchObject([
      {
        severity,
        where: "InferenceFleet agents/coder spec.signals.matchers",
        found: "no target exports vllm:num_requests_running with {}",
      },
    ]);
  });
});

describe("a signal that sizing needs", () => {
  it.each<readonly [string, Partial<FleetFacts>, string]>([
    [
      "is missing because no target exports its series",
      { ...snapshot({ kvUsage: absent("empty") }), series: seriesWith({ kvUsage: 0 }) },
      "kvUsage: no target exports vllm:kv_cache_usage_perc",
    ],
    [
      "is old: frozen",
      snapshot({ arrivals: value({ observedAt: after(NOW, millis(-120_000)) }) }),
      "arrivals: the newest sample is 120 s old",
    ],
    [
      "is implausible",
      snapshot({ kvUsage: value({ value: 1.5 }) }),
      "kvUsage: the ratio 1.5 is above 1",
    ],
    [
      "covers half of the targets",
      snapshot({ waitingTurns: value({ coverage: ratio(0.5) }) }),
      "waitingTurns: only 50 % of the targets are up",
    ],
    [
      "is one of several with one cause",
      snapshot({
        arrivals: value({ value: Number.NaN }),
        servedTurns: value({ value: Number.NaN }),
      }),
      "arrivals, servedTurns: the value is NaN",
    ],
  ])("%s", (_what, changes, text) => {
    expect(found(changes)).toMatchObject([{ severity: "blocker", check: "signals", found: text }]);
  });

  it("has its other spelling: series that stand in for each other are not missed", () => {
    expect(found({ series: seriesWith({ computed: 0 }) })).toEqual([]);
  });

  it("has nothing to say while no turn is served: no finding", () => {
    const quiet = { name: "ttft", share: absent("empty") };
    const { signals } = fleetFacts().snapshot;
    expect(found({ snapshot: { signals, objectives: [quiet] } })).toEqual([]);
  });

  it("is on some of the targets only", () => {
    expect(found({ series: seriesWith({ prompt: 5 }) })).toMatchObject([
      { severity: "warning", found: "vllm:prompt_tokens_total on 5 of 8 targets" },
    ]);
  });

  it("is not looked for where the fleet brings its own query", () => {
    const overrides = [{ signal: "kvUsage", query: "my:usage", unit: "ratio" }] as const;
    const fleet = aFleet("coder", { signals: { ...aFleet().signals, overrides } });
    const changes = { ...snapshot({ kvUsage: value() }), series: seriesWith({ kvUsage: 1 }) };
    expect(found(changes, fleet)).toEqual([]);
  });
});

describe("a signal that sizing does without", () => {
  it("is worth one warning for all", () => {
    const changes = {
      ...snapshot({ kvCapacity: absent("empty"), preemptions: absent("empty") }),
      series: seriesWith({ cacheConfig: 0, preempted: 0 }),
    };
    expect(found(changes)).toMatchObject([
      {
        severity: "warning",
        found:
          "kvCapacity, preemptions: " +
          "no target exports vllm:cache_config_info, vllm:num_preemptions_total",
      },
    ]);
  });
});

describe("time", () => {
  it("that is ahead keeps dead targets fresh", () => {
    const ahead = value({ observedAt: after(NOW, millis(40_000)) });
    expect(found(snapshot({ arrivals: ahead }))).toMatchObject([
      { severity: "warning", found: "samples 40 s ahead of the clock here" },
    ]);
  });

  it("of two clocks that differ by a second is the same", () => {
    const ahead = value({ observedAt: after(NOW, millis(1_000)) });
    expect(found(snapshot({ arrivals: ahead }))).toEqual([]);
  });

  it.each([
    [
      1,
      "blocker",
      "15 s, but 1 sample in a window of 60 s",
      "scrapeInterval: 60s, or scrape more often",
    ],
    [
      2,
      "warning",
      "15 s, but 2 samples in a window of 60 s",
      "scrapeInterval: 30s, or scrape more often",
    ],
  ])("%d scrapes in a window of rates are too few", (samplesPerWindow, severity, text, fix) => {
    expect(found({ series: fullSeries({ samplesPerWindow }) })).toMatchObject([
      { severity, found: text, fix },
    ]);
  });

  it.each([3, 4, null])("%s scrapes are none", (samplesPerWindow) => {
    expect(found({ series: fullSeries({ samplesPerWindow }) })).toEqual([]);
  });
});

describe("bounds of histograms", () => {
  const bounds = (TTFT: readonly number[]) => fullSeries({ bucketsSeconds: { TTFT, ITL: [0.05] } });

  it("that the engines really have decide what can be measured", () => {
    expect(found({ series: bounds([1, 2, 4]) })).toMatchObject([
      {
        severity: "blocker",
        where: "InferenceFleet agents/coder spec.objectives[0].threshold",
        found: "2.5 s, and the engines' TTFT histogram has no such bound",
        fix: "threshold: 2s, or a bucket at 2.5 in the engine's flags",
      },
    ]);
  });

  it.each([[[2.5]], [[]]])("are right, or not known yet: %j", (TTFT) => {
    expect(found({ series: bounds(TTFT) })).toEqual([]);
  });
});

describe("matchers of two fleets", () => {
  const fleet = (name: string, matchers: Readonly<Record<string, string>>, url = "") =>
    aFleet(name, {
      signals: {
        ...aFleet().signals,
        matchers,
        prometheus: url === "" ? null : { url, secretName: null, headers: {} },
      },
    });
  const between = (...fleets: readonly CompiledFleet[]) => {
    const { desired } = healthyFacts();
    return problemsOf(healthyFacts({ desired: { ...desired, fleets } }));
  };

  type Matchers = Readonly<Record<string, string>>;
  it.each<readonly [string, Matchers, Matchers, string]>([
    ["none in one of them", {}, { job: "b" }, "blocker"],
    ["the same", { job: "a" }, { job: "a" }, "blocker"],
    ["one narrower than the other", { job: "a" }, { job: "a", pod: "x" }, "blocker"],
    ["different labels", { job: "a" }, { model_name: "m" }, "warning"],
  ])("overlap: %s", (_what, first, second, severity) => {
    expect(between(fleet("a", first), fleet("b", second))).toMatchObject([
      {
        severity,
        check: "matchers",
        where: "InferenceFleets agents/a and agents/b spec.signals.matchers",
      },
    ]);
  });

  it("do not where a label of both differs", () => {
    const model = { model_name: "m" };
    const fleets = [
      fleet("a", { ...model, job: "a" }),
      fleet("b", { ...model, job: "b" }),
    ] as const;
    expect(between(...fleets)).toEqual([]);
  });

  it("do not where the engines differ, and so the names of the series", () => {
    const sglang = fleet("b", {});
    const other = { ...sglang, signals: { ...sglang.signals, profile: "sglang" as const } };
    expect(between(fleet("a", {}), other)).toEqual([]);
  });

  it("name both fleets, what comes of it, and what to set", () => {
    const elsewhere = { namespace: "talks", name: "b" };
    const b = { ...fleet("b", {}), ...elsewhere, key: fleetKey(elsewhere) };
    expect(between(fleet("a", {}), b)).toMatchObject([
      {
        where: "InferenceFleets agents/a and talks/b spec.signals.matchers",
        found:
          "{} and {} for the engines' series, series are both's: sized on each other's traffic",
        expected: "a label in both, with different values",
        fix: "matchers: {namespace: agents}, and so for the other",
      },
    ]);
  });

  it("are not asked for of a fleet that is alone", () => {
    expect(between(fleet("a", {}))).toEqual([]);
  });

  it("overlap also where one writes the address with a slash at its end", () => {
    const found = between(fleet("a", {}, "http://one"), fleet("b", {}, "http://one/"));
    expect(found).toMatchObject([{ check: "matchers", severity: "blocker" }]);
  });

  describe("behind one gateway", () => {
    const edge = (name: string, matchers: Matchers, kind: EdgeProfile | null = "llm-d-epp") => {
      const base = fleet(name, matchers);
      return { ...base, signals: { ...base.signals, edge: kind } };
    };

    it("overlap where the gateway's series lack the label that differs", () => {
      expect(between(edge("a", { job: "a" }), edge("b", { job: "b" }))).toMatchObject([
        {
          severity: "blocker",
          check: "matchers",
          where: "InferenceFleets agents/a and agents/b spec.signals.matchers",
          found: expect.stringContaining("{} and {} for the gateway's series"),
          expected: "namespace or model_name or cluster in both, with different values",
          fix: expect.stringContaining("leave out spec.signals.edge"),
        },
      ]);
    });

    it("overlap whatever the engines behind it are", () => {
      const sglang = edge("b", { job: "b" });
      const other = { ...sglang, signals: { ...sglang.signals, profile: "sglang" as const } };
      expect(between(edge("a", { job: "a" }), other)).toMatchObject([{ check: "matchers" }]);
    });

    it("are said once where the engines' overlap too", () => {
      expect(between(edge("a", {}), edge("b", {}))).toHaveLength(1);
    });

    it.each<readonly [string, CompiledFleet, CompiledFleet]>([
      ["a label of both differs", edge("a", { model_name: "m" }), edge("b", { model_name: "n" })],
      ["one has none", edge("a", { job: "a" }), edge("b", { job: "b" }, null)],
      ["each has its own kind", edge("a", { job: "a" }), edge("b", { job: "b" }, "dynamo")],
    ])("do not where %s", (_what, first, second) => {
      expect(between(first, second)).toEqual([]);
    });
  });

  it("do not where each asks a Prometheus of its own", () => {
    expect(between(fleet("a", {}, "http://one"), fleet("b", {}, "http://two"))).toEqual([]);
  });
});

it.each([
  ["dynamo", DYNAMO_SIGNALS.cannotShow],
  ["trtllm", TRTLLM_SIGNALS.cannotShow],
] as const)("what %s never shows is said", (profile, sentences) => {
  const fleet = aFleet("coder", { signals: { ...aFleet().signals, profile } });
  expect(notShown(fleet)).toEqual(sentences);
});
