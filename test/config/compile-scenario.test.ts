import { describe, expect, it } from "vitest";
import { compileScenario } from "../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../src/config/compiled-scenario.ts";
import { describeDocument, readDocument } from "../../src/config/written-document.ts";
import { SCENARIO_TEXT, scenarioWith } from "../support/a-scenario.ts";

type Change = readonly [string, string];

function compiled(...changes: readonly Change[]): CompiledScenario {
  const read = readDocument(scenarioWith(...changes), compileScenario);
  if (!read.ok) throw new Error(describeDocument("x.yaml", read.errors));
  return read.value;
}

function errorsOf(...changes: readonly Change[]): string {
  const read = readDocument(scenarioWith(...changes), compileScenario);
  return read.ok ? "no error" : describeDocument("x.yaml", read.errors);
}

/** Adds a line under `world`. */
const inWorld = (line: string): Change => ["  world:\n", `  world:\n    ${line}\n`];

const SHARING: Change = ["      pools:", "      kvTier: { kind: SharedStore }\n      pools:"];

describe("a scenario's signals", () => {
  const inFleet = (text: string): Change => [
    "      pools:",
    `      signals: ${text}\n      pools:`,
  ];

  it.each([
    ["{profile: sglang}", 'spec.fleets[0].signals.profile: found "sglang", expected "vllm"'],
    ["{edge: dynamo}", 'spec.fleets[0].signals.edge: found "dynamo", expected "llm-d-epp"'],
  ])("are refused where no simulated engine or gateway exports them: %s", (signals, text) => {
    expect(errorsOf(inFleet(signals))).toContain(text);
  });
});

