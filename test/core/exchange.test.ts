import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exchange } from "../../src/core/exchange.ts";
import type { Holder } from "../../src/core/exchange.ts";
import { rackCount, ratio } from "../../src/core/units.ts";

type PoolTerms = Partial<Omit<Holder["pools"][number], "name" | "left">>;

/** What the pools have left, and the fleets that hold the rest. */
class Table {
  private readonly left: Map<string, number>;

  constructor(left: Readonly<Record<string, number>> = {}) {
    this.left = new Map(Object.entries(left));
  }

  /** @param curve attainment with 0, 1, 2 … racks, as many as are wanted */
  holder(
    given: Readonly<Record<string, number>>,
    curve: readonly number[],
    pools: Readonly<Record<string, PoolTerms>> = { a: {} },
  ): Holder {
    return {
      given: new Map(Object.entries(given)),
      wanted: curve.length - 1,
      curve: curve.map((share, racks) => ({ racks: rackCount(racks), attainment: ratio(share) })),
      pools: Object.entries(pools).map(([name, terms]) => ({
        name,
        guaranteed: 0,
        max: 20,
        weight: 1,
        owned: 0,
        left: this.left,
        ...terms,
      })),
    };
  }

  remaining = (pool: string): number => this.left.get(pool) ?? 0;
}

const givenOf = (holders: readonly Holder[]) =>
  holders.map(({ given }) => Object.fromEntries(given));

function exchanged(...holders: readonly Holder[]) {
  exchange(holders);
  return givenOf(holders);
}

/** Nothing is in time before the third rack. */
const LATE = [0, 0, 0, 0.9];
const STEADY = [0, 0.4, 0.8, 0.95];

describe("racks go to another fleet", () => {
  const table = new Table();

  it("where they are worth nothing without one more", () => {
    const stranded = table.holder({ a: 2 }, LATE);
    expect(exchanged(stranded, table.holder({ a: 1 }, STEADY))).toEqual([{}, { a: 3 }]);
  });

  it("or where the other one needs several at once for them to be worth anything", () => {
    const held = table.holder({ a: 3 }, [0, 0.2, 0.4, 0.6]);
    expect(exchanged(held, table.holder({}, LATE))).toEqual([{}, { a: 3 }]);
  });

  it("by weight", () => {
    const light = table.holder({ a: 1 }, [0, 0.5]);
    const heavy = table.holder({}, [0, 0.3], { a: { weight: 2 } });
    expect(exchanged(light, heavy)).toEqual([{}, { a: 1 }]);
  });

  it.each<[string, Holder, Holder]>([
    ["what is guaranteed", table.holder({ a: 2 }, LATE, { a: { guaranteed: 2 } }), late()],
    ["more than it may have", table.holder({ a: 3 }, STEADY), late({ a: { max: 2 } })],
    ["of a pool it does not draw on", table.holder({ a: 3 }, STEADY), late({ b: {} })],
    ["for as much as is lost", table.holder({ a: 1 }, [0, 0.5]), table.holder({}, [0, 0.5])],
  ])("but never %s", (_, giver, taker) => {
    const before = givenOf([giver, taker]);
    expect(exchanged(giver, taker)).toEqual(before);
  });

  function late(pools?: Readonly<Record<string, PoolTerms>>): Holder {
    return table.holder({}, LATE, pools);
  }
});

describe("a fleet takes another pool's rack, so that one that can get no other has its own", () => {
  const both = { a: {}, b: {} };

  it("and what is left is one less", () => {
    const table = new Table({ b: 1 });
    const flexible = table.holder({ a: 2 }, [0, 0.4, 0.8], both);
    const bound = table.holder({}, [0, 0.1]);
    expect(exchanged(flexible, bound)).toEqual([{ a: 1, b: 1 }, { a: 1 }]);
    expect(table.remaining("b")).toBe(0);
  });

  it.each<[string, Readonly<Record<string, number>>, Readonly<Record<string, PoolTerms>>]>([
    ["nothing is left there", { b: 0 }, both],
    ["it runs on the racks it has", { b: 1 }, { a: { owned: 2 }, b: {} }],
    ["it may have none there", { b: 1 }, { a: {}, b: { max: 0 } }],
  ])("not where %s", (_, left, pools) => {
    const table = new Table(left);
    const held = table.holder({ a: 2 }, [0, 0.4, 0.8], pools);
    expect(exchanged(held, table.holder({}, [0, 0.1]))).toEqual([{ a: 2 }, {}]);
  });
});

describe("always", () => {
  const aCurve = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 6 });
  const aHolder = fc.record({
    steps: aCurve,
    given: fc.integer({ min: 0, max: 5 }),
    weight: fc.integer({ min: 0, max: 3 }),
  });

  it("as many racks are dealt as before, nobody has more than wanted, and nothing is lost", () => {
    fc.assert(
      fc.property(fc.array(aHolder, { minLength: 2, maxLength: 4 }), (drawn) => {
        const table = new Table();
        const holders = drawn.map(({ steps, given, weight }) => {
          const total = steps.reduce((sum, step) => sum + step, 1);
          const rise = steps.map((_, at) => steps.slice(0, at).reduce((a, b) => a + b, 0) / total);
          return table.holder({ a: Math.min(given, rise.length - 1) }, rise, { a: { weight } });
        });
        const [racks, worth] = [racksOf(holders), worthOf(holders)];
        exchange(holders);
        expect(racksOf(holders)).toBe(racks);
        expect(worthOf(holders)).toBeGreaterThanOrEqual(worth - 1e-9);
        for (const { given, wanted } of holders) {
          expect(given.get("a") ?? 0).toBeLessThanOrEqual(wanted);
        }
      }),
    );
  });

  const racksOf = (holders: readonly Holder[]): number =>
    holders.reduce((sum, { given }) => sum + (given.get("a") ?? 0), 0);

  const worthOf = (holders: readonly Holder[]): number =>
    holders.reduce((sum, { given, curve, pools: [pool] }) => {
      return sum + (pool?.weight ?? 0) * (curve[given.get("a") ?? 0]?.attainment ?? 1);
    }, 0);
});
