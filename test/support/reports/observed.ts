import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";
import type {
  FleetObservation,
  FleetSignals,
  Intent,
  NodeObservation,
  PoolObservation,
  RackObservation,
  SignalReading,
} from "../../../src/core/observation.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { reason } from "../../../src/core/reasons.ts";
import {
  after,
  epochMs,
  gpuCount,
  millis,
  MINUTE_MS,
  rackCount,
  ratio,
  SECOND_MS,
  type EpochMs,
} from "../../../src/core/units.ts";

/** 2026-12-01T18:00:00Z: when the first tick of every synthetic report is. */
export const START: EpochMs = epochMs(Date.UTC(2026, 11, 1, 18));

const CALM: Readonly<Record<SignalName, number>> = {
  arrivals: 12,
  servedTurns: 12,
  promptTokens: 900_000,
  computedPromptTokens: 90_000,
  generatedTokens: 9_000,
  runningTurns: 300,
  waitingTurns: 0,
  kvUsage: 0.55,
  kvCapacity: 4_000_000,
  preemptions: 0,
  ttftP50: 0.4,
  ttftP95: 1.2,
  ttftP99: 2.1,
  itlP50: 0.02,
  itlP95: 0.034,
  itlP99: 0.041,
};

/** A reading taken 5 s before `now`, with every target up. */
export const reads = (value: number, now: EpochMs): SignalReading => ({
  kind: "value",
  value,
  observedAt: after(now, millis(-5 * SECOND_MS)),
  coverage: ratio(1),
  degraded: null,
});

export const ABSENT: SignalReading = { kind: "absent", problem: "timeout", detail: "after 5 s" };

export function signalsAt(
  now: EpochMs,
  values: Partial<Readonly<Record<SignalName, number>>> = {},
): FleetSignals {
  const all = { ...CALM, ...values };
  return {
    arrivals: reads(all.arrivals, now),
    servedTurns: reads(all.servedTurns, now),
    promptTokens: reads(all.promptTokens, now),
    computedPromptTokens: reads(all.computedPromptTokens, now),
    generatedTokens: reads(all.generatedTokens, now),
    runningTurns: reads(all.runningTurns, now),
    waitingTurns: reads(all.waitingTurns, now),
    kvUsage: reads(all.kvUsage, now),
    kvCapacity: reads(all.kvCapacity, now),
    preemptions: reads(all.preemptions, now),
    ttftP50: reads(all.ttftP50, now),
    ttftP95: reads(all.ttftP95, now),
    ttftP99: reads(all.ttftP99, now),
    itlP50: reads(all.itlP50, now),
    itlP95: reads(all.itlP95, now),
    itlP99: reads(all.itlP99, now),
  };
}

export function fleetSeen(
  { key, objectives }: CompiledFleet,
  now: EpochMs,
  changes: Partial<FleetObservation> = {},
): FleetObservation {
  return {
    key,
    signals: signalsAt(now),
    objectives: objectives.map(({ name }) => ({ name, share: reads(0.995, now) })),
    overrides: [],
    rollout: false,
    problems: [],
    ...changes,
  };
}

export interface RackSpec {
  readonly id: string;
  readonly nodes?: number;
  readonly ready?: number;
  readonly cordoned?: boolean;
}

function rackSeen({ id, nodes = 18, ready = 18, cordoned = false }: RackSpec) {
  const node = (_: unknown, index: number): NodeObservation => ({
    name: `${id}-n${index}`,
    uid: `uid-${id}-n${index}`,
    ready: index < ready,
    cordoned,
    gpusAllocatable: gpuCount(4),
    createdAt: START,
  });
  const rack: RackObservation = { id, nodes: Array.from({ length: nodes }, node), pods: [] };
  return rack;
}

export function poolSeen(
  { name, uid }: CompiledPool,
  racks: readonly RackSpec[],
  desired = racks.length,
): PoolObservation {
  return {
    name,
    count: {
      uid,
      resourceVersion: "7",
      desired: rackCount(desired),
      current: rackCount(racks.length),
      lastWriter: "breakwater",
      stock: "available",
    },
    refusals: [],
    racks: racks.map(rackSeen),
  };
}

export function anIntent(name: string, changes: Partial<Intent> = {}): Intent {
  return {
    name,
    fleet: "agents/coder",
    pool: "gb200-east",
    direction: "Out",
    fromRacks: rackCount(5),
    toRacksAtMost: rackCount(7),
    maxUsdPerHour: null,
    rack: null,
    victimNodeUids: [],
    reason: reason("demand-forecast", "Want 7, held 5."),
    requiredApprovals: 0,
    onExpiry: "Drop",
    createdAt: START,
    expiresAt: after(START, millis(15 * MINUTE_MS)),
    actBefore: after(START, millis(30 * MINUTE_MS)),
    drainDeadline: null,
    approvals: [],
    phase: "Executing",
    askedRacks: null,
    ...changes,
  };
}
