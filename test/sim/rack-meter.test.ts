import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { rackCount, usdPerHour } from "../../src/core/units.ts";
import { RackMeter } from "../../src/sim/rack-meter.ts";
import type { SimRack } from "../../src/sim/rack-state.ts";
import { aPod, aRack } from "../support/simulated-rack.ts";
import { aWorld, poolOf } from "../support/simulated-world.ts";

const HOUR = 3_600_000;
/** GPUs of a rack of 18 nodes of four. */
const GPUS = 72;

type BilledFrom = "Requested" | "Booted" | "Serving";
const poolWith = (committed: number, billedFrom: BilledFrom = "Booted"): CompiledPool => ({
  ...poolOf(aWorld()),
  supply: { kind: "Reserved", committedRacks: rackCount(committed), windows: [] },
  price: { usdPerRackHour: usdPerHour(100), billedFrom },
});

/** @returns the account after an hour of these racks. */
function anHourOf(racks: readonly SimRack[], pool: CompiledPool) {
  const meter = new RackMeter(pool, racks, 0);
  meter.integrate(HOUR);
  return meter.read();
}

const serving = aRack({ pods: [aPod()] });
const arriving = aRack({ phase: "Arriving", booted: false, served: false });
const requested = aRack({ phase: "Requested", booted: false, served: false });
const loaned = aRack({ loaned: true, pods: [aPod({ fleet: null, replica: null })] });
const repairing = aRack({ phase: "Repairing" });
const starting = aRack({ served: false, pods: [aPod({ replica: null })] });

describe("GPU-hours", () => {
  it.each([
    ["held from grant to release", [requested, arriving, serving], { held: 2 * GPUS }],
    ["serving with an engine that lives", [serving, starting, loaned], { serving: GPUS }],
    ["loaned apart", [serving, loaned], { held: 2 * GPUS, loaned: GPUS, wasted: 0 }],
    [
      "wasted: held, neither serving nor loaned",
      [arriving, repairing, starting, serving],
      { wasted: 3 * GPUS },
    ],
    ["marginal above the commitment", [serving, serving, arriving], { marginal: GPUS }],
  ])("are %s", (_what, racks, expected) => {
    expect(anHourOf(racks, poolWith(2)).gpuHours).toMatchObject(expected);
  });

  it("always split into serving, loaned and wasted", () => {
    const some = fc.array(
      fc.constantFrom(serving, arriving, requested, loaned, repairing, starting),
    );
    fc.assert(
      fc.property(some, (racks) => {
        const { gpuHours } = anHourOf(racks, poolWith(2));
        const parts = gpuHours.serving + gpuHours.loaned + gpuHours.wasted;
        expect(parts).toBeCloseTo(gpuHours.held, 6);
      }),
    );
  });
});

describe("dollars", () => {
  it.each([
    ["Requested", 400, 300],
    ["Booted", 200, 100],
    ["Serving", 100, 0],
  ] as const)("are billed from %s", (billedFrom, costUsd, marginalUsd) => {
    const racks = [serving, arriving, starting, requested];
    expect(anHourOf(racks, poolWith(1, billedFrom))).toMatchObject({ costUsd, marginalUsd });
  });

  it("are paid for the commitment whether used or not", () => {
    expect(anHourOf([serving], poolWith(4))).toMatchObject({ costUsd: 400, marginalUsd: 0 });
  });

  it("are unknown without a price", () => {
    const account = anHourOf([serving], { ...poolWith(0), price: null });
    expect(account).toMatchObject({ costUsd: null, marginalUsd: null });
  });
});

describe("a meter", () => {
  it("counts the racks as they were before each change", () => {
    const racks = [serving];
    const meter = new RackMeter(poolWith(0), racks, 0);
    meter.integrate(HOUR);
    racks.push(serving);
    meter.integrate(2 * HOUR);
    racks.length = 0;
    meter.integrate(4 * HOUR);
    expect(meter.read()).toMatchObject({ rackHours: 3, peakRacks: 2 });
  });

  it("counts changes of the count, and forgets all when the scenario begins", () => {
    const meter = new RackMeter(poolWith(0), [serving], 0);
    meter.count(3);
    meter.count(0);
    meter.count(-1);
    meter.integrate(HOUR);
    expect(meter.read()).toMatchObject({ scaleUps: 1, scaleDowns: 1, rackHours: 1 });
    meter.reset();
    meter.integrate(2 * HOUR);
    expect(meter.read()).toMatchObject({ scaleUps: 0, scaleDowns: 0, rackHours: 1 });
  });
});
