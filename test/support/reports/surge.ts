/** A story told in tick reports: calm, a surge, three racks on their way, calm, one drained. */
import type { FleetDecision, RackPhase, RackSummary } from "../../../src/core/decision.ts";
import type { Intent, IntentPhase } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import {
  after,
  elapsed,
  millis,
  MINUTE_MS,
  rackCount,
  ratio,
  turnsPerSecond,
  type EpochMs,
} from "../../../src/core/units.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { anIntent, reads, signalsAt, START } from "./observed.ts";
import { aReport, fleetDecided, poolDecided, rackOf } from "./report.ts";

const TICK_MS = 15_000;
const SURGE_AT = 60;
const CALM_AT = 120;
const DRAIN_AT = 150;

const instantOf = (minutes: number): EpochMs => after(START, millis(minutes * MINUTE_MS));

/** 0 before `from`, 1 after `from + over`, straight in between. */
const ramp = (minutes: number, from: number, over: number): number =>
  Math.min(1, Math.max(0, (minutes - from) / over));

/** @returns the report of one tick, 15 s apart from the next. */
export function surgeTick(tick: number): TickReport {
  const now = after(START, millis(tick * TICK_MS));
  const minutes = elapsed(START, now) / MINUTE_MS;
  const demand = demandAt(minutes);
  const racks = racksAt(minutes);
  const relief = ramp(minutes, SURGE_AT + 8, 14);
  const pain = ramp(minutes, SURGE_AT + 1, 4) * (1 - relief);
  const hitRate = 0.9 - 0.14 * pain + 0.004 * Math.sin(tick);
  return aReport({
    now,
    seen: {
      "agents/coder": {
        signals: signalsAt(now, {
          arrivals: demand,
          waitingTurns: Math.round(220 * pain),
          ttftP95: 1.2 + 5.6 * pain + 0.1 * Math.sin(tick * 0.7),
          itlP95: 0.034 + 0.021 * pain,
        }),
        objectives: [
          { name: "ttft-short", share: reads(0.996 - 0.31 * pain, now) },
          { name: "itl", share: reads(0.997 - 0.08 * pain, now) },
        ],
      },
    },
    decided: [decidedAt(minutes, demand, hitRate)],
    pools: [
      poolDecided(
        racks.filter(({ phase }) => phase !== "Requested"),
        { racksByPhase: countsOf(racks), desiredRacks: rackCount(racks.length) },
      ),
    ],
    intents: intentsAt(minutes),
    progress: drainProgress(minutes),
  });
}

function demandAt(minutes: number): number {
  const wave = 12 + 1.5 * Math.sin(minutes / 14) + 0.4 * Math.sin(minutes * 2.1);
  return wave + 17 * ramp(minutes, SURGE_AT, 3) * (1 - ramp(minutes, CALM_AT, 10));
}

const BASE = ["a", "b", "c", "d", "e"].map((letter) => `domain-${letter}`);
const NEW = ["f", "g", "h"].map((letter) => `domain-${letter}`);

function racksAt(minutes: number): RackSummary[] {
  const base = BASE.map((id, index) => {
    if (index === 2) return rackOf(id, "Serving", { readyNodes: 15, degraded: true });
    return index === 4 && minutes >= DRAIN_AT ? rackOf(id, "Draining") : rackOf(id, "Serving");
  });
  return minutes < SURGE_AT + 1 ? base : [...base, ...NEW.map((id) => arrivingRack(id, minutes))];
}

const ARRIVAL: readonly (readonly [number, RackPhase, number])[] = [
  [2, "Requested", 0],
  [5, "Joining", 9],
  [8, "Starting", 18],
  [24, "Warming", 18],
];

function arrivingRack(id: string, minutes: number): RackSummary {
  const age = minutes - SURGE_AT - 1;
  const [, phase, readyNodes] = ARRIVAL.find(([until]) => age < until) ?? [0, "Serving", 18];
  const fleet = phase === "Warming" || phase === "Serving" ? "agents/coder" : null;
  return rackOf(id, phase, { readyNodes, fleet });
}

function countsOf(racks: readonly RackSummary[]) {
  return poolDecided(racks).racksByPhase;
}

