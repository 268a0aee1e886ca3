import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { epochMs } from "../../src/core/units.ts";
import { type Raw, rawFleet, rawPool } from "../support/raw-objects.ts";
import { ENGINE_PROFILES } from "../../src/core/profiles/engine-profiles.ts";

const NOW = epochMs(Date.parse("2026-11-01T00:00:00Z"));

const errorOf = (spec: Raw): string => {
  const compiled = compileFleet(rawFleet(spec), NOW);
  return compiled.ok ? "no error" : describeErrors(compiled.errors);
};

const objective = { name: "ttft", metric: "TTFT", threshold: "2500ms", share: "0.99" };
const workload = {
  name: "engine",
  target: { apiVersion: "apps/v1", kind: "Deployment", name: "coder" },
  unit: { gpus: 8 },
  unitsPerRack: 8,
};
const perRack = {
  name: "engine",
  target: {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    selector: { app: "decode" },
  },
  layout: "ObjectPerRack",
  unit: { gpus: 8 },
  unitsPerRack: 8,
};
const launch = { name: "launch", start: "2026-12-01T18:00:00", for: "6h", floorRacks: 8 };

const PROFILES = Object.keys(ENGINE_PROFILES).join(", ");

describe("an InferenceFleet compiles", () => {
  it("with every default filled in and durations in milliseconds", () => {
    expect(compileFleet(rawFleet(), NOW)).toEqual({
      ok: true,
      value: {
        key: "agents/coder",
        namespace: "agents",
        name: "coder",
        uid: "",
        generation: 1,
        model: { name: "dsr1-fp4", profile: "dsr1-fp4-gb200", revisionLabel: "model-revision" },
        mode: { scaleOut: "Shadow", scaleIn: "Shadow" },
        racks: { min: 1, max: 8, surviveRackLosses: 0 },
        pools: [
          {
            name: "gb200-a",
            preference: 1,
            engineStartPrior: { p50Ms: 600_000, p95Ms: 1_200_000 },
          },
        ],
        objectives: [
          { name: "ttft", metric: "TTFT", matchers: {}, thresholdMs: 2_500, share: 0.99 },
        ],
        signals: {
          profile: "vllm",
          edge: null,
          prometheus: null,
          scrapeIntervalMs: 15_000,
          overrides: [],
          matchers: {},
        },
        workloads: [
          {
            name: "engine",
            role: "Aggregated",
            target: { ...workload.target, namespace: "agents" },
            podLabels: {},
            manage: "Observe",
            layout: "SharedSet",
            gpusPerUnit: 8,
            unitsPerRack: 8,
          },
        ],
        kvTier: "None",
        router: "prefix-affinity",
        drain: {
          wait: "Turns",
          maxColdTokensPerSecond: 20_000,
          deadlineMs: 2_700_000,
          onDeadline: "Cancel",
        },
        warm: { hitRateWithinPoints: 10, orAfterMs: 1_800_000 },
        headroom: "Balanced",
        behavior: {
          scaleInStabilizationMs: 7_200_000,
          maxStepOut: 3,
          maxStepIn: 1,
          reviewIntervalMs: 60_000,
        },
        schedule: [],
        budget: null,
        cacheVeto: "Confirm",
        confirm: [],
      },
    });
  });

  const rewritten: readonly (readonly [string, Raw, Raw])[] = [
    [
      "seconds as numbers",
      { objectives: [{ ...objective, threshold: 2.5 }], behavior: { reviewInterval: 5 } },
      { objectives: [{ thresholdMs: 2_500 }], behavior: { reviewIntervalMs: 5_000 } },
    ],
    [
      "one object a rack, found by its labels",
      { workloads: [{ ...perRack, manage: "Replicas" }] },
      {
        workloads: [
          {
            target: {
              apiVersion: "leaderworkerset.x-k8s.io/v1",
              kind: "LeaderWorkerSet",
              namespace: "agents",
              name: "",
            },
            objectLabels: { app: "decode" },
            podLabels: {},
            manage: "Replicas",
          },
        ],
      },
    ],
    [
      "a role, a range and the restarts that giving back a rack may cost",
      {
        workloads: [
          {
            ...workload,
            target: {
              apiVersion: "disaggregatedset.x-k8s.io/v1",
              kind: "DisaggregatedSet",
              name: "coder",
              role: "decode",
            },
            manage: "Replicas",
            unitsRange: { min: 2, max: 8 },
            sharedSetRestarts: 4,
          },
        ],
      },
      { workloads: [{ part: "decode", unitsRange: { min: 2, max: 8 }, sharedSetRestarts: 4 }] },
    ],
    [
      "a profile of its own",
      { model: { name: "m", profile: "test-small" } },
      { model: { profile: "test-small" } },
    ],
    [
      "a model that is named as its profile",
      { model: { name: "test-small" } },
      { model: { profile: "test-small" } },
    ],
    [
      "pods by label",
      { workloads: [{ ...workload, target: { selector: { app: "coder" } } }] },
      { workloads: [{ target: null, podLabels: { app: "coder" } }] },
    ],
    [
      "a Prometheus with credentials",
      {
        signals: {
          edge: "llm-d-epp",
          prometheus: { url: "https://p", secretRef: { name: "s" }, headers: { "X-Org": "a" } },
        },
      },
      {
        signals: {
          edge: "llm-d-epp",
          prometheus: { url: "https://p", secretName: "s", headers: { "X-Org": "a" } },
        },
      },
    ],
    [
      "a schedule as instants, earliest first",
      { schedule: [launch, { ...launch, name: "before", start: "2026-11-20T18:00:00" }] },
      { schedule: [{ name: "before" }, { from: Date.parse("2026-12-01T18:00:00Z") }] },
    ],
    [
      "money as numbers",
      {
        budget: { usdPerDay: "20000" },
        confirm: [{ name: "big", when: { minUsdPerHour: "1000.50" } }],
      },
      {
        budget: { usdPerDay: 20_000, appliesTo: "AboveCommitment", replaceLostRack: true },
        confirm: [
          {
            name: "big",
            when: { direction: null, minRacks: null, minUsdPerHour: 1_000.5 },
            approvers: 1,
            expiresAfterMs: 900_000,
            onExpiry: "Drop",
          },
        ],
      },
    ],
  ];
  it.each(rewritten)("%s", (_name, spec, expected) => {
    expect(compileFleet(rawFleet(spec), NOW)).toMatchObject({ ok: true, value: expected });
  });
});

