import { describe, expect, it } from "vitest";
import { fleetKey } from "../../../src/core/compiled.ts";
import type { Action } from "../../../src/core/decision.ts";
import { type ReasonCode, reason } from "../../../src/core/reasons.ts";
import { epochMs, rackCount } from "../../../src/core/units.ts";
import type { ActionResult } from "../../../src/ports/telemetry.ts";
import { TickObserver } from "../../../src/studies/simulation/tick-observer.ts";
import { anIntent } from "../../support/builders/observed.ts";
import { aReport } from "../../support/reports/report.ts";

const FLEET = fleetKey({ namespace: "agents", name: "coder" });
const START = epochMs(1_000_000);

const opened = (name: string, requiredApprovals: number): Action => ({
  kind: "OpenIntent",
  intent: anIntent({ name, requiredApprovals }),
  reason: reason("burst"),
});
const phase = (
  intent: string,
  to: "Approved" | "Expired",
  code: ReasonCode = to === "Expired" ? "expired" : "burst",
): Action => ({
  kind: "SetPhase",
  intent,
  fleet: FLEET,
  phase: to,
  askedRacks: null,
  reason: reason(code),
});
const count = (from: number, to: number): Action => ({
  kind: "SetCount",
  intent: `from-${from}`,
  pool: "p",
  uid: "u",
  from: rackCount(from),
  to: rackCount(to),
  reason: reason("burst"),
});

function observed(
  plan: readonly Action[],
  outcome: ActionResult["outcome"] = "applied",
): TickObserver {
  const observer = new TickObserver(START);
  const actions = plan.map((action) => ({
    kind: action.kind,
    intent: action.kind === "OpenIntent" ? action.intent.name : action.intent,
    outcome,
    detail: "",
  }));
  const report = aReport({ now: START, actions });
  observer.tick({ ...report, decision: { ...report.decision, plan } });
  return observer;
}

describe("of a run's ticks it is known", () => {
  it("which decisions were opened, and why", () => {
    const { total, byReason } = observed([opened("a", 0), opened("b", 0)]).decisions();
    expect({ total, byReason }).toEqual({ total: 2, byReason: { burst: 2 } });
  });

  it("which of them people confirmed, and which expired", () => {
    const plan = [opened("a", 1), phase("a", "Approved"), opened("b", 0), phase("b", "Approved")];
    expect(observed(plan).decisions()).toMatchObject({ confirmed: 1, expired: 0 });
    expect(observed([phase("c", "Expired")]).decisions()).toMatchObject({ expired: 1 });
    const unanswered = [opened("d", 1), phase("d", "Approved", "expired")];
    expect(observed(unanswered).decisions()).toMatchObject({ confirmed: 0, expired: 1 });
  });

  it("how often counts were raised and lowered", () => {
    expect(observed([count(2, 4), count(9, 8)]).scaling()).toEqual({ scaleUps: 1, scaleDowns: 1 });
  });

  it("not what was tried in vain", () => {
    const observer = observed([opened("a", 0), count(2, 4)], "failed");
    expect(observer.decisions().total).toBe(0);
    expect(observer.scaling().scaleUps).toBe(0);
  });

  it("what made a tick fail, and how often", () => {
    const observer = new TickObserver(START);
    observer.tickFailed("gb200", "timeout", "no answer");
    observer.tickFailed("gb200", "timeout", "no answer");
    expect([...observer.failures()]).toEqual([["gb200: timeout: no answer", 2]]);
  });
});
