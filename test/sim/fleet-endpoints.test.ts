import { describe, expect, it } from "vitest";
import { endpointsOf, podsOf } from "../../src/sim/fleet-endpoints.ts";
import { aWorld, minutes, onlyFleet, onlyPool } from "../support/simulated-world.ts";

describe("the pods of a fleet", () => {
  it("are those on the pools it is deployed on, and nobody else's", () => {
    const world = aWorld({ supply: { loanedRacks: 1 } });
    const pods = onlyFleet(world).pods();
    expect(pods).toHaveLength(24);
    expect(podsOf("agents/nobody", pods.map(({ deployment }) => deployment).slice(0, 1))).toEqual(
      [],
    );
  });

  it("are endpoints once they have served", () => {
    const world = aWorld();
    onlyPool(world).setDesired(5, "olga");
    let starting = 0;
    for (let second = 0; second < 900; second += 5) {
      world.advanceTo(minutes(second / 60));
      const pods = onlyFleet(world).pods();
      starting = Math.max(starting, pods.length - endpointsOf(pods).length);
    }
    expect(starting).toBe(8);
    expect(endpointsOf(onlyFleet(world).pods())).toHaveLength(40);
  });
});
