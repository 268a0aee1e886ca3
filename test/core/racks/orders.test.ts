import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followOrders } from "../../../src/core/racks/orders.ts";
import type { OrderInput } from "../../../src/core/racks/orders.ts";
import type { RackOrder } from "../../../src/core/memory.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW, aPoolObservation } from "../../support/builders/observed.ts";

const at = (minute: number) => after(NOW, millis(minute * MINUTE_MS));
const order = (minute: number, grantedMinute?: number): RackOrder => ({
  at: at(minute),
  watched: true,
  ...(grantedMinute === undefined ? {} : { grantedAt: at(grantedMinute) }),
});

function count(desired: number, granted?: number): OrderInput["count"] {
  const known = aPoolObservation(4).count;
  if (known === null) throw new Error("the count is known");
  const counted = { ...known, desired: rackCount(desired) };
  return granted === undefined ? counted : { ...counted, granted: rackCount(granted) };
}

const follow = (changes: Partial<OrderInput>) =>
  followOrders({
    before: [],
    answered: 0,
    count: count(4),
    standing: 4,
    requestedAt: null,
    now: NOW,
    ...changes,
  });

describe("racks asked for", () => {
  it("begin to wait when the count says so", () => {
    expect(follow({ count: count(6) }).orders).toEqual([order(0), order(0)]);
  });

  it.each([
    ["since we asked, a tick ago", -0.25, -0.25],
    ["since now, when our last request is older", -2.1, 0],
  ])("wait %s", (_, requested, since) => {
    const { orders } = follow({ count: count(5), requestedAt: at(requested) });
    expect(orders).toEqual([order(since)]);
  });

  it("found waiting at the first sight were not watched", () => {
    const { orders } = follow({ before: undefined, count: count(5) });
    expect(orders).toEqual([{ ...order(0), watched: false }]);
  });

  it("are answered oldest first", () => {
    const before = [order(-9), order(-5)];
    const { orders } = follow({ before, answered: 1, count: count(6), standing: 5 });
    expect(orders).toEqual([order(-5)]);
  });

  it("are taken back newest first", () => {
    expect(follow({ before: [order(-9), order(-5)], count: count(5) }).orders).toEqual([order(-9)]);
  });

  it("are asked for anew when a rack that stood is gone", () => {
    expect(follow({ standing: 3 }).orders).toEqual([order(0)]);
  });

  it("are granted oldest first, and once", () => {
    const before = [order(-9, -2), order(-5), order(-1)];
    const { orders, grantsMs } = follow({ before, count: count(7, 6) });
    expect(orders).toEqual([order(-9, -2), order(-5, 0), order(-1)]);
    expect(grantsMs).toEqual([5 * MINUTE_MS]);
  });

  it("whose beginning was not watched have no duration", () => {
    const before = [{ ...order(-9), watched: false }];
    expect(follow({ before, count: count(5, 5) }).grantsMs).toEqual([]);
  });

  it("are never remembered beyond 64, whatever count somebody set", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.nat(1e6), (desired, granted) => {
        const { orders } = follow({ count: count(desired, granted), standing: 0 });
        expect(orders).toHaveLength(Math.min(64, desired));
      }),
    );
  });
});
