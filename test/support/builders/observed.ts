/** Builders of what a tick sees: racks with nodes and pods, signals, one group. */
import type { FleetKey } from "../../../src/core/compiled.ts";
import type {
  FleetObservation,
  FleetSignals,
  GroupObservation,
  Intent,
  NodeObservation,
  OverrideObservation,
  PodObservation,
  PoolObservation,
  RackObservation,
  SignalReading,
} from "../../../src/core/observation.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import {
  HOUR_MS,
  after,
  epochMs,
  gpuCount,
  millis,
  rackCount,
  ratio,
} from "../../../src/core/units.ts";
import type { EpochMs } from "../../../src/core/units.ts";

export const NOW = epochMs(1_800_000_000_000);
export const CODER: FleetKey = "agents/coder";

export const aReading = (value: number, observedAt: EpochMs = NOW): SignalReading => ({
  kind: "value",
  value,
  observedAt,
  coverage: ratio(1),
  degraded: null,
});

export const anAbsence = (detail = "no data"): SignalReading => ({
  kind: "absent",
  problem: "empty",
  detail,
});

/** A healthy fleet of test-small engines: 16 turns/s of 6,000 prompt tokens, half cached. */
const QUIET: Readonly<Record<SignalName, number>> = {
  arrivals: 16,
  servedTurns: 16,
  promptTokens: 96_000,
  computedPromptTokens: 48_000,
  generatedTokens: 960,
  runningTurns: 30,
  waitingTurns: 0,
  kvUsage: 0.2,
  kvCapacity: 1_000_000,
  preemptions: 0,
  ttftP50: 0.9,
  ttftP95: 1.2,
  ttftP99: 1.5,
  itlP50: 0.012,
  itlP95: 0.015,
  itlP99: 0.02,
};

/** @param changed values that differ from the quiet fleet's; null for an absent signal */
export function someSignals(
  changed: Partial<Record<SignalName, number | null>> = {},
  at: EpochMs = NOW,
): FleetSignals {
  const read = (name: SignalName): SignalReading => {
    const value = changed[name] === undefined ? QUIET[name] : changed[name];
    return value === null ? anAbsence() : aReading(value, at);
  };
  return {
    arrivals: read("arrivals"),
    servedTurns: read("servedTurns"),
    promptTokens: read("promptTokens"),
    computedPromptTokens: read("computedPromptTokens"),
    generatedTokens: read("generatedTokens"),
    runningTurns: read("runningTurns"),
    waitingTurns: read("waitingTurns"),
    kvUsage: read("kvUsage"),
    kvCapacity: read("kvCapacity"),
    preemptions: read("preemptions"),
    ttftP50: read("ttftP50"),
    ttftP95: read("ttftP95"),
    ttftP99: read("ttftP99"),
    itlP50: read("itlP50"),
    itlP95: read("itlP95"),
    itlP99: read("itlP99"),
  };
}

/** @returns the signals of a fleet that serves so many turns/s of 6,000 tokens, half cached */
export const aLoad = (arrivals: number): Partial<Record<SignalName, number>> => ({
  arrivals,
  servedTurns: arrivals,
  promptTokens: arrivals * 6_000,
  computedPromptTokens: arrivals * 3_000,
  generatedTokens: arrivals * 60,
});

export const aFleetObservation = (changes: Partial<FleetObservation> = {}): FleetObservation => ({
  key: CODER,
  signals: someSignals(),
  objectives: [],
  overrides: [],
  rollout: false,
  problems: [],
  ...changes,
});

export const aNode = (name: string, changes: Partial<NodeObservation> = {}): NodeObservation => ({
  name,
  uid: `uid-${name}`,
  ready: true,
  cordoned: false,
  gpusAllocatable: gpuCount(4),
  createdAt: NOW,
  ...changes,
});

export const aPod = (name: string, node: string, changes: Partial<PodObservation> = {}) => ({
  namespace: "agents",
  name,
  uid: `uid-${name}`,
  node,
  fleet: CODER,
  role: "Aggregated" as const,
  ready: true,
  readySince: after(NOW, millis(-10 * HOUR_MS)),
  terminating: false,
  ...changes,
});

export interface RackOptions {
  readonly nodes?: number;
  readonly pods?: number;
  readonly node?: Partial<NodeObservation>;
  readonly pod?: Partial<PodObservation>;
}

/** A rack of 18 Ready nodes with 8 ready pods. */
export function aRack(id: string, options: RackOptions = {}): RackObservation {
  const { nodes = 18, pods = 8, node = {}, pod = {} } = options;
  return {
    id,
    nodes: Array.from({ length: nodes }, (_, n) => aNode(`${id}-n${n}`, node)),
    pods: Array.from({ length: pods }, (_, n) => aPod(`${id}-p${n}`, `${id}-n${n}`, pod)),
  };
}

export const someRacks = (count: number, options: RackOptions = {}): readonly RackObservation[] =>
  Array.from({ length: count }, (_, n) => aRack(`rack-${n}`, options));

export function aPoolObservation(
  desired: number,
  changes: Partial<PoolObservation> = {},
): PoolObservation {
  return {
    name: "gb200-east",
    count: {
      uid: "uid-object",
      resourceVersion: "1",
      desired: rackCount(desired),
      current: rackCount(desired),
      lastWriter: "breakwater",
      stock: "available",
    },
    refusals: [],
    racks: someRacks(desired),
    ...changes,
  };
}

export const aGroupObservation = (changes: Partial<GroupObservation> = {}): GroupObservation => ({
  now: NOW,
  leading: true,
  pools: [aPoolObservation(4)],
  fleets: [aFleetObservation()],
  intents: [],
  ...changes,
});

export const anOverride = (changes: Partial<OverrideObservation> = {}): OverrideObservation => ({
  name: "incident",
  pauseOut: false,
  pauseIn: false,
  floorRacks: null,
  ceilingRacks: null,
  until: after(NOW, HOUR_MS),
  reason: "INC-4711",
  ...changes,
});

/** Giving `rack-0` back, out of four racks. */
export const aDrain = (changes: Partial<Intent> = {}): Intent =>
  anIntent({
    name: "gb200-east-in-1",
    direction: "In",
    toRacksAtMost: rackCount(3),
    askedRacks: rackCount(3),
    rack: "rack-0",
    victimNodeUids: aRack("rack-0").nodes.map(({ uid }) => uid),
    reason: { code: "surplus", text: "Fewer racks hold the objectives." },
    drainDeadline: after(NOW, HOUR_MS),
    ...changes,
  });

export const anIntent = (changes: Partial<Intent> = {}): Intent => ({
  name: "gb200-east-out-1",
  fleet: CODER,
  pool: "gb200-east",
  direction: "Out",
  fromRacks: rackCount(4),
  toRacksAtMost: rackCount(6),
  maxUsdPerHour: null,
  rack: null,
  victimNodeUids: [],
  reason: { code: "demand-forecast", text: "Forecast demand needs more racks." },
  requiredApprovals: 0,
  onExpiry: "Drop",
  createdAt: NOW,
  expiresAt: after(NOW, HOUR_MS),
  actBefore: after(NOW, HOUR_MS),
  drainDeadline: null,
  approvals: [],
  phase: "Executing",
  askedRacks: rackCount(6),
  ...changes,
});
