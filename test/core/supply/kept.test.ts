import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptRacks } from "../../../src/core/supply/kept.ts";
import { millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aStage } from "../../support/builders/gate.ts";
import { CODER } from "../../support/builders/observed.ts";

const POOL = "gb200-east";

interface Given {
  readonly uncounted: number;
  readonly firm: number;
  readonly awarded: number;
  readonly wanted: number;
  readonly serving: number;
  /** Of the fleet, over all pools. */
  readonly total: number;
}

/** Of a pool with four racks standing or asked for. */
function keptOf({ uncounted, firm, awarded, wanted, serving, total }: Given): number {
  const { state } = aStage();
  const supply = { ...state.supply, uncounted, unfilled: uncounted };
  const fleet = aSmallFleet();
  const kept = keptRacks({
    pools: [{ ...state, supply }],
    needs: [{ fleet, wanted, serving, horizonMs: millis(0) }],
    shares: { [POOL]: { firm: rackCount(firm), open: rackCount(0) } },
    awards: [{ fleet: CODER, byPool: { [POOL]: rackCount(awarded) }, total: rackCount(total) }],
  });
  return kept[POOL] ?? 0;
}

describe("racks that stay though nobody counts on them", () => {
  const open = { uncounted: 2, firm: 2, awarded: 2, wanted: 4, serving: 2, total: 4 };

  it.each([
    ["a request that nobody serves instead", open, 2],
    ["no more of it than is lacking", { ...open, serving: 3 }, 1],
    ["none once others serve", { ...open, serving: 4 }, 0],
    ["none that is awarded all the same", { ...open, awarded: 4 }, 0],
    ["none above the fleet's own limit of ten", { ...open, wanted: 10, total: 10 }, 0],
    ["racks of a block that ends later", { ...open, uncounted: 0, awarded: 0, firm: 1 }, 3],
  ])("%s", (_, given, kept) => {
    expect(keptOf(given)).toBe(kept);
  });

  it("are never more than stand or are asked for, nor fewer than none", () => {
    const few = fc.integer({ min: 0, max: 4 });
    const counts = {
      uncounted: few,
      firm: few,
      awarded: few,
      wanted: few,
      serving: few,
      total: few,
    };
    fc.assert(
      fc.property(fc.record(counts), (given) => {
        const kept = keptOf(given);
        expect(kept).toBeGreaterThanOrEqual(0);
        expect(kept).toBeLessThanOrEqual(4);
      }),
      { numRuns: 40 },
    );
  });
});
