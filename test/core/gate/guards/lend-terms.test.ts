import { describe, expect, it } from "vitest";
import type { LoanContext } from "../../../../src/core/gate/guard.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { lendTermsGuard } from "../../../../src/core/gate/guards/lend-terms.ts";
import { reason } from "../../../../src/core/reasons.ts";
import { A_SHRINK, aGateContext } from "../../../support/builders/gate.ts";

const LEND = { ...A_SHRINK, loan: "Lend" as const };
const loan = (changes: Partial<LoanContext>): LoanContext => ({
  guaranteed: 2,
  unlent: 4,
  neededSoon: null,
  callBack: reason("no-victim"),
  ...changes,
});
const verdict = (changes: Partial<LoanContext>, proposal: typeof A_SHRINK = LEND) =>
  lendTermsGuard.check(proposal, aGateContext({}, { loan: loan(changes) }));

describe("the lend-terms guard", () => {
  it("passes while what is guaranteed stays", () => {
    expect(verdict({ unlent: 3 })).toEqual(PASS);
  });

  it("holds what is guaranteed", () => {
    expect(verdict({ unlent: 2 })).toMatchObject({ reason: { code: "loan-guarantee" } });
  });

  it("holds what is missed before it can be had back", () => {
    const neededSoon = reason("loan-needed-soon", "A launch.");
    expect(verdict({ neededSoon })).toEqual({ kind: "Hold", reason: neededSoon });
  });

  it("has nothing to say of a rack that is given back", () => {
    expect(verdict({ unlent: 0 }, A_SHRINK)).toEqual(PASS);
  });
});
