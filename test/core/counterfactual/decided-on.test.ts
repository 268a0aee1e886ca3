import { describe, expect, it } from "vitest";
import {
  fleetOf,
  withFleet,
  withFleetMemory,
  withItsPools,
  withObserved,
} from "../../../src/core/counterfactual/decided-on.ts";
import { aDecidedOn } from "../../support/builders/decided-on.ts";
import { CODER } from "../../support/builders/observed.ts";

const STRANGER = "agents/stranger";

describe("an edit of one fleet's part of the world", () => {
  const world = aDecidedOn();

  it("leaves the world that it was made on as it was", () => {
    const before = JSON.stringify(world);
    withFleet(world, CODER, (fleet) => ({ ...fleet, headroom: "Safe" }));
    withObserved(world, CODER, (observed) => ({ ...observed, rollout: true }));
    withFleetMemory(world, CODER, (memory) => ({ ...memory, demand: null }));
    withItsPools(world, CODER, (pool) => ({ ...pool, price: null }));
    expect(JSON.stringify(world)).toBe(before);
  });

  it("reaches that fleet, and the pools that it draws on", () => {
    const edited = withItsPools(
      withFleet(world, CODER, (fleet) => ({ ...fleet, headroom: "Safe" })),
      CODER,
      (pool) => ({ ...pool, uid: "edited" }),
    );
    expect(fleetOf(edited, CODER)?.headroom).toBe("Safe");
    expect(edited.group.pools.map(({ uid }) => uid)).toEqual(["edited"]);
  });

  it("of a fleet that is not there changes no policy and no observation", () => {
    const edited = withItsPools(
      withObserved(
        withFleet(world, STRANGER, (fleet) => ({ ...fleet, headroom: "Safe" })),
        STRANGER,
        (observed) => ({ ...observed, rollout: true }),
      ),
      STRANGER,
      (pool) => ({ ...pool, uid: "edited" }),
    );
    expect(edited).toEqual(world);
    expect(fleetOf(edited, STRANGER)).toBeUndefined();
  });
});
