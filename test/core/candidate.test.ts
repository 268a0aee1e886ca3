import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateGroup, decideCandidate } from "../../src/core/candidate.ts";
import type { CandidateTerms } from "../../src/core/compiled.ts";
import { decide } from "../../src/core/decide.ts";
import { EMPTY_MEMORY } from "../../src/core/memory.ts";
import { rackCount } from "../../src/core/units.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aLoad,
  someSignals,
} from "../support/builders/observed.ts";
import { tickAt } from "../support/demand-series.ts";

const NOW = tickAt(0);
const OBSERVED = aGroupObservation({
  now: NOW,
  fleets: [aFleetObservation({ signals: someSignals(aLoad(8), NOW) })],
});
const withMinimum = (min: number): CandidateTerms => ({
  racks: { ...aSmallFleet().racks, min: rackCount(min) },
});
const tried = (candidate?: CandidateTerms) =>
  decideCandidate(aSmallGroup(candidate && { candidate }), OBSERVED, EMPTY_MEMORY);

describe("a candidate", () => {
  it("is none where no fleet tries anything out", () => {
    expect(tried()).toBeNull();
    expect(candidateGroup(aSmallGroup())).toBeNull();
  });

  it("replaces the fields that it names, each as a whole, and no other", () => {
    const [fleet] = candidateGroup(aSmallGroup({ candidate: { headroom: "Safe" } }))?.fleets ?? [];
    expect(fleet).toEqual({ ...aSmallFleet(), headroom: "Safe" });
  });

  it("is decided on what was observed, and says what it wants and why", () => {
    const result = tried(withMinimum(9));
    expect(result?.fleets).toMatchObject([
      { fleet: "agents/coder", outcome: "Grow", wantedRacks: 9, code: "minimum" },
    ]);
    expect(result?.failure).toBeNull();
  });

  it("never changes what is decided by the policy that acts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), (min) => {
        const without = decide(aSmallGroup(), OBSERVED, EMPTY_MEMORY);
        const group = aSmallGroup({ candidate: withMinimum(min) });
        expect(decide(group, OBSERVED, EMPTY_MEMORY)).toEqual(without);
      }),
    );
  });
});
