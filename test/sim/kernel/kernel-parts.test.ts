import { describe, expect, it } from "vitest";
import { assembleKernel } from "../../../src/sim/kernel/kernel-parts.ts";
import { optionsWith } from "../../support/kernel-cases/options.ts";
import { loneTurns } from "../../support/small-fleet.ts";

describe("the parts of a kernel", () => {
  it("stand at 0 with the first session ahead, and without replicas", () => {
    const { state, feed } = assembleKernel(optionsWith([loneTurns([[40, 10, 1]])]));
    expect([state.nowNs, feed.nextNs, state.replicas.count]).toEqual([0, 40, 0]);
  });

  it("are not made of options out of range", () => {
    expect(() => assembleKernel(optionsWith([], { engine: { iterationSubs: 0 } }))).toThrow(
      "engine.iterationSubs: 0, expected 1,024",
    );
  });
});
