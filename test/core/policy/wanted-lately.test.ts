import { describe, expect, it } from "vitest";
import { wantedLately, wantedThroughout } from "../../../src/core/policy/wanted-lately.ts";
import { MINUTE_MS, after, millis, rackCount } from "../../../src/core/units.ts";
import { NOW } from "../../support/builders/observed.ts";

const wants = (...racks: readonly number[]) => ({
  wants: racks.map((count, n) => ({
    at: after(NOW, millis((n + 1 - racks.length) * 5 * MINUTE_MS)),
    racks: rackCount(count),
  })),
});

describe("what was wanted", () => {
  it.each([
    ["a moment ago counts", wants(5, 3), true],
    ["longer ago does not", wants(5, 3, 3, 3), false],
    ["no more than is held is no lack", wants(4, 4), false],
    ["never is nothing", wants(), false],
  ])("%s", (_what, memory, expected) => {
    expect(wantedLately(memory, NOW, 4)).toBe(expected);
  });

  const windowMs = millis(10 * MINUTE_MS);
  it.each([
    ["all the while", wants(5, 6, 5), true],
    ["but once", wants(5, 4, 5), false],
    ["with a gap before the window", wants(4, 5, 5, 5), true],
    ["but not watched for the window", wants(5, 5), false],
    ["by nobody", wants(), false],
  ])("%s", (_what, memory, expected) => {
    expect(wantedThroughout(memory, NOW, { held: 4, windowMs })).toBe(expected);
  });
});
