import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { stabilizationGuard } from "../../../../src/core/gate/guards/stabilization.ts";
import { HOUR_MS, MINUTE_MS, after, millis, rackCount } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW } from "../../../support/builders/observed.ts";
import { aFleetMemory } from "../../../support/builders/remembered.ts";

const wanted = (...wants: readonly (readonly [minutesAgo: number, racks: number])[]) =>
  aGateContext(
    {},
    {
      fleetMemory: aFleetMemory(
        {},
        {
          wants: wants.map(([minutesAgo, racks]) => ({
            at: after(NOW, millis(-minutesAgo * MINUTE_MS)),
            racks: rackCount(racks),
          })),
        },
      ),
    },
  );

/** The window is two hours. */
describe("the stabilisation guard", () => {
  it.each([
    [
      "three sufficed all along",
      [
        [120, 3],
        [60, 2],
        [0, 3],
      ],
    ],
    [
      "four were wanted before the window",
      [
        [121, 4],
        [119, 3],
        [0, 3],
      ],
    ],
  ] as const)("passes a shrink to three when %s", (_, wants) => {
    expect(stabilizationGuard.check(A_SHRINK, wanted(...wants))).toEqual(PASS);
  });

  it.each([
    ["nothing was watched yet", [], "memory-young"],
    [
      "a minute of the window was not watched",
      [
        [119, 3],
        [0, 3],
      ],
      "memory-young",
    ],
    [
      "four were wanted at the window's edge",
      [
        [120, 4],
        [0, 3],
      ],
      "stabilization",
    ],
    [
      "four were wanted a minute ago",
      [
        [180, 3],
        [1, 4],
        [0, 3],
      ],
      "stabilization",
    ],
  ] as const)("holds when %s", (_, wants, code) => {
    expect(stabilizationGuard.check(A_SHRINK, wanted(...wants))).toMatchObject({
      kind: "Hold",
      reason: { code },
    });
  });

  it("never holds growth", () => {
    expect(stabilizationGuard.check(growthTo(6), wanted())).toEqual(PASS);
  });

  it("counts the racks of all pools, as the want does", () => {
    const context = { ...wanted([HOUR_MS, 5], [0, 5]), heldRacks: rackCount(6) };
    expect(stabilizationGuard.check(A_SHRINK, context)).toEqual(PASS);
  });
});
