import { describe, expect, it } from "vitest";
import { SessionHomes } from "../../../src/sim/kernel/session-homes.ts";

function withReplicas(...replicas: readonly number[]): SessionHomes {
  const homes = new SessionHomes();
  for (const replica of replicas) homes.arrive(replica);
  return homes;
}

describe("the home of a session", () => {
  it("is where it settled last", () => {
    const homes = withReplicas(0, 1);
    expect(homes.home(3)).toBe(-1);
    homes.settle(3, 1);
    homes.settle(500_000, 0);
    expect([homes.home(3), homes.home(500_000), homes.home(4)]).toEqual([1, 0, -1]);
    homes.settle(3, 0);
    expect(homes.home(3)).toBe(0);
  });

  it("is none once it is forgotten", () => {
    const homes = withReplicas(0);
    homes.settle(3, 0);
    homes.forget(3);
    homes.forget(9_999_999);
    expect(homes.home(3)).toBe(-1);
  });

  it("is not another replica that has the id of the one that left", () => {
    const homes = withReplicas(0);
    homes.settle(3, 0);
    homes.leave(0);
    expect(homes.home(3)).toBe(-1);
    homes.arrive(0);
    expect(homes.home(3)).toBe(-1);
    homes.settle(4, 0);
    expect(homes.home(4)).toBe(0);
  });
});
