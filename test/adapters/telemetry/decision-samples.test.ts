import { describe, expect, it } from "vitest";
import { decisionCounters, openGauges } from "../../../src/adapters/telemetry/decision-samples.ts";
import type { Sample } from "../../../src/adapters/telemetry/sample.ts";
import { decisionViews } from "../../../src/adapters/telemetry/views/decision-views.ts";
import { reason } from "../../../src/core/reasons.ts";
import { after, millis } from "../../../src/core/units.ts";
import { anIntent, START } from "../../support/reports/observed.ts";
import { aReport, fleetDecided } from "../../support/reports/report.ts";

const POOL = "gb200-east";
const minutes = (count: number) => after(START, millis(count * 60_000));

const isSubset = (some: object, all: object): boolean => {
  const has = new Map<string, unknown>(Object.entries(all));
  return Object.entries(some).every(([key, value]) => has.get(key) === value);
};

const ofMetric = (samples: readonly Sample[], metric: string, labels: object) =>
  samples
    .filter((one) => one.metric === metric)
    .filter((one) => isSubset(labels, one.labels))
    .map(({ value }) => value);

describe("open decisions", () => {
  const pending = { direction: "In", phase: "Pending", requiredApprovals: 1 } as const;
  const intents = [
    anIntent("in-1", { ...pending, createdAt: START, expiresAt: minutes(30) }),
    anIntent("in-2", { ...pending, createdAt: minutes(5), expiresAt: minutes(15) }),
    anIntent("out-3", { direction: "Out", phase: "Executing", createdAt: minutes(9) }),
  ];
  const samples = openGauges(POOL, decisionViews(aReport({ now: minutes(10), intents })));

  it.each([
    ["breakwater_pool_open_decisions", { direction: "In", intent_phase: "Pending" }, [2]],
    ["breakwater_open_decision_age_seconds", { direction: "In", intent_phase: "Pending" }, [600]],
    ["breakwater_open_decision_age_seconds", { direction: "Out", intent_phase: "Executing" }, [60]],
    ["breakwater_open_decision_age_seconds", { direction: "Move", intent_phase: "Pending" }, [0]],
    ["breakwater_approval_remaining_seconds", {}, [300]],
  ])("%s of %o is %o", (metric, labels, values) => {
    expect(ofMetric(samples, metric, labels)).toEqual(values);
  });

  it("leave no time to approve where nobody is asked", () => {
    const asked = openGauges(POOL, decisionViews(aReport({ intents: [anIntent("out-1")] })));
    expect(ofMetric(asked, "breakwater_approval_remaining_seconds", {})).toEqual([]);
  });
});

describe("counters of decisions", () => {
  const intent = anIntent("out-1");
  const report = aReport({
    decided: [
      fleetDecided({
        steps: [
          { stage: "gate", name: "budget", text: "", numbers: {} },
          { stage: "gate", name: "move/gb200-east", text: "", numbers: {} },
        ],
      }),
    ],
    actions: [{ kind: "OpenIntent", intent: "out-1", outcome: "applied", detail: "" }],
  });
  const opening = { kind: "OpenIntent", intent, reason: reason("burst") } as const;
  const opened = { ...report, decision: { ...report.decision, plan: [opening] } };
  const counted = (of: typeof report, metric: string) =>
    decisionCounters(of)
      .filter((sample) => sample.metric === metric && sample.value > 0)
      .map(({ labels }) => labels.why ?? labels.guard);

  it("name the reason of what was opened", () => {
    expect(counted(opened, "breakwater_opened_decisions_total")).toEqual(["burst"]);
  });

  it("leave out what could not be created", () => {
    const failed = { ...opened, actions: [] };
    expect(counted(failed, "breakwater_opened_decisions_total")).toEqual([]);
  });

  it("name guards that spoke, and no other step of the gate", () => {
    expect(counted(opened, "breakwater_guard_verdicts_total")).toEqual(["budget"]);
  });

  it("exist at 0 before anything happens", () => {
    const values = decisionCounters(aReport()).map(({ value }) => value);
    expect(values.length).toBeGreaterThan(30);
    expect(new Set(values)).toEqual(new Set([0]));
  });
});
