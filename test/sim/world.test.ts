import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScenarioFault } from "../../src/config/compiled-scenario.ts";
import { after, millis } from "../../src/core/units.ts";
import { demoScenario, demoWorld } from "../../src/sim/demo-world.ts";
import { demoTraffic } from "../../src/sim/demo-traffic.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { World } from "../../src/sim/world.ts";
import {
  MINUTE,
  START,
  aScenario,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  onlyPool,
  poolOf,
  portsOf,
  stubOf,
} from "../support/simulated-world.ts";

/** Hours of a world take a second or two; a loaded machine gets more. */
const SLOW_MS = 60_000;

/** SHA-256 over everything that the ports show every 15 s of an hour in which racks move. */
async function digestOf(seed: number): Promise<string> {
  const world = demoWorld({ seed, startAt: START });
  const ports = portsOf(world);
  const hash = createHash("sha256");
  for (let tick = 1; tick <= 240; tick += 1) {
    world.advanceTo(after(START, millis(tick * 15_000)));
    if (tick === 60) onlyPool(world).setDesired(6, "script");
    if (tick === 180) onlyPool(world).setDesired(3, "script");
    const readings = await Promise.all([
      ports.signals.read(fleetOf(world), world.now()),
      ports.nodes.list([poolOf(world)]),
      ports.workloads.read([fleetOf(world)]),
      ports.backends.simulated?.read(poolOf(world)),
    ]);
    hash.update(JSON.stringify(readings));
  }
  hash.update(JSON.stringify([onlyFleet(world).results(), world.account()]));
  world.checkConserved();
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
    const worlds = [demoWorld({ seed: 1, startAt: START }), demoWorld({ seed: 1, startAt: START })];
    const [fine, coarse] = worlds;
    if (fine === undefined || coarse === undefined) throw new Error("no world");
    for (const world of worlds) onlyPool(world).setDesired(3, "script");
    for (let step = 1; step <= 700; step += 1) fine.advanceTo(after(START, millis(step * 1_013)));
    coarse.advanceTo(after(START, millis(700 * 1_013)));
    expect(onlyFleet(fine).results()).toEqual(onlyFleet(coarse).results());
    expect(fine.account()).toEqual(coarse.account());
  });

  it("refuses to go back in time (INV-3)", () => {
    const world = aWorld();
    world.advanceTo(minutes(1));
    expect(() => world.advanceTo(START)).toThrow(/INV-3/);
  });

  it.each([
    ["supply", { supply: [] }, /no supply for gb200-demo/],
    ["engine", { engines: [] }, /no engine for agents\/coder/],
    ["router", { routers: [] }, /no router for agents\/coder/],
  ])("is refused without %s", (_what, missing, message) => {
    expect(() => aWorld({ world: missing })).toThrow(message);
  });

  it("is refused without traffic", () => {
    const options = { scenario: aScenario(), seed: 1, traffic: new Map() };
    expect(() => new World(options)).toThrow(/no traffic for agents\/coder/);
  });

  it("tells when nothing more will happen to turns", () => {
    const world = aWorld();
    expect(world.trafficEnded()).toBe(true);
    expect(demoWorld({ seed: 1, startAt: START }).trafficEnded()).toBe(false);
  });
});

describe("a warm-up", () => {
  const warm = () => aWorld({ world: { warmupMs: millis(15 * MINUTE) } });

  it("comes before the start, and is not part of the account", () => {
    const world = warm();
    expect(world.now()).toBe(START);
    world.advanceTo(minutes(60));
    expect(world.account().rackHours).toBeCloseTo(4, 9);
    expect(stubOf(world).options.resultsFromNs).toBe(15 * MINUTE * 1e6);
  });

  it("shows its scrapes to who listens from the beginning", () => {
    const world = warm();
    const seen: number[] = [];
    world.onScrape(({ at }) => void seen.push((at - START) / MINUTE));
    world.advanceTo(minutes(1));
    expect([seen[0], seen.at(-1), seen.length]).toEqual([-15, 1, 65]);
  });

  it("leaves results to turns that arrive after it", () => {
    const world = demoWorld({ seed: 1, startAt: START });
    world.advanceTo(minutes(5));
    const { counts, slices } = onlyFleet(world).results();
    expect(counts.arrived / 300).toBeGreaterThan(6);
    expect(counts.arrived / 300).toBeLessThan(11);
    const inSlices = slices.reduce((sum, { arrived }) => sum + arrived, 0);
    expect(inSlices).toBe(counts.arrived);
    expect(slices.length).toBeLessThanOrEqual(21);
  });
});

