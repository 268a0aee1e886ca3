import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../../src/core/compiled.ts";
import type { PoolCount } from "../../../src/core/observation.ts";
import { keptRacks } from "../../../src/core/supply/kept.ts";
import { poolShares } from "../../../src/core/supply/shares.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CODER, NOW, aPoolObservation, someRacks } from "../../support/builders/observed.ts";

const POOL = "gb200-east";

/** `present` racks of six asked for. */
function stateOf(present: number, stock: PoolCount["stock"], pool: Partial<CompiledPool> = {}) {
  const { count } = aPoolObservation(6);
  const granted = rackCount(present);
  const observed = { racks: someRacks(present), count: count && { ...count, stock, granted } };
  return aStage({ observed, pool }).state;
}

function seen(state: ReturnType<typeof stateOf>, wanted: number, foresees = true) {
  const need = { fleet: aSmallFleet(), wanted, serving: 4, horizonMs: millis(60 * MINUTE_MS) };
  const supply = { pools: [state], needs: [need], now: NOW, foresees };
  const shares = poolShares(supply);
  const given = rackCount(Math.min(wanted, shares[POOL]?.firm ?? 0));
  const awards = [{ fleet: CODER, byPool: { [POOL]: given }, total: rackCount(wanted) }];
  return { ...shares[POOL], kept: keptRacks({ ...supply, shares, awards })[POOL] };
}

describe("what a pool has for its fleets", () => {
  it("is all it may have while nothing is wrong", () => {
    expect(seen(stateOf(4, "unknown"), 6)).toEqual({ firm: 12, open: 0, kept: 0 });
  });

  it("is what was handed out while it is out of stock; what is asked for is dealt last", () => {
    expect(seen(stateOf(4, "stockout"), 6)).toEqual({ firm: 4, open: 2, kept: 2 });
  });

  it("and a request is kept only for what others do not serve yet", () => {
    expect(seen(stateOf(4, "stockout"), 5).kept).toBe(1);
    expect(seen(stateOf(4, "stockout"), 4).kept).toBe(0);
  });
});

describe("what a capacity block has", () => {
  const block = (endsMin: number): Partial<CompiledPool> => ({
    supply: {
      kind: "Calendar",
      committedRacks: rackCount(0),
      windows: [
        {
          from: NOW,
          until: after(NOW, millis(endsMin * MINUTE_MS)),
          racks: rackCount(6),
          evacuateBeforeMs: millis(0),
        },
      ],
    },
  });

  it("is all its racks while its end is beyond the horizon and the drains", () => {
    expect(seen(stateOf(6, "unknown", block(600)), 6)).toEqual({ firm: 6, open: 0, kept: 0 });
  });

  it("is none within them: the racks stay, and others are asked for", () => {
    const { firm = 0, kept = 0 } = seen(stateOf(6, "unknown", block(61)), 6);
    expect(firm).toBe(0);
    expect(kept).toBeGreaterThan(0);
  });

  it("is seen to end only where ends are foreseen", () => {
    const early = stateOf(6, "unknown", block(90));
    expect(seen(early, 6, false).firm).toBeGreaterThan(seen(early, 6).firm ?? 0);
  });
});