describe("a scenario compiles", () => {
  it("with what people asked for as on the cluster, and a simulated provider", () => {
    const { group, name, durationMs, seeds, policy } = compiled();
    expect({ name, durationMs, seeds, policy }).toEqual({
      name: "one-surge",
      durationMs: 7_200_000,
      seeds: [1],
      policy: "breakwater",
    });
    expect(group.name).toBe("gb200");
    expect(group.pools[0]).toMatchObject({
      name: "gb200",
      uid: "simulated-pool-gb200",
      backend: { kind: "simulated", countPerRack: 1 },
      limits: { maxRacks: 8, maxDraining: 1, maxRequestsPerHour: 2 },
    });
    expect(group.fleets[0]).toMatchObject({
      key: "agents/coder",
      model: { profile: "test-small" },
      mode: { scaleOut: "Shadow", scaleIn: "Shadow" },
    });
  });

  it("with a world that is as its pools and fleets believe unless it says otherwise", () => {
    const { world } = compiled();
    expect(world).toMatchObject({
      clients: { timeoutMs: 120_000, retries: 2, abandonAfterMs: 300_000 },
      engines: [{ profile: "test-small", perturb: 0, fixed: null }],
      routers: [{ kind: "prefix-affinity", lagMs: 2_000 }],
      people: { approvalDelay: null, absent: 0, refuse: 0 },
      scrape: { intervalMs: 15_000, lagMs: 2_000 },
      faults: [],
    });
    expect(world.supply).toMatchObject([
      {
        pool: "gb200",
        startRacks: 3,
        stock: [],
        leadTimes: {
          grant: { p50Ms: 30_000, p95Ms: 300_000 },
          start: { p50Ms: 90_000, p95Ms: 180_000 },
        },
        failedBoots: 0,
      },
    ]);
  });

  const generate: Change = [
    "generate: { profile: coding-agent, sessionsPerHour: 900 }",
    "trace: { path: x.jsonl, format: agent-sessions }",
  ];

  it.each<readonly [string, readonly Change[], object]>([
    ["at its own times", [generate], { kind: "replay", scale: 1 }],
    [
      "in copies",
      [generate, ["sessions }\n", "sessions }\n        scale: 40\n"]],
      { kind: "replay", scale: 40 },
    ],
    [
      "drawn with replacement",
      [generate, ["sessions }\n", "sessions }\n        sessionsPerHour: 2400\n"]],
      { kind: "sampled", sessionsPerHour: 2_400 },
    ],
    [
      "as the rate of a generator",
      [
        [
          generate[0],
          "trace: { path: r.csv, format: rate-csv, offset: 30h }\n" +
            "        profile: chat\n        meanSessionsPerHour: 10",
        ],
      ],
      { kind: "rate", offsetMs: 108_000_000, profile: "chat", meanSessionsPerHour: 10 },
    ],
  ])("with a recording %s", (_how, changes, source) => {
    expect(compiled(...changes).world.traffic[0]?.source).toMatchObject(source);
  });

  it.each([
    ["2h", 1_200_000],
    ["trace", 1_200_000],
  ])("with shapes in milliseconds, of %s", (duration, holdMs) => {
    const traffic = compiled(["duration: 2h", `duration: ${duration}`], generate).world.traffic;
    const shape = [{ atMs: 1_800_000, factor: 4, rampMs: 120_000, holdMs }];
    expect(traffic).toMatchObject([{ fleet: "agents/coder", shape }]);
  });

  it.each([
    ["{ factor: 2 }", { factor: 2 }],
    ["{ kind: decayed }", { factor: 1.25, decayed: { decayMs: 60_000, slackTokens: 0 } }],
    [
      "{ kind: decayed, decay: 5s, slackTokens: 9 }",
      { factor: 1.25, decayed: { decayMs: 5_000, slackTokens: 9 } },
    ],
  ])("with a router whose guard is %s", (written, guard) => {
    const [router] = compiled(inWorld(`router: { guard: ${written} }`)).world.routers;
    expect(router).toEqual({ kind: "prefix-affinity", lagMs: 2_000, guard });
  });

  it("with engines and routers for all fleets, or for each", () => {
    const all = compiled(inWorld("engine: { perturb: 0.2 }"));
    const each = compiled(inWorld("router: { coder: { kind: round-robin, lag: 5 } }"));
    expect(all.world.engines).toEqual([{ profile: "test-small", perturb: 0.2, fixed: null }]);
    expect(each.world.routers).toEqual([{ kind: "round-robin", lagMs: 5_000 }]);
  });

  it.each([
    [[], { terabytes: 100, gigabytesPerSecondPerGpu: 12.5, latencyMs: 5 }],
    [
      [inWorld("store: { coder: { terabytes: 2, latency: 1s } }")],
      { terabytes: 2, gigabytesPerSecondPerGpu: 12.5, latencyMs: 1_000 },
    ],
  ])("with a store behind fleets that share one: %j", (edits, store) => {
    expect(compiled(SHARING, ...edits).world.stores).toEqual([store]);
    expect(compiled().world.stores).toEqual([null]);
  });

  it("with patience without end", () => {
    const { clients } = compiled(inWorld("clients: { timeout: Never, abandonAfter: Never }")).world;
    expect(clients).toEqual({ timeoutMs: null, retries: 2, abandonAfterMs: null });
  });

  it("with faults in order of time, on the only pool or fleet unless they name one", () => {
    const faults =
      "faults: [{ kind: cache-flush, at: 90m }, { kind: node-loss, at: 1h, nodes: 3, for: 10m }]";
    expect(compiled(inWorld(faults)).world.faults).toEqual([
      { kind: "node-loss", atMs: 3_600_000, pool: "gb200", nodes: 3, forMs: 600_000 },
      { kind: "cache-flush", atMs: 5_400_000, fleet: "agents/coder", share: 1 },
    ]);
  });

  it("with other configurations of the caches, the profile's where none is written", () => {
    const faults = "faults: [{ kind: cache-config, at: 1h, kvFactor: 0.5 }]";
    expect(compiled(inWorld(faults)).world.faults).toEqual([
      {
        kind: "cache-config",
        atMs: 3_600_000,
        fleet: "agents/coder",
        kvFactor: 0.5,
        prefixCaching: true,
      },
    ]);
  });

  it("without racks where its engines are fixed", () => {
    const text = [
      "kind: Scenario",
      "metadata: { name: mock }",
      "spec:",
      "  duration: trace",
      "  fleets:",
      "    - name: mock",
      "      model: { name: test-small }",
      "      objectives: [{ name: ttft, metric: TTFT, threshold: 2500ms, share: '0.95' }]",
      "  world:",
      "    engine: { profile: dynamo-mocker, replicas: 8, kvBlocks: 100, blockTokens: 512 }",
      "    traffic: [{ trace: { path: x.jsonl, format: mooncake } }]",
    ].join("\n");
    const read = readDocument(text, compileScenario);
    expect(read).toMatchObject({
      ok: true,
      value: {
        durationMs: null,
        group: { name: "mock", pools: [], fleets: [{ key: "default/mock", pools: [] }] },
        world: {
          engines: [
            { profile: "dynamo-mocker", fixed: { replicas: 8, kvBlocks: 100, blockTokens: 512 } },
          ],
        },
      },
    });
  });
});

