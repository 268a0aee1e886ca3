import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, millis } from "../../src/core/units.ts";
import { demoWorld } from "../../src/sim/demo-world.ts";
import { World } from "../../src/sim/world.ts";
import type { Fault } from "../../src/sim/world-options.ts";
import {
  MINUTE,
  START,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  onlyPool,
  poolOf,
  portsOf,
} from "../support/simulated-world.ts";

/** Hours of a world take a second or two; a loaded machine gets more. */
const SLOW_MS = 60_000;

/** SHA-256 over everything that the ports show every 15 s of two hours in which racks move. */
async function digestOf(seed: number): Promise<string> {
  const world = demoWorld({ seed, startAt: START });
  const ports = portsOf(world);
  const hash = createHash("sha256");
  for (let tick = 1; tick <= 480; tick += 1) {
    world.advanceTo(after(START, millis(tick * 15_000)));
    if (tick === 180) onlyPool(world).setDesired(8, "script");
    if (tick === 400) onlyPool(world).setDesired(5, "script");
    const readings = await Promise.all([
      ports.signals.read(fleetOf(world), world.now()),
      ports.nodes.list([poolOf(world)]),
      ports.workloads.read([fleetOf(world)]),
      ports.backends.simulated?.read(poolOf(world)),
    ]);
    hash.update(JSON.stringify(readings));
  }
  hash.update(JSON.stringify(onlyFleet(world).service.counts()));
  return hash.digest("hex");
}

describe("a world", () => {
  it(
    "is the same bytes for the same seed, and others for another (INV-5)",
    async () => {
      const [first, again, other] = [await digestOf(1), await digestOf(1), await digestOf(2)];
      expect(again).toBe(first);
      expect(other).not.toBe(first);
    },
    SLOW_MS,
  );

  it("does not depend on how its time is cut into steps", () => {
    const [fine, coarse] = [aWorld(), aWorld()];
    for (let step = 1; step <= 700; step += 1) fine.advanceTo(after(START, millis(step * 1_013)));
    coarse.advanceTo(after(START, millis(700 * 1_013)));
    expect(onlyFleet(fine).service.metrics()).toEqual(onlyFleet(coarse).service.metrics());
  });

  it("refuses to go back in time (INV-3)", () => {
    const world = aWorld();
    world.advanceTo(minutes(1));
    expect(() => world.advanceTo(START)).toThrow(/INV-3/);
  });

  it.each([
    ["supply", { supply: [] }, /no supply for gb200-demo/],
    ["traffic", { traffic: [] }, /no traffic for agents\/coder/],
  ])("is refused without %s", (_what, missing, message) => {
    expect(() => new World({ ...aWorld().options, ...missing })).toThrow(message);
  });
});

describe("faults", () => {
  const nodeLoss: Fault = {
    kind: "node-loss",
    pool: "gb200-demo",
    afterMs: millis(5 * MINUTE),
    forMs: millis(10 * MINUTE),
    nodes: 4,
  };
  const outage: Fault = {
    kind: "metrics-outage",
    afterMs: millis(5 * MINUTE),
    forMs: millis(MINUTE),
  };

  it("do not move a single arrival", () => {
    const [calm, faulty] = [aWorld(), aWorld({ faults: [nodeLoss, outage] })];
    for (const world of [calm, faulty]) world.advanceTo(minutes(20));
    const offered = onlyFleet(calm).service.counts().offered;
    expect(onlyFleet(faulty).service.counts().offered).toBe(offered);
    expect(onlyFleet(faulty).arrivals.next()).toEqual(onlyFleet(calm).arrivals.next());
  });

  it("hide the metrics exactly while the outage lasts", () => {
    const world = aWorld({ faults: [outage] });
    const hidden = [4, 5, 5.9, 6].map((minute) => world.metricsOut(minutes(minute)));
    expect(hidden).toEqual([false, true, true, false]);
  });

  it("take engines away and give them back", () => {
    const world = aWorld({ faults: [nodeLoss] });
    const serving = () =>
      onlyPool(world)
        .racks()[0]
        ?.pods.filter(({ unit }) => unit !== null).length;
    world.advanceTo(minutes(5));
    expect(serving()).toBe(6);
    world.advanceTo(minutes(30));
    expect(serving()).toBe(8);
  });
});

describe("turns and racks", () => {
  it(
    "are conserved whatever is done to the pool (INV-1)",
    () => {
      const step = fc.record({
        racks: fc.integer({ min: 0, max: 12 }),
        seconds: fc.integer({ min: 1, max: 600 }),
        lose: fc.integer({ min: 0, max: 18 }),
      });
      fc.assert(
        fc.property(fc.integer(), fc.array(step, { maxLength: 6 }), (seed, steps) => {
          const world = aWorld({ seed });
          for (const { racks, seconds, lose } of steps) {
            onlyPool(world).setDesired(racks, "script");
            onlyPool(world).loseNodes(lose, 5 * MINUTE);
            world.advanceTo(after(world.now(), millis(seconds * 1_000)));
          }
          const counts = onlyFleet(world).service.counts();
          expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: 25 },
      );
    },
    SLOW_MS,
  );
});