describe("scrapes", () => {
  const during = { atMs: millis(5 * MINUTE), forMs: millis(MINUTE) };

  it("come every 15 s, and show what is up", () => {
    const world = aWorld();
    const seen: string[] = [];
    world.onScrape(({ at, targets, fleet }) => {
      const up = targets.filter((target) => target.up).length;
      seen.push(`${(at - START) / 1_000} ${fleet.key} ${up}/${targets.length}`);
    });
    onlyPool(world).outages.loseNodes(2, 10 * MINUTE, new RandomStream(1, "test"));
    world.advanceTo(after(START, millis(45_000)));
    expect(seen).toEqual([
      "0 agents/coder 31/32",
      "15 agents/coder 31/32",
      "30 agents/coder 31/32",
      "45 agents/coder 31/31",
    ]);
  });

  it("are hidden exactly while an outage lasts", () => {
    const world = aWorld({ world: { faults: [{ kind: "metrics-outage", ...during }] } });
    const hidden = [4, 5, 5.9, 6].map((minute) => world.metricsOut(minutes(minute)));
    expect(hidden).toEqual([false, true, true, false]);
  });

  it("are not made while metrics are stale", () => {
    const world = aWorld({ world: { faults: [{ kind: "stale-metrics", ...during }] } });
    const seen: number[] = [];
    world.onScrape(({ at }) => void seen.push((at - START) / MINUTE));
    world.advanceTo(minutes(7));
    expect(seen.filter((minute) => minute >= 4.75 && minute <= 6.25)).toEqual([4.75, 6, 6.25]);
  });
});

describe("faults", () => {
  const faults: readonly ScenarioFault[] = [
    {
      kind: "node-loss",
      pool: "gb200-demo",
      atMs: millis(2 * MINUTE),
      forMs: millis(MINUTE),
      nodes: 4,
    },
    {
      kind: "router-misroute",
      fleet: "agents/coder",
      atMs: millis(0),
      forMs: millis(3 * MINUTE),
      share: 0.5,
    },
    {
      kind: "spot-interruption",
      pool: "gb200-demo",
      atMs: millis(MINUTE),
      racks: 1,
      noticeMs: millis(MINUTE),
    },
  ];
  /** Each rack is taken every other minute. */
  const interruptions = { perRackHour: 30, noticeMs: millis(MINUTE / 2) };

  it("do not move a single start of a session", () => {
    const startsOf = (struck: readonly ScenarioFault[], spot: object): readonly number[] => {
      const starts: number[] = [];
      const source = demoTraffic({ seed: 1, surges: [], warmupMs: 0 });
      const counted = {
        templates: source.templates,
        next: (start: Parameters<typeof source.next>[0]) => {
          const more = source.next(start);
          starts.push(start.atNs, start.template);
          return more;
        },
      };
      const scenario = demoScenario({ seed: 1, startAt: START, faults: struck });
      const supply = scenario.world.supply.map((each) => ({ ...each, ...spot }));
      const world = { ...scenario.world, supply, warmupMs: millis(0) };
      const options = { seed: 1, traffic: new Map([["agents/coder" as const, [counted]]]) };
      new World({ scenario: { ...scenario, world }, ...options }).advanceTo(minutes(5));
      return starts;
    };
    const [calm, faulty] = [startsOf([], {}), startsOf(faults, { interruptions })];
    expect(calm.length).toBeGreaterThan(300);
    expect(faulty).toEqual(calm);
  });
});

describe("turns and racks", () => {
  /** A rack becomes ready at the very nanosecond at which a turn joins its engine. */
  const AT_ONE_INSTANT = [
    { racks: 12, seconds: 1, lose: 3 },
    { racks: 0, seconds: 29, lose: 0 },
    { racks: 9, seconds: 241, lose: 0 },
  ];

  it(
    "are conserved whatever is done to the pool (INV-1)",
    () => {
      const step = fc.record({
        racks: fc.integer({ min: 0, max: 12 }),
        seconds: fc.integer({ min: 1, max: 600 }),
        lose: fc.integer({ min: 0, max: 18 }),
      });
      fc.assert(
        fc.property(fc.integer(), fc.array(step, { maxLength: 5 }), (seed, steps) => {
          const world = demoWorld({ seed, startAt: START, turnsPerSecond: 4 });
          const random = new RandomStream(seed, "test");
          for (const { racks, seconds, lose } of steps) {
            onlyPool(world).setDesired(racks, "script");
            onlyPool(world).outages.loseNodes(lose, 5 * MINUTE, random);
            world.advanceTo(after(world.now(), millis(seconds * 1_000)));
          }
          world.checkConserved();
          const { counts } = onlyFleet(world).results();
          expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: 20, examples: [[412155622, AT_ONE_INSTANT]] },
      );
    },
    SLOW_MS,
  );
});
