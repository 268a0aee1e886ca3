import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledPool, ConfirmRule } from "../../../src/core/compiled.ts";
import type { CacheVerdict, ForecastBand } from "../../../src/core/decision.ts";
import type { Confirming } from "../../../src/core/gate/confirm-rules.ts";
import {
  cacheVerdictOf,
  forecastConfidence,
  marginalSpend,
  rulesFor,
} from "../../../src/core/gate/confirm-rules.ts";
import {
  MINUTE_MS,
  after,
  millis,
  rackCount,
  turnsPerSecond,
  usd,
  usdPerHour,
} from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { A_SHRINK, growthTo } from "../../support/builders/gate.ts";
import { NOW } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";

type When = Partial<ConfirmRule["when"]>;

/** Five racks committed at 100 USD an hour; growth starts from four. */
const pool = (changes: Partial<CompiledPool> = {}) =>
  aPool("gb200-east", {
    supply: { kind: "Reserved", committedRacks: rackCount(5), windows: [] },
    price: { usdPerRackHour: usdPerHour(100), billedFrom: "Booted" },
    ...changes,
  });

const aBand = (median: number, high: number): ForecastBand => {
  const [p50, p90] = [turnsPerSecond(median), turnsPerSecond(high)];
  return { horizonMs: 1, observed: p50, p10: p50, p50, p90, p99: p90, sizing: p90 };
};

const ruled = (when: When): readonly ConfirmRule[] => [
  {
    name: "rule",
    when: { direction: null, minRacks: null, minUsdPerHour: null, ...when },
    approvers: 1,
    expiresAfterMs: millis(MINUTE_MS),
    onExpiry: "Drop",
  },
];

const view = (when: When, changes: Partial<Confirming> = {}): Confirming => ({
  fleet: aSmallFleet({ confirm: ruled(when) }),
  pool: pool(),
  now: NOW,
  band: aBand(10, 20),
  cache: { cause: "none", rackHelps: null },
  ...changes,
});
const asks = (when: When, changes: Partial<Confirming> = {}, proposal = growthTo(7)): boolean =>
  rulesFor(proposal, view(when, changes)).length > 0;

const spending = (perDay: number, appliesTo: "AboveCommitment" | "Everything") =>
  ({ usdPerDay: usd(perDay), appliesTo, replaceLostRack: true }) as const;
const within = (when: When, budget: CompiledFleet["budget"]): Partial<Confirming> => ({
  fleet: aSmallFleet({ confirm: ruled(when), budget }),
});

describe("a rule about money", () => {
  const half: When = { minBudgetShare: 0.5 };

  // Two racks above the commitment are 4,800 USD a day, all seven 16,800.
  it.each([
    ["half of the budget is used up", spending(9_600, "AboveCommitment"), true],
    ["less than half is", spending(9_700, "AboveCommitment"), false],
    ["of everything, half is", spending(33_600, "Everything"), true],
    ["of everything, less is", spending(33_700, "Everything"), false],
    ["there is no budget to take a share of", null, true],
  ])("asks where %s: %s", (_, budget, asked) => {
    expect(asks(half, within(half, budget))).toBe(asked);
  });

  it("asks where the price is not known, unless all that is counted is paid for", () => {
    const free = { pool: pool({ price: null }) };
    const budget = within(half, spending(1e9, "AboveCommitment"));
    expect(asks(half, { ...budget, ...free })).toBe(true);
    expect(asks(half, { ...budget, ...free }, growthTo(5))).toBe(false);
  });
});

describe("a rule about the pool", () => {
  it.each([
    ["the one", ["gb200-east"], true],
    ["one of two", ["gb200-west", "gb200-east"], true],
    ["another", ["gb200-west"], false],
  ])("asks of %s", (_, pools, asked) => {
    expect(asks({ pools })).toBe(asked);
  });
});

describe("a rule about the time", () => {
  const minutes = (from: number, until: number) => ({
    from: after(NOW, millis(from * MINUTE_MS)),
    until: after(NOW, millis(until * MINUTE_MS)),
  });

  it.each([
    ["in the window", [minutes(-5, 5)], true],
    ["at its very start", [minutes(0, 5)], true],
    ["not at its very end", [minutes(-5, 0)], false],
    ["not before it", [minutes(5, 10)], false],
    ["in one of several", [minutes(-10, -5), minutes(-5, 5)], true],
    ["never once all have passed", [], false],
  ])("asks %s", (_, during, asked) => {
    expect(asks({ during })).toBe(asked);
  });
});

describe("a rule about the forecast", () => {
  it.each([
    ["a wide one", { band: aBand(10, 20) }, true],
    ["a narrow one", { band: aBand(10, 11) }, false],
    ["none", { band: null }, true],
  ])("asks where there is %s: %s", (_, changes, asked) => {
    expect(asks({ maxForecastConfidence: 0.5 }, changes)).toBe(asked);
  });

  it("is sure of nothing at all", () => {
    expect(forecastConfidence(aBand(0, 0))).toBe(1);
  });
});

describe("a rule about the cache", () => {
  const found: readonly (readonly [string, Pick<CacheVerdict, "cause" | "rackHelps">])[] = [
    ["Usual", { cause: "none", rackHelps: null }],
    ["RackHelps", { cause: "capacity-bound", rackHelps: true }],
    ["RackDoesNotHelp", { cause: "routing-spread", rackHelps: false }],
    ["Unknown", { cause: "cannot-tell", rackHelps: null }],
  ];

  it.each(found)("%s", (verdict, cache) => {
    expect(cacheVerdictOf(cache)).toBe(verdict);
    expect(asks({ cacheVerdicts: [cacheVerdictOf(cache)] }, { cache })).toBe(true);
  });

  it("asks only of what it names", () => {
    expect(asks({ cacheVerdicts: ["RackDoesNotHelp", "Unknown"] })).toBe(false);
  });
});

it("a rule applies only where all that it names does: one more condition never asks more", () => {
  const conditions: readonly When[] = [
    { direction: "In" },
    { minRacks: rackCount(4) },
    { minUsdPerHour: usdPerHour(201) },
    { pools: ["gb200-west"] },
    { during: [] },
    { maxForecastConfidence: 0.4 },
    { cacheVerdicts: ["RackHelps"] },
  ];
  fc.assert(
    fc.property(fc.subarray([...conditions], { minLength: 1 }), (some) => {
      expect(asks(Object.assign({}, ...some))).toBe(false);
    }),
  );
  expect(asks({})).toBe(true);
  expect(asks({ direction: "In" }, {}, A_SHRINK)).toBe(true);
});

describe("spend above the commitment", () => {
  it.each([
    ["none within it", 5, pool(), 0],
    ["per rack above it", 7, pool(), 200],
    ["none within it, price or not", 5, pool({ price: null }), 0],
    ["unknown above it without a price", 6, pool({ price: null }), null],
  ])("%s", (_, to, supply, spend) => {
    expect(marginalSpend(rackCount(to), supply)).toBe(spend);
  });
});
