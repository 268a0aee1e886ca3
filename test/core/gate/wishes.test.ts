import { describe, expect, it } from "vitest";
import { wishes } from "../../../src/core/gate/wishes.ts";
import type { WishInput } from "../../../src/core/gate/wishes.ts";
import type { PoolSupply } from "../../../src/core/supply/unfilled.ts";
import { rackCount } from "../../../src/core/units.ts";
import { aStage } from "../../support/builders/gate.ts";
import {
  CODER,
  aGroupObservation,
  aPoolObservation,
  someRacks,
} from "../../support/builders/observed.ts";

const POOL = "gb200-east";

interface Given {
  readonly awarded: number;
  readonly kept?: number;
  /** Racks there, of six asked for. */
  readonly present?: number;
  readonly supply?: Partial<PoolSupply>;
}

function wished({ awarded, kept = 0, present = 6, supply = {} }: Given) {
  const { count } = aPoolObservation(6);
  if (count === null) throw new Error("no count");
  const { state, picture } = aStage({ observed: { count, racks: someRacks(present) } });
  const held = 6 - (supply.uncounted ?? 0);
  const input: WishInput = {
    state: { ...state, supply: { ...state.supply, ...supply } },
    fleets: [picture],
    awards: [{ fleet: CODER, byPool: { [POOL]: rackCount(awarded) }, total: rackCount(awarded) }],
    held: { [POOL]: { [CODER]: rackCount(held) } },
    kept: { [POOL]: kept },
    observation: aGroupObservation(),
  };
  return wishes(input, count).map(({ proposal }) => {
    const { direction, to, racksLost, reason } = proposal;
    return { direction, to, racksLost, code: reason.code };
  });
}

describe("what a pool would change", () => {
  it("is nothing where awards are what stands, or what stays counts too", () => {
    expect(wished({ awarded: 6 })).toEqual([]);
    expect(wished({ awarded: 4, kept: 2 })).toEqual([]);
  });

  it("is as many racks more as are awarded", () => {
    expect(wished({ awarded: 8 })).toMatchObject([{ direction: "Out", to: 8 }]);
  });

  it("is one rack fewer, whatever is too much", () => {
    expect(wished({ awarded: 3 })).toMatchObject([
      { direction: "In", to: 5, racksLost: undefined },
    ]);
  });

  it("is first of all what never came, all of it at once and nothing that is there", () => {
    const supply = { unfilled: 2, uncounted: 2 };
    expect(wished({ awarded: 3, present: 4, supply })).toEqual([
      { direction: "In", to: 4, racksLost: 0, code: "request-withdrawn" },
    ]);
  });

  it("counts what somebody counted on as lost", () => {
    const supply = { unfilled: 2, uncounted: 1 };
    expect(wished({ awarded: 4, present: 4, supply })).toMatchObject([{ to: 4, racksLost: 1 }]);
  });

  it("says of racks whose window has ended that they are lost to nobody", () => {
    const supply = { unfilled: 2, uncounted: 2, ended: 2 };
    expect(wished({ awarded: 4, present: 4, supply })).toMatchObject([
      { to: 4, racksLost: 0, code: "window-ends" },
    ]);
  });
});
