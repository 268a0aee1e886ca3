import { describe, expect, it } from "vitest";
import { compilePool } from "../../../src/config/compile-pool.ts";
import { epochMs } from "../../../src/core/units.ts";
import {
  blockScenario,
  hourlyMean,
  sessionModelOf,
  startRates,
} from "../../../src/studies/evaluate/block-world.ts";
import type { FleetDemand, PastBlock } from "../../../src/studies/evaluate/recorded-past.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";

const FROM = epochMs(Date.parse("2026-11-02T00:00:00Z"));
const HOUR = 3_600_000;

const demand = (more: Partial<FleetDemand> = {}): FleetDemand => ({
  fleet: "agents/coder",
  minutes: [{ at: FROM, turnsPerSecond: 2 }],
  promptTokensPerTurn: null,
  outputTokensPerTurn: null,
  turnSeconds: null,
  ...more,
});

const block = (group = aSmallGroup()): PastBlock => ({
  from: FROM,
  until: epochMs(FROM + HOUR),
  group,
  startRacks: { "gb200-east": 3 },
  demand: [demand()],
  recorded: { fleets: [], interventions: 0 },
  gpuHours: 0,
});

describe("sessions that stand for recorded turns", () => {
  it.each([
    ["short prompts", { promptTokensPerTurn: 1_500 }, "batch"],
    ["prompts of conversations", { promptTokensPerTurn: 9_000 }, "chat"],
    ["prompts of agents", { promptTokensPerTurn: 60_000 }, "coding-agent"],
    [
      "a histogram as of conversations, whatever their mean",
      {
        promptTokensPerTurn: 60_000,
        promptBuckets: [
          { upTo: 1_000, turns: 90 },
          { upTo: 10_000, turns: 480 },
          { upTo: 50_000, turns: 420 },
          { upTo: null, turns: 10 },
        ],
      },
      "chat",
    ],
    [
      "a histogram of long prompts, whatever their mean",
      {
        promptTokensPerTurn: 1_500,
        promptBuckets: [
          { upTo: 5_000, turns: 1 },
          { upTo: 50_000, turns: 300 },
          { upTo: 200_000, turns: 700 },
          { upTo: null, turns: 5 },
        ],
      },
      "coding-agent",
    ],
  ])("with %s are of the profile nearest to them", (_, more, profile) => {
    expect(sessionModelOf([demand(more)]).profile).toBe(profile);
  });

  it("begin as often as there are turns for them, over two hours of warm-up and the block", () => {
    const rates = startRates(demand().minutes, block(), { turnsByAge: [4, 4, 2] });
    expect(rates.length).toBeGreaterThanOrEqual(3 * 60);
    expect(hourlyMean(rates)).toBeCloseTo((2 * 3_600) / 10, -1);
  });
});

describe("the world of a block", () => {
  it("has the simulated provider in place of the cluster's, and engines it can read", () => {
    const compiled = compilePool({
      metadata: { name: "gb200-east" },
      spec: {
        backend: { kind: "coreweave", name: "east", acknowledgeUnproven: true },
        supply: { kind: "OnDemand" },
        limits: { maxRacks: 12 },
        consumers: [{ fleet: { namespace: "agents", name: "coder" }, max: 12 }],
      },
    });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
    const small = aSmallGroup();
    const group = {
      ...small,
      pools: [compiled.value],
      fleets: small.fleets.map((fleet) => ({
        ...fleet,
        signals: { ...fleet.signals, profile: "sglang" as const, matchers: { job: "x" } },
      })),
    };
    const scenario = blockScenario(block(group), group);
    expect(scenario.group.pools.map(({ backend }) => backend.kind)).toEqual(["simulated"]);
    expect(scenario.group.fleets.map(({ signals }) => signals)).toEqual([
      expect.objectContaining({ profile: "vllm", matchers: {} }),
    ]);
    expect(scenario.world.supply.map(({ startRacks }) => startRacks)).toEqual([3]);
  });
});
