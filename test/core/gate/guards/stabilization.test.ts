import { describe, expect, it } from "vitest";
import { PASS } from "../../../../src/core/gate/guard.ts";
import { stabilizationGuard } from "../../../../src/core/gate/guards/stabilization.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../../src/core/units.ts";
import { A_SHRINK, aGateContext, growthTo } from "../../../support/builders/gate.ts";
import { NOW } from "../../../support/builders/observed.ts";
import { aFleetMemory } from "../../../support/builders/remembered.ts";

type Want = readonly [minutesAgo: number, racks: number];

const remembering = (wants: readonly Want[]) =>
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

/** A want a minute: each of those given stands until the next. */
function wanted(...changes: readonly Want[]) {
  const minutes = Array.from({ length: (changes[0]?.[0] ?? -1) + 1 }, (_, ago) => ago).toReversed();
  return remembering(
    minutes.map((ago): Want => [ago, changes.findLast(([since]) => since >= ago)?.[1] ?? 0]),
  );
}

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
        [122, 4],
        [120, 3],
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
    const context = { ...wanted([180, 5], [0, 5]), heldRacks: rackCount(6) };
    expect(stabilizationGuard.check(A_SHRINK, context)).toEqual(PASS);
  });

  it("holds after ten minutes of blindness in the middle, whatever was wanted before", () => {
    const before = Array.from({ length: 110 }, (_, n): Want => [130 - n, 3]);
    const since = Array.from({ length: 11 }, (_, n): Want => [10 - n, 3]);
    expect(stabilizationGuard.check(A_SHRINK, remembering([...before, ...since]))).toMatchObject({
      reason: { code: "memory-young", text: expect.stringContaining("660 s of it") },
    });
  });
});
