import { describe, expect, it } from "vitest";
import { createChainRegistry } from "../../../src/sim/kernel/chain-registry.ts";
import type { RouterKind } from "../../../src/sim/kernel/contract.ts";
import { createPrefixCaches } from "../../../src/sim/kernel/prefix-caches.ts";
import { createRouter } from "../../../src/sim/kernel/router.ts";

function fleet(kind: RouterKind, lagNs = 0) {
  const registry = createChainRegistry();
  const caches = createPrefixCaches({ registry, blockTokens: 1, evictAtLeastTokens: 0 });
  const router = createRouter({ kind, lagNs, guard: 1.25, caches });
  for (const replica of [0, 1, 2]) {
    caches.addReplica(replica, 100);
    router.addReplica(replica);
  }
  const chain = registry.fork(-1, 0);
  const route = (session: number, nowNs = 0): number => router.route(nowNs, session, chain, 50);
  const hold = (replica: number, nowNs: number): void => {
    caches.advance(nowNs);
    caches.admit(replica, { chain, blocks: 50, privateTokens: 0, maxHitBlocks: 0 });
  };
  return { router, route, hold };
}

describe("a router", () => {
  it.each([
    ["round-robin", [0, 1, 2, 0, 1, 2]],
    ["least-loaded", [2, 1, 2, 0, 1, 2]],
    ["session-sticky", [2, 2, 2, 2, 2, 2]],
    ["prefix-affinity", [2, 2, 2, 2, 2, 1]],
  ] as const)("%s sends six turns of a session to %j", (kind, expected) => {
    const { router, route, hold } = fleet(kind);
    router.assign(0);
    router.assign(0);
    router.assign(1);
    hold(2, 0);
    expect(expected.map(() => route(1))).toEqual(expected);
  });

  it("counts turns in flight, wherever they came from", () => {
    const { router, route } = fleet("round-robin");
    route(1);
    route(1);
    router.assign(1);
    router.done(0);
    expect([0, 1, 2, 3].map((replica) => router.inFlight(replica))).toEqual([0, 2, 0, 0]);
  });

  it("has nowhere to send a turn when all replicas are gone or ejected", () => {
    const { router, route } = fleet("prefix-affinity");
    router.eject(0);
    router.eject(1);
    router.removeReplica(2);
    expect(route(1)).toBe(-1);
    router.readmit(1);
    expect(route(1)).toBe(1);
  });

  it("ignores turns that leave a replica that is gone", () => {
    const { router, route } = fleet("round-robin");
    route(1);
    router.removeReplica(0);
    router.done(0);
    expect(router.inFlight(0)).toBe(0);
  });
});

describe("a sticky session", () => {
  it("moves when its replica is ejected, and stays where it then is", () => {
    const { router, route } = fleet("session-sticky");
    expect([route(1), route(2), route(1)]).toEqual([0, 1, 0]);
    router.eject(0);
    expect(route(1)).toBe(2);
    router.readmit(0);
    expect(route(1)).toBe(2);
  });

  it("starts anew when it was forgotten, or its replica's id is another's", () => {
    const { router, route } = fleet("session-sticky");
    expect([route(1), route(2)]).toEqual([0, 1]);
    router.forget(1);
    expect(route(1)).toBe(2);
    router.removeReplica(1);
    router.addReplica(1);
    router.assign(1);
    router.assign(1);
    expect(route(2)).toBe(0);
  });
});

describe("a router that lags", () => {
  it("learns of blocks when they are as old as its lag", () => {
    const { router, route, hold } = fleet("prefix-affinity", 1_000);
    hold(2, 500);
    router.assign(2);
    expect([route(1, 1_499), route(1, 1_500)]).toEqual([0, 2]);
  });
});