function decidedAt(minutes: number, demand: number, hitRate: number): FleetDecision {
  const grown = minutes >= SURGE_AT + 1;
  const held = rackCount(grown ? 8 : 5);
  const serving = rackCount(minutes >= SURGE_AT + 9 ? 8 : 5);
  const want = rackCount(grown && minutes < CALM_AT + 20 ? 8 : grown ? 6 : 5);
  const calm = fleetDecided();
  return {
    ...calm,
    ...outcomeAt(minutes),
    heldRacks: held,
    servingRacks: serving,
    awardedRacks: want,
    targetRacks: minutes >= DRAIN_AT ? rackCount(7) : held,
    want: { ...calm.want, racks: want },
    forecast: {
      horizonMs: 780_000,
      observed: turnsPerSecond(demand),
      p10: turnsPerSecond(demand * 0.86),
      p50: turnsPerSecond(demand * 1.03),
      p90: turnsPerSecond(demand * 1.22),
      p99: turnsPerSecond(demand * 1.45),
      sizing: turnsPerSecond(demand * 1.25),
    },
    cache: {
      ...calm.cache,
      hitRate: ratio(hitRate),
      expectedHitRate: ratio(grown && minutes < SURGE_AT + 24 ? 0.84 : 0.91),
    },
    steps: STEPS,
  };
}

const STEPS: FleetDecision["steps"] = [
  { stage: "trust", name: "signals", text: "Every signal is fresh.", numbers: {} },
  {
    stage: "forecast",
    name: "demand",
    text: "Demand over 13 minutes: p50 13, p90 16 turns/s.",
    numbers: { p50: 13, p90: 16 },
  },
  { stage: "want", name: "racks", text: "Fewest racks that hold the objectives.", numbers: {} },
];

function outcomeAt(minutes: number): Pick<FleetDecision, "outcome" | "reasons"> {
  if (minutes >= SURGE_AT + 1 && minutes < SURGE_AT + 2) {
    return { outcome: "Grow", reasons: [reason("burst", "29 turns/s, p99 was 19.")] };
  }
  if (minutes >= SURGE_AT + 2 && minutes < SURGE_AT + 9) {
    return { outcome: "Hold", reasons: [reason("open-intent", "gb200-east-out-1 is on its way.")] };
  }
  if (minutes >= DRAIN_AT) return { outcome: "Shrink", reasons: [reason("surplus")] };
  return { outcome: "Hold", reasons: fleetDecided().reasons };
}

function intentsAt(minutes: number): Intent[] {
  const out = anIntent("gb200-east-out-1", {
    toRacksAtMost: rackCount(8),
    askedRacks: rackCount(8),
    reason: reason("burst", "29 turns/s, p99 was 19."),
    createdAt: instantOf(SURGE_AT + 1),
    phase: minutes >= SURGE_AT + 9 ? "Done" : "Executing",
  });
  const drain = anIntent("gb200-east-in-2", {
    direction: "In",
    fromRacks: rackCount(8),
    toRacksAtMost: rackCount(7),
    rack: "domain-e",
    reason: reason("surplus", "Seven racks hold 99.4 %."),
    requiredApprovals: 1,
    createdAt: instantOf(DRAIN_AT - 6),
    ...approvalAt(minutes),
  });
  const opened: [number, Intent][] = [
    [SURGE_AT + 1, out],
    [DRAIN_AT - 6, drain],
  ];
  return opened.filter(([at]) => minutes >= at).map(([, intent]) => intent);
}

function approvalAt(minutes: number): Pick<Intent, "phase" | "approvals"> {
  const phase: IntentPhase = minutes >= DRAIN_AT ? "Executing" : "Pending";
  const given = [{ by: "sam@example.org", verdict: "Approve" as const, reason: "quiet evening" }];
  return { phase, approvals: phase === "Executing" ? given : [] };
}

function drainProgress(minutes: number): TickReport["decision"]["progress"] {
  if (minutes < DRAIN_AT) return [];
  const why = reason("evicting", "11 pods left.");
  const about = { intent: "gb200-east-in-2", pool: "gb200-east", fleet: "agents/coder" } as const;
  return [{ ...about, state: "Acting", reason: why }];
}
