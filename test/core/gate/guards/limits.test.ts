import { describe, expect, it } from "vitest";
import type { CompiledFleet, CompiledPool } from "../../../../src/core/compiled.ts";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { limitsGuard } from "../../../../src/core/gate/guards/limits.ts";
import { rackCount } from "../../../../src/core/units.ts";
import { aSetObservation } from "../../../support/builders/object-sets.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";

const poolOf = (maxRacks: number): Partial<CompiledPool> => ({
  limits: { maxRacks: rackCount(maxRacks), maxDraining: rackCount(1), maxRequestsPerHour: 2 },
});
const consumerOf = (max: number): Partial<CompiledPool> => ({
  consumers: [
    {
      fleet: { namespace: "agents", name: "coder" },
      guaranteed: rackCount(0),
      max: rackCount(max),
      weight: 1,
    },
  ],
});
const fleetOf = (max: number): Partial<CompiledFleet> => ({
  racks: { min: rackCount(1), max: rackCount(max), surviveRackLosses: rackCount(0) },
});

/** A set of six objects, four with their racks. */
const SIX = aSetObservation();

/** Four racks are held, all of the pool's. */
describe("the limits guard", () => {
  it.each([
    ["within every limit", {}, {}, 6],
    ["up to the pool's", {}, poolOf(6), 6],
    ["up to the consumer's", {}, consumerOf(6), 6],
    ["up to the fleet's", fleetOf(6), {}, 6],
  ] as const)("passes %s", (_, fleet, pool, to) => {
    expect(limitsGuard.check(growthTo(to), aGateContext({ fleet, pool }))).toEqual(PASS);
  });

  it.each([
    ["the pool's", {}, poolOf(6), "pool-limit"],
    ["the consumer's", {}, consumerOf(6), "fleet-limit"],
    ["the fleet's", fleetOf(6), {}, "fleet-limit"],
    ["the lowest of several", fleetOf(6), { ...poolOf(9), ...consumerOf(7) }, "fleet-limit"],
  ])("limits growth to %s", (_, fleet, pool, code) => {
    expect(limitsGuard.check(growthTo(8), aGateContext({ fleet, pool }))).toMatchObject({
      kind: "Limit",
      to: 6,
      reason: { code },
    });
  });

  it.each([
    ["at", 4],
    ["above", 3],
  ])("holds growth %s the limit", (_, max) => {
    expect(limitsGuard.check(growthTo(5), aGateContext({ pool: poolOf(max) }))).toMatchObject({
      kind: "Hold",
      reason: { code: "pool-limit" },
    });
  });

  it("holds a fleet that the pool does not list", () => {
    const context = aGateContext({ pool: { consumers: [] } });
    expect(limitsGuard.check(growthTo(5), context)).toMatchObject({
      kind: "Hold",
      reason: { code: "not-a-consumer", text: expect.stringContaining("Pool gb200-east") },
    });
  });

  it("counts a fleet's racks in other pools against the fleet's limit, not the consumer's", () => {
    const elsewhere = { heldRacks: rackCount(7), heldInPool: rackCount(4) };
    const scene = { fleet: fleetOf(8), pool: consumerOf(6) };
    expect(limitsGuard.check(growthTo(6), aGateContext(scene, elsewhere))).toMatchObject({
      kind: "Limit",
      to: 5,
    });
  });

  it("does not hold scale-in for a limit of racks", () => {
    expect(limitsGuard.check(A_SHRINK, aGateContext({ pool: poolOf(0) }))).toEqual(PASS);
  });

  const bounded = (least: number, most: number) => {
    const { count, ...context } = aGateContext();
    return { ...context, count: { ...count, bounds: bounds(least, most) } };
  };
  const bounds = (least: number, most: number) => ({
    least: rackCount(least),
    most: rackCount(most),
  });

  it.each([
    ["growth past the most that the object allows", growthTo(8), bounded(0, 6), "Limit"],
    ["growth of a set past its objects", growthTo(8), aGateContext({ observed: SIX }), "Limit"],
    ["scale-in below the least that it allows", A_SHRINK, bounded(4, 9), "Hold"],
  ])("does not let through %s", (_, proposal, context, kind) => {
    expect(limitsGuard.check(proposal, context)).toMatchObject({
      kind,
      reason: { code: "pool-limit", text: expect.stringMatching(/6 racks|no less than 4 racks/) },
      ...(kind === "Limit" && { to: 6 }),
    });
  });

  it("lets scale-in down to the least that the object allows", () => {
    expect(limitsGuard.check(A_SHRINK, bounded(3, 9))).toEqual(PASS);
  });
});
