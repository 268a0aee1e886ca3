import { describe, expect, it } from "vitest";
import { fleetProblems } from "../../../src/config/fleet-problems.ts";
import { VLLM_BUCKETS_SECONDS } from "../../../src/core/profiles/vllm.ts";
import { objectFindings } from "../../../src/studies/doctor/checks/objects.ts";
import { taken } from "../../../src/studies/doctor/said.ts";
import { healthyFacts } from "../../support/doctor/healthy-facts.ts";
import { aFleet, aPool } from "../../support/reports/compiled.ts";
import { millis, usd } from "../../../src/core/units.ts";
import type { CompiledFleet, CompiledPool } from "../../../src/core/compiled.ts";

const at = { place: "RackPool east spec.backend", fix: "" };

describe("a sentence about a problem", () => {
  it.each([
    [
      "NodePool east spec.targetRacks: found it owned by argocd, expected no GitOps owner: " +
        "it would be set back; take the field out of Git",
      {
        where: "NodePool east spec.targetRacks",
        found: "it owned by argocd",
        expected: "no GitOps owner",
        fix: "it would be set back; take the field out of Git",
      },
    ],
    [
      "NodePool east spec.targetNodes: found 20, expected a multiple of 18, which is one rack; " +
        "set it to whole racks",
      {
        where: "NodePool east spec.targetNodes",
        found: "20",
        expected: "a multiple of 18, which is one rack",
        fix: "set it to whole racks",
      },
    ],
    [
      "The pool does not list this fleet. InferenceFleet a/b spec.pools[0].name: " +
        "found RackPool x, expected another.",
      { where: "InferenceFleet a/b spec.pools[0].name", found: "RackPool x", expected: "another" },
    ],
  ])("is taken apart: %s", (text, expected) => {
    expect(taken(text, at)).toMatchObject(expected);
  });

  it("that is written otherwise is kept whole", () => {
    const text = "reading NodePool east: 403 Forbidden: no";
    expect(taken(text, { ...at, fix: "kubectl get" })).toEqual({
      where: at.place,
      found: text,
      expected: "",
      fix: "kubectl get",
    });
  });
});

describe("problems between objects", () => {
  const findings = (fleet: Partial<CompiledFleet>, pool: Partial<CompiledPool> = {}) => {
    const problematic = aFleet("coder", fleet);
    const reasons = fleetProblems(problematic, {
      pools: [aPool("gb200-east", pool)],
      bucketsSeconds: VLLM_BUCKETS_SECONDS,
    });
    const problems = reasons.map((reason) => ({ fleet: problematic.key, reason }));
    const { desired } = healthyFacts();
    return objectFindings(healthyFacts({ desired: { ...desired, problems } }));
  };

  it.each([
    [
      "a threshold between two bounds",
      { objectives: aFleet().objectives.map((one) => ({ ...one, thresholdMs: millis(2_000) })) },
      {},
      {
        where: "InferenceFleet agents/coder spec.objectives[0].threshold",
        found: "2s",
        fix: "threshold: 2.5s",
      },
    ],
    [
      "a pool that does not list the fleet",
      {},
      { consumers: [] },
      {
        where: "InferenceFleet agents/coder spec.pools[0].name",
        fix: expect.stringContaining("- {fleet: {namespace: agents, name: coder}, max: ...}"),
      },
    ],
    [
      "a pool that is none",
      { pools: aFleet().pools.map((one) => ({ ...one, name: "west" })) },
      {},
      { found: "west", expected: "the name of a valid RackPool", fix: "kubectl get rackpools" },
    ],
    [
      "a budget without a price",
      {
        budget: {
          usdPerDay: usd(1),
          appliesTo: "Everything" as const,
          replaceLostRack: true,
        },
      },
      {},
      {
        where: "RackPool gb200-east spec.price.usdPerRackHour",
        found: "nothing",
        fix: expect.stringContaining("usdPerRackHour"),
      },
    ],
  ])("block with the line to write: %s", (_what, fleet, pool, expected) => {
    expect(findings(fleet, pool)[0]).toMatchObject({ severity: "blocker", finding: expected });
  });
});
