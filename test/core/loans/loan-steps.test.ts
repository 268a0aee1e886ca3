import { expect, it } from "vitest";
import { loanSteps } from "../../../src/core/loans/loan-steps.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aLentRack, aLoanPool } from "../../support/builders/loans.ts";
import { NOW, aPoolObservation } from "../../support/builders/observed.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";

const stateOf = (pool: ReturnType<typeof aPool>) =>
  poolState({
    pool,
    observed: aPoolObservation(1, { racks: [aLentRack("rack-2")] }),
    fleets: [aSmallFleet()],
    intents: [],
    memory: aPoolMemory(1),
    now: NOW,
  });

it("a fleet is told how many racks are on loan, and how soon one serves: grace and start", () => {
  expect(loanSteps(aSmallFleet(), [stateOf(aLoanPool())])).toMatchObject([
    {
      stage: "supply",
      name: "loan/gb200-east",
      text: "1 racks of gb200-east are on loan; one that is past its tenure serves within 4 min.",
      numbers: { onLoan: 1 },
    },
  ]);
  expect(loanSteps(aSmallFleet(), [stateOf(aPool())])).toEqual([]);
});
