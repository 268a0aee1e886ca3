import { describe, expect, it } from "vitest";
import { TurnArrivals } from "../../../src/sim/kernel/turn-arrivals.ts";
import type { SessionSource } from "../../../src/traces/turn-templates.ts";
import { loneTurns, oneSession, smallFleet, smallParts } from "../../support/small-fleet.ts";

/** Sessions of an anonymous template: each start says how long its turn is. */
function anonymous(lengths: readonly (readonly [input: number, output: number])[]): SessionSource {
  const left = [...lengths];
  return {
    templates: loneTurns([[0, 1, 1]]).templates,
    next(start) {
      const [input = 0, output = 0] = left.shift() ?? [];
      Object.assign(start, { atNs: 0, template: 0, inputTokens: input, outputTokens: output });
      return input > 0;
    },
  };
}

const again = [
  { input: 60, output: 1, chain: 0, delayNs: 0 },
  { input: 60, output: 1, chain: 0, delayNs: 0, after: [0] },
];

describe("a turn that arrives", () => {
  it("is rejected when it fits no unit's KV, and its session ends", () => {
    const rows = [
      { input: 95, output: 6, chain: 0, delayNs: 0 },
      { input: 10, output: 1, chain: 0, delayNs: 0, after: [0] },
    ];
    const { kernel, turns } = smallFleet(oneSession(rows), { engine: { kvTokens: 100 } });
    kernel.runUntil(1e6);
    expect(turns).toMatchObject([{ end: "rejected", endNs: 0, tries: 0 }]);
    expect(kernel.results(1e6).counts).toMatchObject({ arrived: 1, rejected: 1, inFlight: 0 });
  });

  it("is as long as its start says, if its template is anonymous", () => {
    const lengths = [
      [33, 2],
      [5, 4],
    ] as const;
    const { kernel } = smallFleet(anonymous(lengths));
    kernel.runUntil(1e6);
    expect(kernel.metrics(0, 1e6)).toMatchObject({ promptTokens: 38, generatedTokens: 6 });
  });

  it.each([
    [25, 20],
    [60, 50],
  ])("shares no block behind %d tokens when its prompt is unstable", (depthTokens, found) => {
    const { kernel, turns } = smallFleet(oneSession(again));
    kernel.setUnstablePrompts(0, 1, depthTokens);
    kernel.runUntil(1e6);
    kernel.checkConserved();
    expect(turns.map(({ cachedTokens }) => cachedTokens)).toEqual([0, found]);
  });

  it("does not, once its session has ended", () => {
    const rows = [
      { input: 10, output: 1, chain: 0, delayNs: 0 },
      { input: 10, output: 1, chain: 0, delayNs: 500 },
    ];
    const clients = { timeoutNs: 10, retries: 0, retryBackoffNs: 0, abandonAfterNs: Infinity };
    const { kernel, turns } = smallFleet(oneSession(rows), { clients });
    kernel.runUntil(20);
    expect(turns).toMatchObject([{ end: "abandoned" }]);
    kernel.runUntil(1e6);
    expect(kernel.nextEventNs()).toBe(Infinity);
    expect(turns).toHaveLength(1);
  });

  it("is not expected before its session starts", () => {
    const { state, feed, clients, gateway, turnEnds } = smallParts(loneTurns([[5, 10, 1]]));
    const arrivals = new TurnArrivals(state, { feed, clients, gateway, ends: turnEnds });
    expect(arrivals.nextNs()).toBe(Infinity);
    state.nowNs = 5;
    feed.startDue();
    expect(arrivals.nextNs()).toBe(5);
  });
});