describe("a scenario is refused with place, finding and expectation", () => {
  it.each<readonly [string, readonly Change[], string]>([
    [
      "a wrong value",
      [["maxRacks: 8", "maxRacks: many"]],
      'x.yaml:9:17: spec.pools[0].limits.maxRacks: found "many", expected a whole number',
    ],
    [
      "what is no number",
      [["sessionsPerHour: 900", "sessionsPerHour: .nan"]],
      "sessionsPerHour: found NaN, expected a number above 0, at most 1000000000",
    ],
    [
      "a name with spaces",
      [["name: one-surge", "name: one surge"]],
      'x.yaml:2:13: metadata.name: found "one surge", expected at most 253 of a-z, 0-9, - and .',
    ],
    [
      "a seed twice",
      [["  duration: 2h", "  duration: 2h\n  seeds: [1, 2, 1]"]],
      "x.yaml:5:3: spec.seeds: found [1,2,1], expected different seeds",
    ],
    [
      "longer than nanoseconds can be counted",
      [["duration: 2h", "duration: 2401h"]],
      'x.yaml:4:3: spec.duration: found "2401h", expected at most 2400h, warm-up included',
    ],
    [
      "a warm-up that is too long",
      [inWorld("warmup: 2401h")],
      'spec.world.warmup: found "2401h", expected at most 2400h, warm-up included',
    ],
    [
      "a guard that forgets nothing for a while",
      [inWorld("router: { guard: { decay: 5s } }")],
      'spec.world.router.guard: found {"decay":"5s"}, ' +
        "expected decay and slackTokens only where kind is decayed",
    ],
    [
      "a store that no fleet shares",
      [inWorld("store: { terabytes: 2 }")],
      'spec.world.store: found "NodeLocal" or "None", expected kvTier: { kind: SharedStore } in ' +
        "the fleet that the store is for",
    ],
    [
      "a store for a fleet that has none",
      [inWorld("store: { coder: { terabytes: 2 } }")],
      'spec.world.store.coder: found "NodeLocal" or "None", expected kvTier',
    ],
    [
      "a store for a fleet that there is not",
      [inWorld("store: { codr: { terabytes: 2 } }")],
      'spec.world.store.codr: found "codr", expected one of coder',
    ],
    [
      "a fault when the run is over",
      [inWorld("faults: [{ kind: cache-flush, at: 2h }]")],
      'spec.world.faults[0].at: found "2h", expected before the end of the run, 2h',
    ],
    [
      "a surge when the run is over",
      [["at: 30m, factor: 4", "at: 3h, factor: 4"]],
      'spec.world.traffic[0].shape[0].at: found "3h", expected before the end of the run, 2h',
    ],
    [
      "a field that a pool does not know",
      [["maxRacks: 8", "maxRacks: 8, maxRack: 9"]],
      "x.yaml:9:30: spec.pools[0].limits.maxRack: found 9, expected no such field, " +
        "but one of maxRacks, maxDraining, maxRequestsPerHour",
    ],
    [
      "a field that the world does not know",
      [inWorld("client: {}")],
      "x.yaml:26:5: spec.world.client: found {}, expected no such field, but one of warmup, ",
    ],
    [
      "a field missing",
      [["      racks: { min: 2, max: 8 }\n", ""]],
      "x.yaml:13:7: spec.fleets[0].racks: found nothing, expected an object with fields",
    ],
    [
      "a pool that does not list the fleet",
      [["name: coder }, max", "name: other }, max"]],
      "x.yaml:17:17: spec.fleets[0].pools[0].name: found RackPool gb200, whose spec.consumers",
    ],
    [
      "an objective that no histogram can measure",
      [["threshold: 2500ms", "threshold: 2600ms"]],
      "x.yaml:19:39: spec.fleets[0].objectives[0].threshold: found 2.6s, " +
        "expected a bound of the engine's TTFT histogram, nearest 2.5s or 5s",
    ],
    [
      "a fleet that there is not",
      [["- generate:", "- fleet: codr\n        generate:"]],
      'x.yaml:27:9: spec.world.traffic[0].fleet: found "codr", expected one of agents/coder',
    ],
    [
      "an engine that nobody knows",
      [inWorld("engine: { profile: h100 }")],
      'spec.world.engine: found "h100", expected one of ',
    ],
    [
      "a misspelt field of an engine",
      [inWorld("engine: { pertrub: 0.2, profile: test-small }")],
      "x.yaml:26:15: spec.world.engine.pertrub: found 0.2, expected no such field",
    ],
    [
      "an engine of a fleet that there is not",
      [inWorld("engine: { codr: { perturb: 0.2 } }")],
      "spec.world.engine.codr: found",
    ],
    [
      "a fault of no kind",
      [inWorld("faults: [{ kind: earthquake, at: 1h }]")],
      'spec.world.faults[0].kind: found "earthquake", expected kind as one of metrics-outage, ',
    ],
    [
      "supply of a pool that there is not",
      [inWorld("pools: { gb300: {} }")],
      'x.yaml:26:14: spec.world.pools.gb300: found "gb300", expected one of gb200',
    ],
    [
      "no end",
      [["duration: 2h", "duration: trace"]],
      'x.yaml:4:3: spec.duration: found "trace", expected a duration such as "24h", ' +
        "since spec.world.traffic[0] has no end",
    ],
    [
      "a rate without sessions",
      [
        [
          "generate: { profile: coding-agent, sessionsPerHour: 900 }",
          "trace: { path: r.csv, format: rate-csv }",
        ],
      ],
      "spec.world.traffic[0].profile: found nothing, expected the profile of the sessions",
    ],
    [
      "two kinds of traffic in one",
      [["- generate:", "- trace: { path: x, format: mooncake }\n        generate:"]],
      "spec.world.traffic[0]: found both, expected either trace (a recording) or generate",
    ],
    [
      "a field of another kind of traffic",
      [["900 }\n", "900 }\n        scale: 2\n"]],
      "spec.world.traffic[0].scale: found 2, expected nothing: this source has no such field",
    ],
    [
      "text that is not YAML",
      [["spec:", "spec: ["]],
      "found text that is not YAML, expected YAML (",
    ],
  ])("%s", (_what, changes, found) => {
    expect(errorsOf(...changes)).toContain(found);
  });

  it("an empty file", () => {
    const read = readDocument("", compileScenario);
    expect(read.ok ? "" : describeDocument("x.yaml", read.errors)).toBe(
      "x.yaml:1:1: found null, expected an object with fields",
    );
  });

  it("with every error at once, in the order of the file", () => {
    const found = errorsOf(["unitsPerRack: 8", "unitsPerRack: 0"], ["maxRacks: 8", "maxRacks: x"]);
    expect(found.split("\n").map((line) => line.split(": ")[1])).toEqual([
      "spec.pools[0].limits.maxRacks",
      "spec.fleets[0].workloads[0].unitsPerRack",
    ]);
  });
});

it("the sample of the tests is a scenario", () => {
  expect(readDocument(SCENARIO_TEXT, compileScenario).ok).toBe(true);
});
