import { describe, expect, it } from "vitest";
import { sumAccounts } from "../../src/sim/account.ts";
import type { RackAccount } from "../../src/sim/rack-meter.ts";

const account = (factor: number, price = true): RackAccount => ({
  gpuHours: {
    held: 10 * factor,
    serving: 6 * factor,
    loaned: factor,
    wasted: 3 * factor,
    marginal: 2 * factor,
  },
  marginalUsd: price ? 20 * factor : null,
  costUsd: price ? 100 * factor : null,
  rackHours: factor,
  peakRacks: factor,
  scaleUps: factor,
  scaleDowns: 0,
  moves: factor,
});

describe("the account of several pools", () => {
  it("is the sum of theirs", () => {
    expect(sumAccounts([account(1), account(2)])).toEqual(account(3));
    expect(sumAccounts([])).toEqual(account(0));
  });

  it("has no dollars as soon as one pool has no price", () => {
    expect(sumAccounts([account(1), account(2, false)])).toEqual(account(3, false));
  });
});