describe("an InferenceFleet is refused with place, finding and expectation", () => {
  const override = { signal: "ttftP99", query: "x", unit: "s" };
  const cases: readonly (readonly [string, Raw, string])[] = [
    ["no model", { model: undefined }, "spec.model: found nothing, expected an object with fields"],
    [
      "a profile that nobody wrote",
      { model: { name: "m", profile: "h100" } },
      `spec.model.profile: found "h100", expected one of the engine profiles ${PROFILES}`,
    ],
    [
      "a model without a profile",
      { model: { name: "m" } },
      `spec.model.name: found "m", expected one of the engine profiles ${PROFILES}, ` +
        "or one of them as spec.model.profile",
    ],
    ["no limit", { racks: {} }, "spec.racks.max: found nothing, expected a whole number"],
    ["half a rack", { racks: { max: 2.5 } }, "spec.racks.max: found 2.5, expected a whole number"],
    ["minimum above maximum", { racks: { min: 3, max: 2 } }, "spec.racks.min: found 3, expected"],
    ["no pool", { pools: [] }, "spec.pools: found [], expected at least 1 entries"],
    [
      "a pool twice",
      { pools: [{ name: "a" }, { name: "a" }] },
      "expected entries with different name",
    ],
    ["no objective", { objectives: [] }, "spec.objectives: found [], expected at least 1 entries"],
    [
      "an objective on an unknown metric",
      { objectives: [{ ...objective, metric: "E2E" }] },
      'spec.objectives[0].metric: found "E2E", expected one of TTFT, ITL',
    ],
    [
      "a threshold without unit",
      { objectives: [{ ...objective, threshold: "2500" }] },
      'spec.objectives[0].threshold: found "2500", expected a Go duration',
    ],
    [
      "a threshold of nothing",
      { objectives: [{ ...objective, threshold: 0 }] },
      "spec.objectives[0].threshold: found 0, expected a Go duration",
    ],
    [
      "a share of all",
      { objectives: [{ ...objective, share: "1" }] },
      'spec.objectives[0].share: found "1", expected a share above 0 and below 1 in quotes',
    ],
    [
      "a share without quotes",
      { objectives: [{ ...objective, share: 0.99 }] },
      "spec.objectives[0].share: found 0.99, expected a share above 0 and below 1 in quotes",
    ],
    [
      "another engine",
      { signals: { profile: "triton" } },
      'spec.signals.profile: found "triton", expected one of vllm, sglang, trtllm, dynamo',
    ],
    [
      "a Prometheus that is no address",
      { signals: { prometheus: { url: "prometheus:9090" } } },
      'spec.signals.prometheus.url: found "prometheus:9090", expected an http:// or https://',
    ],
    [
      "a query for no signal",
      { signals: { overrides: [{ ...override, signal: "power" }] } },
      'spec.signals.overrides[0].signal: found "power", expected one of arrivals,',
    ],
    [
      "a query in another unit",
      { signals: { overrides: [{ ...override, unit: "ratio" }] } },
      'spec.signals.overrides[0].unit: found "ratio", expected unit must be the signal\'s own',
    ],
    [
      "a workload with name and selector",
      { workloads: [{ ...workload, target: { ...workload.target, selector: { a: "b" } } }] },
      "expected give either name (with apiVersion and kind) or selector",
    ],
    [
      "an eject by the label that finds the pods",
      {
        workloads: [
          {
            ...workload,
            target: { selector: { route: "on" } },
            eject: { removePodLabel: { key: "route" } },
          },
        ],
      },
      "target.selector finds the fleet's pods by this label",
    ],
    [
      "an eject by what is no label",
      { workloads: [{ ...workload, eject: { removePodLabel: { key: "a b" } } }] },
      'spec.workloads[0].eject.removePodLabel.key: found "a b", expected a label key such as',
    ],
    [
      "an eject by nothing",
      { workloads: [{ ...workload, eject: {} }] },
      "spec.workloads[0].eject.removePodLabel: found nothing",
    ],
    [
      "a workload without kind",
      { workloads: [{ ...workload, target: { name: "coder" } }] },
      "expected apiVersion, kind and name go together",
    ],
    [
      "a selector of everything",
      { workloads: [{ ...workload, target: { selector: {} } }] },
      "expected an empty selector would match every pod",
    ],
    [
      "units larger than a rack",
      { workloads: [{ ...workload, unit: { gpus: 144 } }] },
      "spec.workloads[0].unit.gpus: found 144, expected at most 72",
    ],
    [
      "replicas of nothing that has a count",
      { workloads: [{ ...workload, target: { selector: { a: "b" } }, manage: "Replicas" }] },
      "expected manage: Replicas needs target.kind",
    ],
    [
      "a set of objects that spans all racks",
      { workloads: [{ ...workload, target: perRack.target }] },
      "expected a selector of objects needs layout: ObjectPerRack",
    ],
    [
      "a role of a kind with one count",
      { workloads: [{ ...workload, target: { ...workload.target, role: "prefill" } }] },
      "expected a role goes with kind DisaggregatedSet",
    ],
    [
      "a range without the units it is about",
      { workloads: [{ ...workload, unitsRange: { min: 1, max: 7 } }] },
      "expected unitsPerRack must lie within unitsRange",
    ],
    [
      "a range upside down",
      { workloads: [{ ...workload, unitsRange: { min: 9, max: 8 } }] },
      "expected min must not exceed max",
    ],
    [
      "a day that no calendar has",
      { schedule: [{ ...launch, start: "2026-02-30T18:00:00" }] },
      'spec.schedule[0].start: found "2026-02-30T18:00:00", expected a local time',
    ],
    [
      "a time zone that nobody knows",
      { schedule: [{ ...launch, timeZone: "Mars/Olympus" }] },
      'spec.schedule[0].timeZone: found "Mars/Olympus", expected an IANA time zone',
    ],
    [
      "an occasion with floor and factor",
      { schedule: [{ ...launch, factor: "2" }] },
      "expected give either floorRacks or factor",
    ],
    [
      "a factor that asks for less",
      { schedule: [{ name: "night", start: launch.start, for: "6h", factor: "0.5" }] },
      'spec.schedule[0].factor: found "0.5", expected a factor of at least 1 in quotes',
    ],
    [
      "a budget as a number",
      { budget: { usdPerDay: 20_000 } },
      "spec.budget.usdPerDay: found 20000, expected a decimal number",
    ],
    [
      "a rule that nobody confirms",
      { confirm: [{ name: "a", approvers: 0 }] },
      "spec.confirm[0].approvers: found 0, expected at least 1",
    ],
    [
      "two racks drained at once",
      { behavior: { maxStepIn: 2 } },
      "spec.behavior.maxStepIn: found 2, expected at most 1",
    ],
    ["headroom of its own", { headroom: "Huge" }, "expected one of Lean, Balanced, Safe"],
  ];
  it.each(cases)("%s", (_name, spec, expected) => {
    expect(errorOf(spec)).toContain(expected);
  });

  it("a long finding is cut", () => {
    expect(errorOf({ headroom: "x".repeat(500) }).length).toBeLessThan(200);
  });
});

