import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrate, consumerOf, marginalAttainment } from "../../src/core/arbitrate.ts";
import type { Claimant } from "../../src/core/arbitrate.ts";
import type { CompiledPool } from "../../src/core/compiled.ts";
import type { AttainmentByRacks, WantRacks } from "../../src/core/decision.ts";
import { reason } from "../../src/core/reasons.ts";
import { rackCount, ratio, usdPerHour } from "../../src/core/units.ts";
import { aFleet, aPool } from "../support/reports/compiled.ts";

interface Share {
  readonly guaranteed?: number;
  readonly max?: number;
  readonly weight?: number;
}

const poolOf = (name: string, shares: Readonly<Record<string, Share>>): CompiledPool =>
  aPool(name, {
    consumers: Object.entries(shares).map(([fleet, { guaranteed = 0, max = 20, weight = 1 }]) => ({
      fleet: { namespace: "agents", name: fleet },
      guaranteed: rackCount(guaranteed),
      max: rackCount(max),
      weight,
    })),
  });

const curveOf = (...attainment: readonly number[]): AttainmentByRacks =>
  attainment.map((share, racks) => ({ racks: rackCount(racks), attainment: ratio(share) }));

/** Every rack brings the same until ten. */
const STEADY = curveOf(...Array.from({ length: 11 }, (_, racks) => racks / 10));

function claim(
  name: string,
  racks: number,
  more: {
    readonly curve?: AttainmentByRacks;
    readonly pools?: readonly string[];
    readonly owned?: Claimant["owned"];
  } = {},
): Claimant {
  const { curve = STEADY, pools = ["a"], owned = {} } = more;
  const want: WantRacks = {
    racks: rackCount(racks),
    curve,
    reason: reason("demand-forecast"),
    shrinkable: true,
    shrinkHold: null,
  };
  const drawn = pools.map((pool, preference) => ({
    name: pool,
    preference,
    engineStartPrior: aPool().leadTimePrior.join,
  }));
  return { fleet: aFleet(name, { pools: drawn }), want, owned };
}

function awarded(
  claimants: readonly Claimant[],
  pools: readonly CompiledPool[],
  ceilings: Readonly<Record<string, number>>,
) {
  const counted = Object.fromEntries(
    Object.entries(ceilings).map(([pool, racks]) => [pool, rackCount(racks)]),
  );
  return arbitrate(claimants, pools, counted).map(({ byPool }) => byPool);
}

