import { describe, expect, it } from "vitest";
import { onPeerTerms, unannounced } from "../../../src/core/policy/peer-terms.ts";
import { usd } from "../../../src/core/units.ts";
import { aGroupObservation, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aFleet, aGroup } from "../../support/reports/compiled.ts";

describe("the terms on which peers run", () => {
  it("have no person, budget, schedule or veto in them", () => {
    const budget = { usdPerDay: usd(1), appliesTo: "Everything", replaceLostRack: true } as const;
    const [fleet] = onPeerTerms(aGroup({ fleets: [aFleet("coder", { budget })] })).fleets;
    expect(fleet).toMatchObject({
      mode: { scaleOut: "Auto", scaleIn: "Auto" },
      confirm: [],
      budget: null,
      cacheVeto: "Off",
      schedule: [],
    });
  });

  it("keep pools, drains and the fleet's bounds", () => {
    const given = aGroup();
    const terms = onPeerTerms(given);
    expect(terms.pools).toEqual(given.pools);
    expect(terms.fleets[0]?.drain).toEqual(given.fleets[0]?.drain);
    expect(terms.fleets[0]?.racks).toEqual(given.fleets[0]?.racks);
  });
});

describe("what peers see", () => {
  const seen = (notice: object) =>
    aGroupObservation({ pools: [aPoolObservation(1, { racks: [aRack("r", { node: notice })] })] });

  it("is the same but for what is announced", () => {
    expect(unannounced(seen({ notice: "karpenter.sh/disrupted" }))).toEqual(seen({}));
  });

  it("is the very same where nothing is", () => {
    const observation = seen({});
    expect(unannounced(observation)).toBe(observation);
  });
});
