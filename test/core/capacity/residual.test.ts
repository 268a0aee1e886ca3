import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MissPoint } from "../../../src/core/capacity/observed-misses.ts";
import { rackCapacity } from "../../../src/core/capacity/rack-capacity.ts";
import {
  NO_RESIDUAL,
  corrected,
  crowding,
  loadOf,
  residualOf,
} from "../../../src/core/capacity/residual.ts";
import { ENGINE_PROFILES } from "../../../src/core/profiles/engine-profiles.ts";
import { gpuCount, ratio } from "../../../src/core/units.ts";
import { EIGHT_UNITS, aSmallFleet } from "../../support/builders/compiled.ts";

/** Of being watched: days of it. */
const MANY = 100;
const ASKED = ratio(0.95);
const residual = (points: readonly MissPoint[]) => residualOf(points, ASKED);
const at = (load: number, missed: number, hours = MANY) => ({ load, missed, hours });

describe("what the model leaves out", () => {
  it("is nothing before anything is seen", () => {
    expect(residual([])).toEqual(NO_RESIDUAL);
  });

  it("is found again where turns miss by the law", () => {
    const law = (load: number) => 0.01 + 0.04 * crowding(load);
    const found = residual([0.1, 0.3, 0.5, 0.7].map((load) => at(load, law(load))));
    expect(found.floor).toBeCloseTo(0.01, 2);
    expect(found.slope).toBeCloseTo(0.04, 2);
  });

  it("idle racks teach the floor, not what load does", () => {
    const { floor, slope } = residual([at(0.1, 0.04)]);
    expect(floor).toBeCloseTo(0.035, 2);
    expect(slope * crowding(0.5)).toBeLessThan(0.015);
  });

  it("loaded racks that miss nothing leave nothing to either", () => {
    const { floor, slope } = residual([at(0.2, 0), at(0.8, 0)]);
    expect(floor).toBeCloseTo(0);
    expect(slope).toBeCloseTo(0);
  });

  it("an hour teaches little, whatever is missed in it", () => {
    const incident = residual([at(0.1, 0.01, 3), at(0.6, 0.15, 0.5)]);
    expect(incident.slope).toBeLessThan(0.025);
    const days = residual([at(0.1, 0.01, 30), at(0.6, 0.15, 15)]);
    expect(days.slope).toBeGreaterThan(0.04);
  });

  const point = fc.record({
    load: fc.double({ min: 0, max: 5, noNaN: true }),
    missed: fc.double({ min: 0, max: 1, noNaN: true }),
    hours: fc.double({ min: 0, max: 1e4, noNaN: true }),
  });

  it("never takes more than a fifth on idle racks, and half load always holds", () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 10 }), (points) => {
        const found = residual(points);
        expect(found.floor).toBeGreaterThanOrEqual(0);
        expect(found.floor).toBeLessThanOrEqual(0.2);
        expect(found.slope).toBeGreaterThanOrEqual(0);
        // Within 95 %, or within what idle racks attain and half of the 5 % that may miss.
        const holds = Math.min(0.95, 1 - found.floor - 0.025);
        expect(corrected(ratio(1), found, 0.5)).toBeGreaterThanOrEqual(holds - 1e-9);
      }),
    );
  });

  it("never says more with a higher load, nor more than the model", () => {
    const load = fc.double({ min: 0, max: 3, noNaN: true });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 10 }), load, load, (points, a, b) => {
        const found = residual(points);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const modelled = ratio(0.97);
        const calm = corrected(modelled, found, low);
        expect(corrected(modelled, found, high)).toBeLessThanOrEqual(calm);
        expect(calm).toBeLessThanOrEqual(modelled);
        expect(calm).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("the load that a latency depends on", () => {
  const engine = ENGINE_PROFILES["test-small"];
  if (engine === undefined) throw new Error("no profile test-small");
  const load = {
    turnsPerSecond: 4,
    promptTokensPerTurn: 8_000,
    outputTokensPerTurn: 100,
    hitRate: ratio(0.5),
  };

  it("is that of prefill and decode where they share GPUs", () => {
    const capacity = rackCapacity(aSmallFleet(), engine);
    const model = { capacity, load };
    // 16,000 cold tokens/s of 32,000, and what 400 output tokens/s take.
    const decode = 400 / capacity.decodeTokensPerSecond;
    expect(loadOf({ metric: "TTFT" }, 1, model)).toBeCloseTo(0.5 + decode);
    expect(loadOf({ metric: "ITL" }, 1, model)).toBeCloseTo(0.5 + decode);
    expect(loadOf({ metric: "TTFT" }, 2, model)).toBeCloseTo(0.25 + decode / 2);
  });

  it("is the role's own where they do not", () => {
    const role = { ...EIGHT_UNITS, gpusPerUnit: gpuCount(4), unitsPerRack: 8 };
    const workloads = [
      { ...role, name: "prefill", role: "Prefill" as const },
      { ...role, name: "decode", role: "Decode" as const },
    ];
    const capacity = rackCapacity(aSmallFleet({ workloads }), engine);
    const model = { capacity, load };
    expect(loadOf({ metric: "TTFT" }, 1, model)).toBeCloseTo(1);
    expect(loadOf({ metric: "ITL" }, 1, model)).toBeCloseTo(400 / capacity.decodeTokensPerSecond);
  });
});
