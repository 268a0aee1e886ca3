import { describe, expect, it } from "vitest";
import { NO_LOAN, loanStanding } from "../../../src/core/loans/standing.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import type { RackPhase } from "../../../src/core/decision.ts";
import { HOUR_MS, MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { aLentRack, aLoanPool } from "../../support/builders/loans.ts";
import { NOW, anIntent } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const view = (racks: readonly RackObservation[], phase: RackPhase = "Loaned") => ({
  pool: aLoanPool(),
  racks,
  summaries: racks.map(({ id }) => ({
    id,
    phase,
    readyNodes: 2,
    nodes: 2,
    degraded: false,
    fleet: null,
  })),
  intents: [],
  now: NOW,
});
const TWO = [aLentRack("rack-2"), aLentRack("rack-3")];
const young = { lentAt: after(NOW, millis(-30 * MINUTE_MS)) };
const withinMs = millis(HOUR_MS);

describe("of a loan's racks, out of four", () => {
  it.each([
    ["all are away while fleets need two", 2, { away: 2, due: 0 }],
    ["one is due when they need three", 3, { away: 1, due: 1 }],
    ["both are due when they need more", 6, { away: 0, due: 2 }],
  ])("%s", (_what, needed, expected) => {
    const standing = loanStanding(view(TWO), { standing: 4, needed, withinMs });
    expect(standing).toMatchObject({ onLoan: ["rack-2", "rack-3"], ...expected });
  });

  it("one that comes back later than a bought one is none to count on", () => {
    const racks = [aLentRack("rack-2", { node: young }), aLentRack("rack-3")];
    const need = { standing: 4, needed: 6 };
    expect(loanStanding(view(racks), { ...need, withinMs })).toMatchObject({ away: 1, due: 1 });
    const patient = { ...need, withinMs: millis(3 * HOUR_MS) };
    expect(loanStanding(view(racks), patient)).toMatchObject({ away: 0, due: 2 });
  });

  it("one that is being handed over counts as the loan's", () => {
    const lending = anIntent({ direction: "Lend", rack: "rack-2", phase: "Executing" });
    const [first = aLentRack("rack-2")] = TWO;
    const seen = { ...view([first], "Draining"), intents: [lending] };
    const standing = loanStanding(seen, { standing: 4, needed: 2, withinMs });
    expect(standing).toMatchObject({ onLoan: ["rack-2"], away: 1 });
  });

  it("those that are called back already are named", () => {
    const back = anIntent({
      name: "r-1",
      direction: "Reclaim",
      rack: "rack-2",
      phase: "Executing",
    });
    const seen = { ...view(TWO), intents: [back] };
    expect(loanStanding(seen, { standing: 4, needed: 4, withinMs }).calledBack).toEqual(["r-1"]);
  });
});

it("a pool without a loan has none", () => {
  const seen = { ...view(TWO), pool: aPool() };
  expect(loanStanding(seen, { standing: 4, needed: 4, withinMs })).toBe(NO_LOAN);
});
