import { expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import type { LoanContext } from "../../../../src/core/gate/guard.ts";
import { reclaimTermsGuard } from "../../../../src/core/gate/guards/reclaim-terms.ts";
import { reason } from "../../../../src/core/reasons.ts";
import { aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { aLentRack } from "../../../support/builders/loans.ts";
import { NOW } from "../../../support/builders/observed.ts";

const loan = (callBack: LoanContext["callBack"]): LoanContext => ({
  guaranteed: 0,
  unlent: 2,
  neededSoon: null,
  callBack,
});
const RACK = { rack: aLentRack("rack-2"), at: NOW, gangs: [], victimNodeUids: [] };
const RECLAIM = { ...growthTo(5), loan: "Reclaim" as const };

it("a rack is called back where one may be, and held with the reason where none may", () => {
  const tenure = reason("loan-tenure", "Rack rack-2 until then.");
  const check = (callBack: LoanContext["callBack"], proposal = RECLAIM) =>
    reclaimTermsGuard.check(proposal, aGateContext({}, { loan: loan(callBack) }));
  expect(check(RACK)).toEqual(PASS);
  expect(check(tenure)).toEqual({ kind: "Hold", reason: tenure });
  expect(reclaimTermsGuard.check(growthTo(5), aGateContext({}, { loan: loan(tenure) }))).toEqual(
    PASS,
  );
});