describe("one pool, two fleets", () => {
  const even = poolOf("a", { x: {}, y: {} });

  it("everyone gets what they want while there is enough", () => {
    expect(awarded([claim("x", 3), claim("y", 4)], [even], { a: 7 })).toEqual([{ a: 3 }, { a: 4 }]);
  });

  it("a guarantee buys nothing for a fleet that runs on as many racks of another pool", () => {
    const pools = [poolOf("a", { x: { guaranteed: 4 } }), poolOf("b", { x: {} })];
    const settled = claim("x", 4, { pools: ["b", "a"], owned: { b: 4 } });
    expect(awarded([settled], pools, { a: 9, b: 9 })).toEqual([{ b: 4 }]);
  });

  it("nor in a pool that the fleet does not draw on", () => {
    const pools = [poolOf("a", { x: { guaranteed: 4 } }), poolOf("b", { x: {} })];
    expect(awarded([claim("x", 3, { pools: ["b"] })], pools, { a: 9, b: 9 })).toEqual([{ b: 3 }]);
  });

  it("guarantees come first, whatever weighs more", () => {
    const pool = poolOf("a", { x: { weight: 100 }, y: { guaranteed: 3 } });
    expect(awarded([claim("x", 9), claim("y", 9)], [pool], { a: 5 })).toEqual([{ a: 2 }, { a: 3 }]);
  });

  it("a guarantee that is not wanted is free for others", () => {
    const pool = poolOf("a", { x: {}, y: { guaranteed: 3 } });
    expect(awarded([claim("x", 9), claim("y", 1)], [pool], { a: 5 })).toEqual([{ a: 4 }, { a: 1 }]);
  });

  it("then weight decides", () => {
    const pool = poolOf("a", { x: { weight: 1 }, y: { weight: 2 } });
    expect(awarded([claim("x", 9), claim("y", 3)], [pool], { a: 4 })).toEqual([{ a: 1 }, { a: 3 }]);
  });

  it("and what a rack brings: the second of one before the first of another", () => {
    const steep = claim("x", 2, { curve: curveOf(0, 0.5, 1) });
    const flat = claim("y", 9);
    expect(awarded([flat, steep], [even], { a: 3 })).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("a fleet that needs three racks before any turn is in time is not starved", () => {
    const late = claim("x", 3, { curve: curveOf(0, 0, 0, 0.9) });
    expect(awarded([claim("y", 9), late], [even], { a: 3 })).toEqual([{}, { a: 3 }]);
  });

  it("on a tie the first listed", () => {
    expect(awarded([claim("x", 1), claim("y", 1)], [even], { a: 1 })).toEqual([{ a: 1 }, {}]);
  });
});

describe("two pools, one fleet", () => {
  const pools = [poolOf("a", { x: { max: 2 } }), poolOf("b", { x: {} })];

  it("fills the preferred pool first, up to its max", () => {
    expect(awarded([claim("x", 5, { pools: ["a", "b"] })], pools, { a: 9, b: 9 })).toEqual([
      { a: 2, b: 3 },
    ]);
  });

  it("keeps the racks it has before it prefers others", () => {
    const settled = claim("x", 2, { pools: ["a", "b"], owned: { b: 2 } });
    expect(awarded([settled], pools, { a: 9, b: 9 })).toEqual([{ b: 2 }]);
  });

  it("gets nothing of a pool it does not draw on, does not appear in, or that is unknown", () => {
    expect(awarded([claim("x", 5, { pools: ["b"] })], pools, { a: 9, b: 2 })).toEqual([{ b: 2 }]);
    expect(awarded([claim("z", 5)], pools, { a: 9 })).toEqual([{}]);
    expect(awarded([claim("x", 5)], pools, {})).toEqual([{}]);
  });
});

describe("never", () => {
  it("more than wanted, than max, than a ceiling; and nothing is left over", () => {
    const upTo = (max: number) => fc.integer({ min: 0, max });
    const share = fc.record({ guaranteed: upTo(4), max: upTo(8), weight: upTo(3) });
    fc.assert(
      fc.property(
        fc.tuple(share, share),
        fc.tuple(upTo(9), upTo(9)),
        fc.tuple(upTo(9), upTo(9)),
        ([x, y], [wantX, wantY], [a, b]) => {
          const pools = [poolOf("a", { x, y }), poolOf("b", { x, y })];
          const names = ["a", "b"];
          const both = [claim("x", wantX, { pools: names }), claim("y", wantY, { pools: names })];
          const given = awarded(both, pools, { a, b });
          const sum = (of: Readonly<Record<string, number>> | undefined) =>
            (of?.["a"] ?? 0) + (of?.["b"] ?? 0);
          expect(sum(given[0])).toBeLessThanOrEqual(wantX);
          expect(sum(given[1])).toBeLessThanOrEqual(wantY);
          for (const [pool, ceiling] of [["a", a] as const, ["b", b] as const]) {
            const [ofX = 0, ofY = 0] = given.map((award) => award[pool]);
            expect(ofX).toBeLessThanOrEqual(x.max);
            expect(ofY).toBeLessThanOrEqual(y.max);
            expect(ofX + ofY).toBeLessThanOrEqual(ceiling);
            const lacking = sum(given[0]) < wantX && ofX < x.max;
            if (lacking) expect(ofX + ofY).toBe(ceiling);
          }
        },
      ),
    );
  });
});

describe("always", () => {
  interface Drawn {
    readonly weight: number;
    readonly guaranteed: number;
    readonly max: number;
    /** What each further rack brings, in whole points. */
    readonly gains: readonly number[];
  }

  const upTo = (max: number) => fc.integer({ min: 0, max });
  const aFleetDrawn: fc.Arbitrary<Drawn> = fc.record({
    weight: upTo(3),
    guaranteed: upTo(2),
    max: upTo(6),
    gains: fc.array(upTo(9), { maxLength: 6 }),
  });
  const namesOf = (drawn: readonly Drawn[]) => drawn.map((_, n) => `f${n}`);
  const attainmentOf = (gains: readonly number[], racks: number): number =>
    gains.slice(0, racks).reduce((sum, gain) => sum + gain, 0) / 100;
  const valueOf = ({ weight, gains }: Drawn, racks: number): number =>
    weight * attainmentOf(gains, racks);

  function awardsOf(drawn: readonly Drawn[], ceiling: number): readonly number[] {
    const names = namesOf(drawn);
    const pool = poolOf("a", Object.fromEntries(drawn.map((share, n) => [names[n] ?? "", share])));
    const claimants = drawn.map(({ gains }, n) => {
      const curve = Array.from({ length: gains.length + 1 }, (_, racks) =>
        attainmentOf(gains, racks),
      );
      return claim(names[n] ?? "", gains.length, { curve: curveOf(...curve) });
    });
    return awarded(claimants, [pool], { a: ceiling }).map((award) => award["a"] ?? 0);
  }

  const swapsAmong = (drawn: readonly Drawn[]) =>
    [...drawn.keys()].flatMap((giver) =>
      [...drawn.keys()]
        .filter((taker) => taker !== giver)
        .flatMap((taker) => [1, 2].map((many) => ({ giver, taker, many }))),
    );

  it("no rack, and no two, would bring more with another fleet", () => {
    fc.assert(
      fc.property(
        fc.array(aFleetDrawn, { minLength: 2, maxLength: 4 }),
        upTo(12),
        (drawn, ceiling) => {
          const racks = awardsOf(drawn, ceiling);
          for (const { giver, taker, many } of swapsAmong(drawn)) {
            const [from, to] = [drawn[giver], drawn[taker]];
            if (from === undefined || to === undefined) continue;
            const [has, gets] = [(racks[giver] ?? 0) - many, (racks[taker] ?? 0) + many];
            const kept = Math.min(from.guaranteed, from.max);
            if (has < kept || gets > Math.min(to.max, to.gains.length)) continue;
            const gain = valueOf(to, gets) - valueOf(to, gets - many);
            const loss = valueOf(from, has + many) - valueOf(from, has);
            expect(gain).toBeLessThanOrEqual(loss + 1e-9);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a guarantee that is wanted is met, whoever gains more", () => {
    fc.assert(
      fc.property(fc.array(aFleetDrawn, { minLength: 2, maxLength: 4 }), (drawn) => {
        const entitled = drawn.map(({ guaranteed, max, gains }) =>
          Math.min(guaranteed, max, gains.length),
        );
        const racks = awardsOf(
          drawn,
          entitled.reduce((sum, many) => sum + many, 0),
        );
        for (const [n, many] of entitled.entries()) {
          expect(racks[n]).toBeGreaterThanOrEqual(many);
        }
      }),
    );
  });

  it("racks that are worth nothing without one more go to a fleet that can use them", () => {
    const pool = poolOf("a", { x: {}, y: {} });
    const late = claim("x", 3, { curve: curveOf(0, 0, 0, 0.9) });
    expect(awarded([late, claim("y", 5)], [pool], { a: 2 })).toEqual([{}, { a: 2 }]);
  });
});

describe("what one more rack brings", () => {
  it("is looked for no further than there can be racks", () => {
    expect(marginalAttainment(curveOf(0, 0, 0.8), 0, 1)).toBe(0);
    expect(marginalAttainment(curveOf(0, 0, 0.8), 0, 2)).toBeCloseTo(0.4);
  });

  it.each([
    ["the next rack's gain", curveOf(0, 0.5, 0.6), 0, 0.5],
    ["the best slope further on", curveOf(0, 0, 0.8), 0, 0.4],
    ["nothing on the plateau", curveOf(0, 1, 1), 1, 0],
    ["nothing beyond the curve", curveOf(0, 0.5), 5, 0],
    ["nothing without a curve", [], 0, 0],
  ])("%s", (_, curve, racks, gain) => {
    expect(marginalAttainment(curve, racks)).toBeCloseTo(gain);
  });
});

describe("a consumer of a pool", () => {
  it("is found by namespace and name", () => {
    const pool = poolOf("a", { x: { max: 7 } });
    expect(consumerOf(pool, aFleet("x"))?.max).toBe(7);
    expect(consumerOf(pool, aFleet("y"))).toBeUndefined();
    expect(consumerOf(pool, aFleet("x", { key: "other/x" }))).toBeUndefined();
  });
});

describe("racks that may be asked for and may not come", () => {
  const pools = [poolOf("a", { x: {}, y: {} }), poolOf("b", { x: {}, y: {} })];
  const dealt = (claimants: readonly Claimant[], firm: number, open: number) =>
    arbitrate(claimants, pools, { a: rackCount(firm), b: rackCount(2) }, { a: rackCount(open) });

  it("are dealt last: another pool that has racks comes first", () => {
    const [award] = dealt([claim("x", 5, { pools: ["a", "b"] })], 4, 3);
    expect(award?.byPool).toEqual({ a: 4, b: 1 });
  });

  it("are dealt to who gets nothing better", () => {
    const [award] = dealt([claim("x", 8, { pools: ["a", "b"] })], 4, 3);
    expect(award).toMatchObject({ byPool: { a: 6, b: 2 }, total: 8 });
  });
});

describe("pools that a fleet likes as well as each other", () => {
  const supply = (committed: number) =>
    ({ kind: "Reserved", committedRacks: rackCount(committed), windows: [] }) as const;
  const price = (usd: number) =>
    ({ usdPerRackHour: usdPerHour(usd), billedFrom: "Booted" }) as const;
  const indifferent = (owned: Claimant["owned"] = {}): Claimant => {
    const given = claim("x", 3, { pools: ["a", "b"], owned });
    const alike = given.fleet.pools.map((pool) => ({ ...pool, preference: 1 }));
    return { ...given, fleet: { ...given.fleet, pools: alike } };
  };
  const dear = { ...poolOf("a", { x: {} }), supply: supply(0), price: price(700) };

  it("give what is paid for first, then what is cheaper", () => {
    const paid = { ...poolOf("b", { x: {} }), supply: supply(2), price: price(800) };
    expect(awarded([indifferent()], [dear, paid], { a: 9, b: 9 })).toEqual([{ a: 1, b: 2 }]);
    const cheap = { ...poolOf("b", { x: {} }), supply: supply(0), price: price(300) };
    expect(awarded([indifferent()], [dear, cheap], { a: 9, b: 9 })).toEqual([{ b: 3 }]);
  });

  it("keep what the fleet already runs on, whatever it costs", () => {
    const cheap = { ...poolOf("b", { x: {} }), supply: supply(0), price: price(300) };
    const settled = indifferent({ a: 3 });
    expect(awarded([settled], [dear, cheap], { a: 9, b: 9 })).toEqual([{ a: 3 }]);
  });
});
