import { expect, it } from "vitest";
import { loanView } from "../../../src/core/loans/loan-view.ts";
import { aLentRack, aLoanPool } from "../../support/builders/loans.ts";
import { aStage } from "../../support/builders/gate.ts";
import {
  aGroupObservation,
  aPoolObservation,
  anOverride,
} from "../../support/builders/observed.ts";
import { rackCount } from "../../../src/core/units.ts";

const WEST = aPoolObservation(1, { name: "gb200-west", racks: [aLentRack("west-1")] });
const viewOf = (floorRacks: number | null) => {
  const overrides = [
    anOverride({ floorRacks: floorRacks === null ? null : rackCount(floorRacks) }),
  ];
  const { state, picture } = aStage({ pool: aLoanPool(), seen: { overrides } });
  const observation = aGroupObservation({ pools: [state.observed, WEST] });
  return loanView(state, { fleets: [picture], observation });
};

it("a person's floor waives the tenure where the size rests on it, nothing else does", () => {
  expect(viewOf(6).tenureWaived).toBe(true);
  expect(viewOf(null).tenureWaived).toBe(false);
});

it("racks of the group's other pools are looked at for gangs that span both", () => {
  expect(viewOf(null).elsewhere?.map(({ id }) => id)).toEqual(["west-1"]);
});
