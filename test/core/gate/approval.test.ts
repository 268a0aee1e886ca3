import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledPool, ConfirmRule } from "../../../src/core/compiled.ts";
import { approvalNeed, stricterNeed, verdictOn } from "../../../src/core/gate/approval.ts";
import type { Intent } from "../../../src/core/observation.ts";
import { MINUTE_MS, after, millis, rackCount, usdPerHour } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { A_SHRINK, growthTo } from "../../support/builders/gate.ts";
import { NOW, anIntent } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const rule = (changes: Partial<ConfirmRule> = {}): ConfirmRule => ({
  name: "rule",
  when: { direction: null, minRacks: null, minUsdPerHour: null },
  approvers: 2,
  expiresAfterMs: millis(10 * MINUTE_MS),
  onExpiry: "Drop",
  ...changes,
});
const when = (changes: Partial<ConfirmRule["when"]>): ConfirmRule => ({
  ...rule(),
  when: { ...rule().when, ...changes },
});

/** Five racks committed at 100 USD an hour. */
const pool = (changes: Partial<CompiledPool> = {}) =>
  aPool("gb200-east", {
    supply: { kind: "Reserved", committedRacks: rackCount(5), windows: [] },
    price: { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" },
    ...changes,
  });

const need = (fleet: Partial<CompiledFleet>, proposal = growthTo(6), asked = 0) =>
  approvalNeed(proposal, viewOf(aSmallFleet(fleet)), asked);

const viewOf = (fleet: CompiledFleet, changes: Partial<CompiledPool> = {}) => ({
  fleet,
  pool: pool(changes),
  now: NOW,
  band: null,
  cache: { cause: "none", rackHelps: null } as const,
});

const APPROVE_OUT: CompiledFleet["mode"] = { scaleOut: "Approve", scaleIn: "Auto" };

describe("who must confirm", () => {
  it.each([
    ["nobody in Auto", {}, growthTo(6), 0],
    ["one person in Approve", { mode: APPROVE_OUT }, growthTo(6), 1],
    ["nobody for the direction that is Auto", { mode: APPROVE_OUT }, A_SHRINK, 0],
    ["as many as a rule says", { confirm: [rule()] }, growthTo(6), 2],
    ["the strictest rule's", { confirm: [rule(), rule({ approvers: 3 })] }, growthTo(6), 3],
    ["a rule for this direction", { confirm: [when({ direction: "In" })] }, A_SHRINK, 2],
    ["not one for the other", { confirm: [when({ direction: "In" })] }, growthTo(6), 0],
    ["a rule for so many racks", { confirm: [when({ minRacks: rackCount(2) })] }, growthTo(6), 2],
    ["not for fewer", { confirm: [when({ minRacks: rackCount(3) })] }, growthTo(6), 0],
    [
      "a rule for such spend",
      { confirm: [when({ minUsdPerHour: usdPerHour(100) })] },
      growthTo(6),
      2,
    ],
    ["not for less", { confirm: [when({ minUsdPerHour: usdPerHour(101) })] }, growthTo(6), 0],
  ])("%s", (_, fleet, proposal, approvers) => {
    expect(need(fleet, proposal).approvers).toBe(approvers);
  });

  it("a rule about spend applies where the price is not known", () => {
    const fleet = aSmallFleet({ confirm: [when({ minUsdPerHour: usdPerHour(1e6) })] });
    expect(approvalNeed(growthTo(6), viewOf(fleet, { price: null }), 0).approvers).toBe(2);
  });

  it("what a guard asks for is added, never taken away", () => {
    expect(need({}, growthTo(6), 1).approvers).toBe(1);
    expect(need({ confirm: [rule()] }, growthTo(6), 1).approvers).toBe(2);
  });
});

describe("how long it waits, and what silence means", () => {
  const proceed = rule({ onExpiry: "Proceed" });

  it.each([
    ["a quarter of an hour, then dropped, without a rule", { mode: APPROVE_OUT }, 15, "Drop"],
    ["as its rule says", { confirm: [proceed] }, 10, "Proceed"],
    [
      "the shortest of several, dropped if any says so",
      { confirm: [proceed, rule({ expiresAfterMs: millis(5 * MINUTE_MS) })] },
      5,
      "Drop",
    ],
    [
      "dropped where the mode itself asks for a person: rules only tighten",
      { mode: APPROVE_OUT, confirm: [proceed] },
      10,
      "Drop",
    ],
  ])("%s", (_, fleet, minutes, onExpiry) => {
    expect(need(fleet)).toMatchObject({ expiresAfterMs: minutes * MINUTE_MS, onExpiry });
  });

  it("dropped where a guard asked", () => {
    expect(need({ confirm: [proceed] }, growthTo(6), 1).onExpiry).toBe("Drop");
  });
});

describe("what became of a pending decision", () => {
  const yes = (by: string) => ({ by, verdict: "Approve" as const, reason: "ok" });
  const no = (by: string) => ({ by, verdict: "Reject" as const, reason: "too dear" });
  const pending = (changes: Partial<Intent>) =>
    verdictOn(
      anIntent({
        phase: "Pending",
        requiredApprovals: 2,
        expiresAt: after(NOW, MINUTE_MS),
        ...changes,
      }),
      NOW,
    );
  const expiresAt = NOW;
  const millisBefore = (ms: number) => after(NOW, millis(-ms));

  it.each([
    ["waits for the second", { approvals: [yes("ada")] }, undefined],
    ["one person counts once", { approvals: [yes("ada"), yes("ada")] }, undefined],
    ["approved by two", { approvals: [yes("ada"), yes("bea")] }, "Approved"],
    [
      "approved in time and seen a tick too late",
      { expiresAt: millisBefore(15_000), approvals: [yes("ada"), yes("bea")] },
      "Approved",
    ],
    [
      "approved too late",
      { expiresAt: millisBefore(60_000), approvals: [yes("ada"), yes("bea")] },
      "Expired",
    ],
    ["rejected by one", { approvals: [yes("ada"), yes("bea"), no("eve")] }, "Rejected"],
    ["expired at the very instant", { expiresAt }, "Expired"],
    ["proceeds where its rule says so", { expiresAt, onExpiry: "Proceed" }, "Approved"],
    [
      "rejected, though it would proceed",
      { expiresAt, onExpiry: "Proceed", approvals: [no("eve")] },
      "Rejected",
    ],
  ] as const)("%s", (_, changes, phase) => {
    expect(pending(changes)?.phase).toBe(phase);
  });

  it("names who said so", () => {
    expect(pending({ approvals: [no("eve")] })?.reason.text).toContain("eve: too dear");
    expect(pending({ approvals: [yes("ada"), yes("bea")] })?.reason.text).toContain("ada, bea");
  });
});

describe("what two fleets want confirmed", () => {
  const ask = (approvers: number, minutes: number, onExpiry: "Drop" | "Proceed") => ({
    approvers,
    expiresAfterMs: millis(minutes * MINUTE_MS),
    onExpiry,
  });

  it.each([
    ["nobody asks", ask(0, 15, "Drop"), ask(0, 15, "Drop"), ask(0, 15, "Drop")],
    ["one of them asks", ask(2, 30, "Proceed"), ask(0, 15, "Drop"), ask(2, 30, "Proceed")],
    [
      "both do: the more, and the sooner",
      ask(1, 30, "Drop"),
      ask(3, 20, "Drop"),
      ask(3, 20, "Drop"),
    ],
    ["silence is a no to one", ask(1, 30, "Proceed"), ask(1, 20, "Drop"), ask(1, 20, "Drop")],
  ])("%s", (_what, one, other, both) => {
    expect(stricterNeed(one, other)).toEqual(both);
    expect(stricterNeed(other, one)).toEqual(both);
  });
});
