/** The surge with everything that a page can show of it: price, budget, loan, a cache diagnosed. */
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import type { FleetDecision, StepTime } from "../../../src/core/decision.ts";
import { millis, MINUTE_MS, rackCount, ratio, usd, usdPerHour } from "../../../src/core/units.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { surgeTick } from "./surge.ts";

export function tourTick(tick: number): TickReport {
  const report = surgeTick(tick);
  const { decision } = report;
  return {
    ...report,
    group: withMoney(report.group),
    decision: {
      ...decision,
      fleets: decision.fleets.map(diagnosed),
      pools: decision.pools.map((pool) => ({ ...pool, steps: STEPS })),
    },
  };
}

const took = (step: StepTime["step"], minutes: number, fleet: StepTime["fleet"]): StepTime => ({
  step,
  fleet,
  p50Ms: minutes * MINUTE_MS,
  p95Ms: 2 * minutes * MINUTE_MS,
  p99Ms: 3 * minutes * MINUTE_MS,
  measured: 3,
});
const STEPS = [took("join", 3, null), took("start", 10, "agents/coder")];

function withMoney(group: CompiledGroup): CompiledGroup {
  return {
    ...group,
    pools: group.pools.map((pool) => ({
      ...pool,
      price: { usdPerRackHour: usdPerHour(288), billedFrom: "Booted" },
      loan: {
        max: rackCount(2),
        fenceTaint: "breakwater.dev/fence",
        podLabels: { queue: "training" },
        gangKeys: [],
        graceMs: millis(10 * MINUTE_MS),
        minTenureMs: millis(120 * MINUTE_MS),
      },
    })),
    fleets: group.fleets.map((fleet) => ({
      ...fleet,
      budget: { usdPerDay: usd(60_000), appliesTo: "AboveCommitment", replaceLostRack: true },
    })),
  };
}

/** Below it the hit rate of the story has visibly fallen. */
const FALLEN = 0.86;

function diagnosed(fleet: FleetDecision): FleetDecision {
  if ((fleet.cache.hitRate ?? 1) > FALLEN) return fleet;
  return {
    ...fleet,
    cache: {
      ...fleet.cache,
      cause: "capacity-bound",
      rackHelps: true,
      text: "More sessions live than the caches of five racks hold.",
      remedy: "Three racks are on their way: wait for them to warm.",
      confidence: ratio(0.92),
      shareOfGap: ratio(0.78),
      coldTokensPerSecond: 41_000,
      causes: [
        { cause: "capacity-bound", shareOfGap: ratio(0.78) },
        { cause: "cold-replicas", shareOfGap: ratio(0.22) },
      ],
      evidence: [
        "Caches turn over every 9 minutes; sessions come back after 14.",
        "The share of lost prefixes grew with the sessions, on every rack alike.",
      ],
    },
  };
}
