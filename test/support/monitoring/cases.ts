/**
 * Days on which alerts fire, told by simulation: scenarios of `simulations/`, made worse and
 * shorter. Each alert fires in one of them and is silent at another minute of the same one.
 */
import { join } from "node:path";
import type { MetricsRun } from "../runs/metrics-run.ts";
import type { AlertCheck } from "./rule-tests.ts";

const SIMULATIONS = join(import.meta.dirname, "..", "..", "..", "simulations");
const fileOf = (scenario: string): string => join(SIMULATIONS, scenario, "scenario.yaml");

const FLEET = { fleet: "agents/coder" };
const POOL = { pool: "gb200" };
const BOTH = ["itl", "ttft"].map((objective) => ({ ...FLEET, objective }));

type Labels = Readonly<Record<string, string>>;
type Minutes = readonly number[];

const fires = (
  alert: string,
  minutes: Minutes,
  ...firing: readonly Labels[]
): readonly AlertCheck[] =>
  minutes.map((minute) => ({ alert: `Breakwater${alert}`, minute, firing }));
const silent = (alert: string, ...minutes: Minutes): readonly AlertCheck[] =>
  minutes.map((minute) => ({ alert: `Breakwater${alert}`, minute, firing: [] }));

interface AlertCase {
  readonly name: string;
  readonly run: MetricsRun;
  readonly checks: readonly AlertCheck[];
  readonly endsAt?: number;
}

const SHORT_WARMUP = ["warmup: 2h", "warmup: 1h"] as const;
const SURGE = "shape: [{ at: 2h, factor: 2.5, ramp: 5m, hold: 4h }]";
const NO_SURGE = [`\n        ${SURGE}`, ""] as const;
const STOCK = "stock: [{ at: 0s, racks: 6 }, { at: 5h, racks: 14 }]";
const ENGINE = "engine: { perturb: 0.1 }";
const withFaults = (...faults: readonly string[]) =>
  [ENGINE, `${ENGINE}\n    faults: [${faults.join(", ")}]`] as const;
const withBudget = (usdPerDay: number) =>
  ["behavior:", `budget: { usdPerDay: "${usdPerDay}" }\n      behavior:`] as const;
const LOAN = ", max: 14 }\n        - { loan: { selector: { queue: training }, max: 2 } }";

/** A surge that racks are bought for, with a budget and a loan: something for every panel. */
export const DEMO_RUN: MetricsRun = {
  file: fileOf("stockout"),
  minutes: 150,
  changes: [
    SHORT_WARMUP,
    [SURGE, "shape: [{ at: 1h, factor: 3, ramp: 5m, hold: 1h }]"],
    [STOCK, "stock: [{ at: 0s, racks: 14 }]"],
    [", max: 14 }", LOAN],
    withBudget(60_000),
  ],
};

/** Demand that six racks do not serve, and no seventh; a budget for less than what is wanted. */
export const SHORT_OF_RACKS: AlertCase = {
  name: "a surge while the provider has no rack",
  run: {
    file: fileOf("stockout"),
    minutes: 210,
    changes: [
      SHORT_WARMUP,
      [SURGE, "shape: [{ at: 1h, factor: 7, ramp: 5m, hold: 90m }]"],
      [STOCK, "stock: [{ at: 0s, racks: 6 }, { at: 3h, racks: 14 }]"],
      withBudget(20_000),
    ],
  },
  checks: [
    ...silent("ObjectiveBurnFast", 30, 60, 205),
    ...fires("ObjectiveBurnFast", [150, 160], ...BOTH),
    ...silent("ObjectiveBurnSlow", 60, 130),
    ...fires("ObjectiveBurnSlow", [180], ...BOTH),
    ...fires("RacksLate", [60, 120], { ...POOL, problem: "no-stock", shortage: "stockout" }),
    ...silent("RacksLate", 205),
    ...silent("BudgetNearlySpent", 5),
    ...fires("BudgetNearlySpent", [150], FLEET),
    ...silent("ControllerDown", 100),
  ],
};

export const ALERT_CASES: readonly AlertCase[] = [
  SHORT_OF_RACKS,
  {
    name: "nodes, signals, a stranger and the disk, one after the other; then the end",
    run: {
      file: fileOf("stockout"),
      minutes: 190,
      logFails: [160, 172],
      changes: [
        SHORT_WARMUP,
        NO_SURGE,
        withFaults(
          "{ kind: node-loss, at: 30m, nodes: 2, for: 40m }",
          "{ kind: metrics-outage, at: 80m, for: 15m }",
          "{ kind: foreign-write, at: 110m, racks: 8 }",
        ),
      ],
    },
    endsAt: 180,
    checks: [
      ...silent("RackDegraded", 25, 80),
      ...fires("RackDegraded", [50], POOL),
      ...silent("SignalsStale", 60, 105),
      ...fires("SignalsStale", [90], FLEET),
      ...silent("ForeignWriter", 105),
      ...fires("ForeignWriter", [120, 150], POOL),
      ...silent("AuditFailing", 155),
      ...fires("AuditFailing", [165], { answer: "invalid" }),
      ...silent("TicksFailing", 155),
      ...fires("TicksFailing", [170], { code: "invalid" }),
      ...silent("ControllerDown", 155, 179),
      ...fires("ControllerDown", [171], { problem: "no-decisions" }),
      ...fires("ControllerDown", [188], { problem: "no-replica" }),
    ],
  },
  {
    name: "an approver who never answers",
    run: {
      file: fileOf("slow-approver"),
      minutes: 120,
      changes: [
        SHORT_WARMUP,
        ["at: 2h, factor: 2.5", "at: 1h, factor: 3"],
        ["absent: 0.1", "absent: 1"],
        withBudget(100_000),
      ],
    },
    checks: [
      ...silent("ApprovalWaiting", 55),
      ...fires("ApprovalWaiting", [100], { ...POOL, direction: "Out" }),
      ...silent("BudgetNearlySpent", 55, 100),
    ],
  },
  {
    name: "a provider that is slow to take racks back",
    run: {
      file: fileOf("stockout"),
      minutes: 90,
      changes: [
        SHORT_WARMUP,
        NO_SURGE,
        ["scaleInStabilization: 1h", "scaleInStabilization: 20m"],
        [STOCK, "startRacks: 8, release: { p50: 3h, p95: 4h }"],
      ],
    },
    checks: [
      ...silent("DrainStuck", 40, 60, 85),
      ...fires("DrainStuck", [74], { ...POOL, direction: "In" }),
      ...silent("RackDegraded", 74),
    ],
  },
  {
    name: "prompts that are rendered anew each turn",
    run: {
      file: fileOf("prompt-instability"),
      minutes: 165,
      changes: [["at: 2h, share: 0.1", "at: 2h, share: 0.3"]],
    },
    checks: [
      ...silent("HitRateRegression", 60, 120),
      ...fires("HitRateRegression", [150, 160], { ...FLEET, cause: "prompt-instability" }),
      ...silent("SignalsStale", 150),
    ],
  },
];
