import { describe, expect, it } from "vitest";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { type LoneTurn, loneTurns, oneSession, smallFleet } from "../../support/small-fleet.ts";

describe("the kernel of a fleet", () => {
  it("says when the next event is due, and stands where it was told to run to", () => {
    const { kernel } = smallFleet(loneTurns([[70, 10, 2]]));
    expect(kernel.nextEventNs()).toBe(70);
    expect(kernel.runUntil(60)).toBe(60);
    expect(kernel.runUntil(70)).toBe(70);
    expect(kernel.nextEventNs()).toBe(1_070);
    expect(kernel.runUntil(Infinity)).toBe(2_070);
    expect(kernel.nextEventNs()).toBe(Infinity);
  });

  it("stops at the end of the instant at which an ejected replica has run empty", () => {
    const source = loneTurns([
      [0, 10, 2],
      [2_000, 10, 1],
    ]);
    const { kernel } = smallFleet(source, {}, 1);
    kernel.runUntil(0);
    kernel.eject(0, 0);
    expect(kernel.runUntil(5_000)).toBe(2_000);
    expect([kernel.turnsOn(0), kernel.gateway().waiting]).toEqual([0, 1]);
    kernel.remove(0, 2_000);
    expect(kernel.runUntil(5_000)).toBe(5_000);
  });

  it("has turns that arrive when an iteration ends take part in the next one", () => {
    const source = loneTurns([
      [0, 10, 10],
      [3_000, 10, 1],
      [4_001, 10, 1],
    ]);
    const { kernel, turns } = smallFleet(source);
    kernel.runUntil(1e6);
    const firstTokens = turns.toSorted((a, b) => a.session - b.session);
    expect(firstTokens.map(({ firstTokenNs }) => firstTokenNs)).toEqual([1_000, 4_000, 6_000]);
  });

  it("slows a replica from its next iteration on", () => {
    const { kernel, turns } = smallFleet(loneTurns([[0, 10, 5]]));
    kernel.runUntil(2_000);
    kernel.setSlowdown(0, 2_000, 2);
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ endNs: 3_000 + 2 * 2_000 }]);
  });

  it("has replicas that keep no prefixes, all of whose KV is private", () => {
    const row = { input: 25, output: 2, chain: 0, delayNs: 0 };
    const seen = [true, false].map((prefixCaching) => {
      const source = oneSession([row, { ...row, after: [0] }]);
      const { kernel, turns } = smallFleet(source, {}, 0);
      kernel.addReplica(0, "Aggregated", { kvTokens: 100, prefixCaching });
      kernel.runUntil(1_000);
      const { pinnedTokens } = kernel.metrics(0, 1_000);
      kernel.runUntil(1e6);
      return [pinnedTokens, kernel.metrics(0, 1e6).cachedTokens, turns[1]?.cachedTokens];
    });
    expect(seen).toEqual([
      [26, 20, 20],
      [26, 0, 0],
    ]);
  });

  it("has an engine reject what exceeds its own KV: nobody tries that again", () => {
    const source = loneTurns([
      [0, 10, 10],
      [10, 10, 11],
    ]);
    const { kernel, turns } = smallFleet(source, {}, 0);
    kernel.addReplica(0, "Aggregated", { kvTokens: 20, prefixCaching: true });
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([
      { session: 1, end: "rejected", endNs: 10, replica: 0, tries: 1 },
      { session: 0, end: "completed", tries: 1 },
    ]);
    expect(kernel.turnsOn(0)).toBe(0);
  });

  it.each([
    ["a time that goes back", (kernel: ReturnType<typeof createFleetKernel>) => kernel.runUntil(9)],
    ["an act in the past", (kernel: ReturnType<typeof createFleetKernel>) => kernel.eject(0, 9)],
    [
      "an act beyond events",
      (kernel: ReturnType<typeof createFleetKernel>) => kernel.eject(0, 1_100),
    ],
    [
      "a replica that never was",
      (kernel: ReturnType<typeof createFleetKernel>) => kernel.flushCache(7, 10),
    ],
    [
      "a replica without KV",
      (kernel: ReturnType<typeof createFleetKernel>) =>
        kernel.addReplica(10, "Aggregated", { kvTokens: 0, prefixCaching: true }),
    ],
    [
      "no speed at all",
      (kernel: ReturnType<typeof createFleetKernel>) => kernel.setSlowdown(0, 10, 0),
    ],
  ])("refuses %s", (_, act) => {
    const { kernel } = smallFleet(loneTurns([[0, 10, 3]]));
    kernel.runUntil(10);
    expect(() => act(kernel)).toThrow(RangeError);
  });

  it("is a fleet without replicas at first", () => {
    const kernel = createFleetKernel(optionsWith([]));
    expect([kernel.nextEventNs(), kernel.addReplica(5, "Aggregated")]).toEqual([Infinity, 0]);
  });

  it("counts the same whether or not it is scraped on the way", () => {
    const lone = Array.from({ length: 40 }, (_, at): LoneTurn => [at * 700, 10 + at, 1 + at]);
    const [scraped, left] = [smallFleet(loneTurns(lone)), smallFleet(loneTurns(lone))];
    for (let nowNs = 0; nowNs <= 1e6; nowNs += 333) {
      scraped.kernel.runUntil(nowNs);
      scraped.kernel.metrics(0, nowNs);
    }
    left.kernel.runUntil(1e6);
    expect(scraped.turns).toEqual(left.turns);
  });
});
