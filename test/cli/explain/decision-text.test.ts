import { describe, expect, it } from "vitest";
import type { DecisionView } from "../../../src/api/decision-view.ts";
import { standingText } from "../../../src/cli/explain/decision-text.ts";

const OPENED = Date.parse("2026-12-01T18:05:00Z") / 1_000;
const aView = (changes: Partial<DecisionView> = {}): DecisionView => ({
  name: "gb200-east-out-12",
  fleet: "agents/coder",
  taker: null,
  pool: "gb200-east",
  direction: "Out",
  phase: "Pending",
  open: true,
  fromRacks: 7,
  toRacks: 9,
  askedRacks: null,
  rack: null,
  reason: { code: "demand-forecast", text: "Demand needs more." },
  progress: null,
  requiredApprovals: 2,
  approvals: [],
  onExpiry: "Drop",
  maxUsdPerHour: 756,
  createdAtSeconds: OPENED,
  ageSeconds: 60,
  expiresAtSeconds: OPENED + 900,
  ...changes,
});

describe("how a decision stands", () => {
  it("that waits: what it changes and costs, who has answered, and what silence means", () => {
    const approvals = [{ by: "alice", verdict: "Approve", reason: "CHG-99" }];
    expect(standingText(aView({ approvals })).split("\n")).toEqual([
      "gb200-east-out-12 (Pending), opened at 2026-12-01T18:05:00Z: Out for agents/coder, " +
        "RackPool gb200-east, 7 to at most 9 racks; racks above the commitment then cost up to " +
        "$756.00 an hour.",
      "Why: Demand needs more.",
      "Approved by 1 of 2; unanswered at 2026-12-01T18:20:00Z, it is dropped.",
      "Approve by alice: CHG-99",
    ]);
  });

  it("that is answered, or over: nothing of silence", () => {
    const approvals = ["alice", "bob"].map((by) => ({ by, verdict: "Approve", reason: "yes" }));
    expect(standingText(aView({ approvals, phase: "Done", open: false }))).not.toContain(
      "unanswered",
    );
    expect(standingText(aView({ requiredApprovals: 0, phase: "Executing" }))).not.toContain(
      "Approved",
    );
  });

  it("that is carried out: which rack, and what it waits for", () => {
    const drained = aView({
      direction: "In",
      phase: "Executing",
      toRacks: 6,
      rack: "rack-3",
      requiredApprovals: 0,
      progress: {
        state: "waiting",
        reason: { code: "draining", text: "12 turns still run." },
      },
    });
    expect(standingText(drained)).toContain(
      "In for agents/coder, RackPool gb200-east, 7 to 6 racks, rack rack-3.",
    );
    expect(standingText(drained)).toContain("Now: waiting: 12 turns still run.");
  });
});
