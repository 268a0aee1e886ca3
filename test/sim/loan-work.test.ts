import { describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../src/core/units.ts";
import type { Millis } from "../../src/core/units.ts";
import { LoanWork } from "../../src/sim/loan-work.ts";
import { isLent } from "../../src/sim/rack-state.ts";
import type { SimRack } from "../../src/sim/rack-state.ts";
import { someTerms } from "../support/builders/loans.ts";
import { GROUP, aWorld, onlyPool } from "../support/simulated-world.ts";

const TEN_MINUTES_MS = millis(10 * MINUTE_MS);

/** The start racks of which the last is lent; a pod has ten minutes to save its work. */
function aLoanWorld() {
  const loan = someTerms({ graceMs: TEN_MINUTES_MS, max: rackCount(2) });
  const pools = GROUP.pools.map((pool) => ({ ...pool, loan }));
  const world = aWorld({ group: { ...GROUP, pools }, supply: { loanedRacks: 1 } });
  const pool = onlyPool(world);
  const [own, ...others] = pool.racks();
  const lent = others.at(-1);
  if (own === undefined || lent === undefined) throw new Error("two racks at least");
  const uidsOf = (rack: SimRack) => new Set(rack.nodes.map(({ uid }) => uid));
  const pass = (ms: Millis) => world.advanceTo(after(world.now(), ms));
  return { world, pool, uidsOf, pass, lent, own };
}
const ours = (rack: SimRack) => rack.pods.filter(({ fleet }) => fleet !== null).length;

describe("the loan's work in a simulated pool", () => {
  it("is decided on only where the pool has a loan", () => {
    const { pool } = aLoanWorld();
    expect(pool.loan).toBeInstanceOf(LoanWork);
    expect([pool.loan.isDecided, onlyPool(aWorld()).loan.isDecided]).toEqual([true, false]);
  });

  it("is on the racks that are lent at the start; the fleets' bear the fence", () => {
    const { lent, own } = aLoanWorld();
    expect([isLent(lent), lent.loaned, lent.pods.every(({ fleet }) => fleet === null)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(own.nodes.every(({ loanFence }) => loanFence)).toBe(true);
  });

  it("leaves within its grace once it is told to, and then the fleet has the rack", () => {
    const { pool, lent, uidsOf, pass } = aLoanWorld();
    pool.loan.fence(uidsOf(lent));
    for (const pod of lent.pods.slice()) pool.evict(lent, pod, TEN_MINUTES_MS);
    pass(MINUTE_MS);
    expect(lent.pods.filter(({ terminating }) => terminating).length).toBeGreaterThan(0);
    expect(ours(lent)).toBe(0);
    pass(TEN_MINUTES_MS);
    expect([lent.loaned, isLent(lent), ours(lent) > 0]).toEqual([false, false, true]);
  });

  it("is back on a rack that was left lent", () => {
    const { pool, lent, pass } = aLoanWorld();
    const before = lent.pods.map(({ uid }) => uid);
    for (const pod of lent.pods.slice()) pool.evict(lent, pod, TEN_MINUTES_MS);
    pass(HOUR_MS);
    expect(lent.pods.length).toBe(before.length);
    expect(lent.pods.some(({ uid }) => before.includes(uid))).toBe(false);
  });

  it("comes to a rack that is lent anew once nothing keeps it off", () => {
    const { world, pool, own, uidsOf, pass } = aLoanWorld();
    pool.setCordoned(uidsOf(own), true);
    for (const pod of own.pods.slice()) pool.evict(own, pod);
    pass(TEN_MINUTES_MS);
    expect(own.pods).toEqual([]);
    pool.loan.unfence(uidsOf(own), world.now());
    pass(TEN_MINUTES_MS);
    expect(own.pods).toEqual([]);
    pool.setCordoned(uidsOf(own), false);
    pass(TEN_MINUTES_MS);
    expect([own.loaned, ours(own), own.pods.length > 0]).toEqual([true, 0, true]);
  });
});
