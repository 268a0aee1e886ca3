import { describe, expect, it } from "vitest";
import { deal, shortagesOf } from "../../src/core/deal.ts";
import { noticeStock } from "../../src/core/supply/backoff.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { aStage } from "../support/builders/gate.ts";
import { CODER, NOW, aGroupObservation } from "../support/builders/observed.ts";

const POOL = "gb200-east";

/** Four racks asked for, of which two never came. */
function short() {
  const { state, picture } = aStage();
  const shortage = noticeStock(undefined, { problem: "stockout", delivered: false, now: NOW });
  const supply = { ...state.supply, unfilled: 2, uncounted: 2, shortage: shortage ?? null };
  return { state: { ...state, supply }, picture };
}

describe("what a fleet holds", () => {
  const dealt = ({ state, picture }: ReturnType<typeof aStage>) =>
    deal([picture], {
      group: aSmallGroup(),
      pools: [state],
      observation: aGroupObservation(),
      foresees: true,
    });

  it("is what stands and what is on its way", () => {
    const { held, asked } = dealt(aStage());
    expect(held[POOL]?.[CODER]).toBe(4);
    expect(asked).toEqual(held);
  });

  it("is not what was asked for and is counted on by nobody", () => {
    const { state, picture } = short();
    const bare = { ...state, owned: { [CODER]: 2 } };
    const { held, asked } = dealt({ state: bare, picture });
    expect(held[POOL]?.[CODER]).toBe(2);
    expect(asked[POOL]?.[CODER]).toBe(4);
  });
});

it("pools that are short of racks are named with the reason, others are not", () => {
  expect(shortagesOf([aStage().state])).toEqual({});
  expect(shortagesOf([short().state])[POOL]?.code).toBe("stockout");
});
