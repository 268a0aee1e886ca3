import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import { loanContext } from "../../../src/core/gate/loan-context.ts";
import { epochMs, HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import type { ScheduledWindow } from "../../../src/core/compiled.ts";
import { aStage } from "../../support/builders/gate.ts";
import { aLentRack, aLoanPool, aServingRack } from "../../support/builders/loans.ts";
import { NOW, aGroupObservation } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

const RACKS = [
  aServingRack("rack-0"),
  aServingRack("rack-1"),
  aLentRack("rack-2"),
  aServingRack("rack-3"),
];
const LOANS = { "gb200-east": { onLoan: ["rack-2"], away: 1, due: 0, calledBack: [] } };

function contextOf(pool: CompiledPool, schedule: readonly ScheduledWindow[] = []) {
  const { state, picture } = aStage({ pool, fleet: { schedule }, observed: { racks: RACKS } });
  const { count } = state.observed;
  if (count === null) throw new Error("the count is known");
  const observation = aGroupObservation({ pools: [state.observed] });
  const awards = [
    {
      fleet: picture.situation.fleet.key,
      byPool: { "gb200-east": rackCount(2) },
      total: rackCount(2),
    },
  ];
  return loanContext(
    { state, fleets: [picture], awards, held: {}, loans: LOANS, observation },
    count,
  );
}
const launch = (inMs: number, racks: Partial<ScheduledWindow>): ScheduledWindow => ({
  name: "launch",
  readyFrom: after(NOW, millis(inMs)),
  from: after(NOW, millis(inMs)),
  until: after(NOW, millis(inMs + HOUR_MS)),
  floorRacks: null,
  factor: null,
  ...racks,
});

describe("what the guards see of a loan", () => {
  it("is what is guaranteed, what is not lent, and the rack that may be called back", () => {
    expect(contextOf(aLoanPool())).toMatchObject({
      guaranteed: 1,
      unlent: 3,
      neededSoon: null,
      callBack: { rack: { id: "rack-2" } },
    });
  });

  it.each([
    [
      "a floor before a rack could be had back",
      [launch(2 * HOUR_MS, { floorRacks: rackCount(4) })],
      true,
    ],
    ["one that fewer racks satisfy", [launch(2 * HOUR_MS, { floorRacks: rackCount(2) })], false],
    ["one that is far enough away", [launch(9 * HOUR_MS, { floorRacks: rackCount(4) })], false],
    ["demand that is announced to double", [launch(HOUR_MS, { factor: 2 })], true],
  ])("minds %s", (_what, schedule, needed) => {
    expect(contextOf(aLoanPool(), schedule)?.neededSoon?.code).toBe(
      needed ? "loan-needed-soon" : undefined,
    );
  });

  it("minds a window that ends before", () => {
    const window = {
      from: after(NOW, millis(-1 * HOUR_MS)),
      until: after(NOW, HOUR_MS),
      racks: rackCount(4),
      evacuateBeforeMs: MINUTE_MS,
    };
    const supply = { kind: "Calendar" as const, committedRacks: rackCount(0), windows: [window] };
    expect(contextOf(aLoanPool({ supply }))?.neededSoon?.text).toContain("A window ends");
    const long = { ...window, until: epochMs(NOW + 24 * HOUR_MS) };
    const patient = aLoanPool({ supply: { ...supply, windows: [long] } });
    expect(contextOf(patient)?.neededSoon).toBeNull();
  });

  it("is nothing for a pool without one", () => {
    expect(contextOf(aPool())).toBeNull();
  });
});