describe("whatever the schema allows compiles", () => {
  const duration = fc.oneof(
    fc.nat(100_000).map((n) => n + 1),
    fc
      .tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom("ms", "s", "m", "h"))
      .map((p) => p.join("")),
  );
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const fleet = fc.record({
    racks: fc
      .nat(50)
      .chain((min) =>
        fc.record({ min: fc.constant(min), max: fc.integer({ min: min + 1, max: 99 }) }),
      ),
    mode: optional(fc.record({ scaleOut: fc.constantFrom("Shadow", "Approve", "Auto") })),
    objectives: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("a", "b", "c"),
        metric: fc.constantFrom("TTFT", "ITL"),
        threshold: duration,
        share: fc.constantFrom("0.5", "0.99", "0.999"),
      }),
      { minLength: 1, selector: ({ name }) => name },
    ),
    behavior: optional(fc.record({ reviewInterval: duration, scaleInStabilization: duration })),
    drain: optional(fc.record({ deadline: duration })),
    schedule: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("a", "b"),
        start: fc
          .date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 19)),
        timeZone: fc.constantFrom("UTC", "America/New_York", "Asia/Tokyo"),
        repeat: fc.constantFrom("Never", "Daily", "Weekly"),
        for: duration,
        floorRacks: fc.nat(20),
      }),
      { selector: ({ name }) => name },
    ),
  });

  it("fleets, with only finite numbers inside", () => {
    fc.assert(
      fc.property(fleet, (spec) => {
        const compiled = compileFleet(rawFleet(spec), NOW);
        expect(compiled.ok ? "" : describeErrors(compiled.errors)).toBe("");
        const text = JSON.stringify(compiled, (_key, value: unknown) =>
          typeof value === "number" && !Number.isFinite(value) ? "NOT FINITE" : value,
        );
        expect(text).not.toContain("NOT FINITE");
      }),
    );
  });

  it("pools", () => {
    const pool = fc.record({
      limits: fc.record({ maxRacks: fc.integer({ min: 20, max: 99 }) }),
      supply: fc.record({ kind: fc.constant("Reserved"), committedRacks: fc.nat(20) }),
      price: optional(fc.record({ usdPerRackHour: fc.constantFrom("0", "756.00", "0.000001") })),
      onForeignWrite: optional(fc.record({ for: duration })),
    });
    fc.assert(
      fc.property(pool, (spec) => {
        const compiled = compilePool(rawPool(spec));
        expect(compiled.ok ? "" : describeErrors(compiled.errors)).toBe("");
      }),
    );
  });

  it("and compiling never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (spec, part) => {
        expect(() => compilePool(spec)).not.toThrow();
        expect(() => compileFleet({ ...rawFleet(), spec }, NOW)).not.toThrow();
        expect(() => compileFleet(rawFleet({ schedule: part }), NOW)).not.toThrow();
      }),
    );
  });
});
