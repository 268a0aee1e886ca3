import { expect, it } from "vitest";
import { loanView } from "../../../src/core/loans/loan-view.ts";
import { aLoanPool } from "../../support/builders/loans.ts";
import { aStage } from "../../support/builders/gate.ts";
import { aGroupObservation, anOverride } from "../../support/builders/observed.ts";
import { rackCount } from "../../../src/core/units.ts";

const viewOf = (floorRacks: number | null) => {
  const overrides = [
    anOverride({ floorRacks: floorRacks === null ? null : rackCount(floorRacks) }),
  ];
  const { state, picture } = aStage({ pool: aLoanPool(), seen: { overrides } });
  const observed = { ...state.observed, gangsElsewhere: ["training/big"] };
  const observation = aGroupObservation({ pools: [observed] });
  return loanView({ ...state, observed }, { fleets: [picture], observation });
};

it("a person's floor waives the tenure where the size rests on it, nothing else does", () => {
  expect(viewOf(6).tenureWaived).toBe(true);
  expect(viewOf(null).tenureWaived).toBe(false);
});

it("tells which gangs run beyond the pool's racks", () => {
  expect(viewOf(null).gangsElsewhere).toEqual(["training/big"]);
});
