import { describe, expect, it } from "vitest";
import { residualsOf } from "../../../src/core/profiles/engine-costs.ts";
import { ENGINE_EVIDENCE } from "../../../src/core/profiles/engine-points.ts";
import {
  AGENT_TURN,
  ENGINE_PROFILES,
  ratesOf,
} from "../../../src/core/profiles/engine-profiles.ts";

const NAMES = Object.keys(ENGINE_EVIDENCE);
/** Held-out figures of gpt-oss-120b are a vendor's peak under conditions not published. */
const WORST_HELD_OUT = 0.41;

describe("engine profiles", () => {
  it.each(NAMES)("%s reproduces the figures it was fitted to within 1 %%", (name) => {
    const { costs } = ENGINE_PROFILES[name] ?? {};
    if (costs === undefined) throw new Error(`no profile ${name}`);
    const fitted = ENGINE_EVIDENCE[name]?.points.filter(({ heldOut }) => !heldOut) ?? [];
    for (const { error } of residualsOf(fitted, costs)) expect(Math.abs(error)).toBeLessThan(0.01);
  });

  it.each(NAMES)("%s is judged by at least one figure it was not fitted to", (name) => {
    const { costs } = ENGINE_PROFILES[name] ?? {};
    if (costs === undefined) throw new Error(`no profile ${name}`);
    const judges = ENGINE_EVIDENCE[name]?.points.filter(({ heldOut }) => heldOut) ?? [];
    expect(judges.length).toBeGreaterThan(0);
    for (const { error } of residualsOf(judges, costs)) {
      expect(Math.abs(error)).toBeLessThan(WORST_HELD_OUT);
    }
  });

  it("states rates that follow from the costs", () => {
    const costs = {
      iterationMs: 20,
      prefillTokenGpuUs: 40,
      prefillPairGpuNs: 2,
      decodeSequenceGpuUs: 500,
      decodeContextGpuNs: 5,
    };
    // A new token: 40 us, and 2 x 98,000 + 2,000 pairs of 2 ns. A decoded one: 0.5 ms + 0.5 ms.
    expect(ratesOf(costs, AGENT_TURN, 10)).toEqual({
      prefillTokensPerSecondPerGpu: expect.closeTo(1e6 / 436, 6),
      decodeTokensPerSecondPerGpu: expect.closeTo(10 / 0.03, 6),
      itlBaseMs: 20,
      itlPerSequenceMs: 1,
    });
  });
});
