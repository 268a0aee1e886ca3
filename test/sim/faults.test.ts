import { describe, expect, it } from "vitest";
import type { ScenarioFault } from "../../src/config/compiled-scenario.ts";
import { millis } from "../../src/core/units.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { scheduleFaults } from "../../src/sim/faults.ts";
import type { World } from "../../src/sim/world.ts";
import {
  MINUTE,
  aWorld,
  minutes,
  onlyFleet,
  onlyPool,
  stubOf,
} from "../support/simulated-world.ts";

const AT = { atMs: millis(5 * MINUTE) };
const FOR = { forMs: millis(10 * MINUTE) };
const POOL = { pool: "gb200-demo" };
const FLEET = { fleet: "agents/coder" } as const;
const LONG = { p50Ms: millis(30 * MINUTE), p95Ms: millis(30 * MINUTE) };

const worldWith = (...faults: readonly ScenarioFault[]): World =>
  aWorld({ world: { faults }, supply: { loanedRacks: 1 } });

/** @returns what the kernel was told after the world began. */
const told = (world: World): readonly string[] =>
  stubOf(world).calls.filter((call) => !call.startsWith("0 "));

const phases = (world: World): readonly string[] =>
  onlyPool(world)
    .racks()
    .map(({ phase }) => phase);

describe("faults of a pool", () => {
  it.each([
    ["node-loss", { kind: "node-loss", ...POOL, ...AT, ...FOR, nodes: 3 }, ["Repairing"]],
    [
      "rack-loss",
      { kind: "rack-loss", ...POOL, ...AT, racks: 2, repair: LONG },
      ["Repairing", "Repairing"],
    ],
    ["maintenance", { kind: "maintenance", ...POOL, ...AT, ...FOR, racks: 1 }, ["Repairing"]],
    ["foreign-write", { kind: "foreign-write", ...POOL, ...AT, racks: 5 }, ["Arriving"]],
  ] as const)("%s strikes when it is due", (_kind, fault, states) => {
    const world = worldWith(fault);
    world.advanceTo(minutes(4.99));
    expect(phases(world)).toEqual(["Up", "Up", "Up", "Up"]);
    world.advanceTo(minutes(7));
    expect(phases(world).filter((phase) => phase !== "Up")).toEqual(states);
  });

  it("racks are taken for others, after their notice", () => {
    const noticeMs = millis(2 * MINUTE);
    const world = worldWith({ kind: "spot-interruption", ...POOL, ...AT, racks: 1, noticeMs });
    world.advanceTo(minutes(6.9));
    expect(phases(world)).toEqual(["Up", "Up", "Up", "Up"]);
    world.advanceTo(minutes(9));
    expect(phases(world)).toEqual(["Up", "Up", "Up", "Arriving"]);
  });

  it("a lost rack that is not repaired is replaced", () => {
    const world = worldWith({ kind: "rack-loss", ...POOL, ...AT, racks: 1, repair: null });
    world.advanceTo(minutes(7));
    expect(phases(world)).toEqual(["Up", "Up", "Up", "Arriving"]);
  });

  it("loans are called in", () => {
    const world = worldWith({ kind: "loan-reclaim", ...POOL, ...AT, racks: 1, grace: LONG });
    world.advanceTo(minutes(60));
    expect(world.servingRacks("agents/coder")).toBe(4);
  });

  it("a boot hangs", () => {
    const write = { kind: "foreign-write", ...POOL, atMs: millis(0), racks: 5 } as const;
    const stuck = {
      kind: "stuck-boot",
      ...POOL,
      atMs: millis(0),
      racks: 1,
      forMs: LONG.p50Ms,
    } as const;
    const world = worldWith(stuck, write);
    world.advanceTo(minutes(30));
    expect(phases(world).at(-1)).toBe("Arriving");
    world.advanceTo(minutes(50));
    expect(phases(world).at(-1)).toBe("Up");
  });
});

describe("faults of a fleet", () => {
  it("a router misroutes, and stops", () => {
    const world = worldWith({ kind: "router-misroute", ...FLEET, ...AT, ...FOR, share: 0.3 });
    world.advanceTo(minutes(60));
    expect(told(world)).toEqual(["300 misroute 0.3", "900 misroute 0"]);
  });

  it.each([
    ["router-index-loss", {}, ["300 index false", "900 index true"]],
    ["turn-gaps", { factor: 4 }, ["300 gaps 4", "900 gaps 1"]],
  ] as const)("%s comes and goes", (kind, fields, calls) => {
    const world = worldWith({ kind, ...FLEET, ...AT, ...FOR, factor: 1, ...fields });
    world.advanceTo(minutes(60));
    expect(told(world)).toEqual(calls);
  });

  it("engines forget again and again", () => {
    const every = { replicas: 2, everyMs: millis(3 * MINUTE) };
    const world = worldWith({ kind: "forgetful-replicas", ...FLEET, ...AT, ...FOR, ...every });
    world.advanceTo(minutes(60));
    const times = told(world).map((call) => call.split(" ")[0]);
    expect(times).toEqual(["300", "300", "480", "480", "660", "660", "840", "840"]);
  });

  it("counters stand still, and go on", () => {
    const fault = { kind: "broken-counters", ...FLEET, ...AT, ...FOR, how: "recounted" } as const;
    const world = worldWith(fault);
    const [first] = onlyFleet(world).targets();
    expect(first).not.toHaveProperty("recountedTokens");
    world.advanceTo(minutes(6));
    expect(onlyFleet(world).targets()[0]).toHaveProperty("recountedTokens");
  });

  it("prompts become unstable, and stable again", () => {
    const shape = { share: 0.4, depthTokens: 1_920 };
    const world = worldWith({ kind: "prompt-instability", ...FLEET, ...AT, ...FOR, ...shape });
    world.advanceTo(minutes(60));
    expect(told(world)).toEqual(["300 unstable 0.4 from 1920", "900 unstable 0 from 0"]);
  });

  it("a share of the caches is emptied", () => {
    const world = worldWith({ kind: "cache-flush", ...FLEET, ...AT, share: 0.25 });
    world.advanceTo(minutes(60));
    expect(told(world)).toHaveLength(6);
    expect(told(world).every((call) => call.startsWith("300 flush "))).toBe(true);
  });

  it("engines slow down, and recover unless they are gone", () => {
    const world = worldWith({
      kind: "slow-replicas",
      ...FLEET,
      ...AT,
      ...FOR,
      replicas: 3,
      factor: 2,
    });
    world.advanceTo(minutes(6));
    const slow = told(world);
    expect(slow.map((call) => call.replace(/slow \d+/, "slow"))).toEqual(
      Array.from({ length: 3 }, () => "300 slow x2"),
    );
    onlyPool(world).setDesired(1, "olga");
    world.advanceTo(minutes(60));
    const alive = stubOf(world).alive();
    const survivors = slow.filter((call) => alive.includes(Number(call.split(" ")[2])));
    const recovered = told(world).filter((call) => call.endsWith(" x1"));
    expect(recovered.toSorted()).toEqual(
      survivors.map((call) => call.replace("300", "900").replace("x2", "x1")).toSorted(),
    );
  });

  it("engines crash, and are back in their pods after a start", () => {
    const world = worldWith({ kind: "replica-crash", ...FLEET, ...AT, replicas: 5 });
    world.advanceTo(minutes(5));
    expect(stubOf(world).alive()).toHaveLength(19);
    world.advanceTo(minutes(30));
    expect(stubOf(world).alive()).toHaveLength(24);
  });

  it("a rollout replaces every engine, a rack at a time", () => {
    const world = worldWith({ kind: "rollout", ...FLEET, ...AT });
    world.advanceTo(minutes(5));
    const before = stubOf(world).alive();
    let least = before.length;
    for (let minute = 5; minute < 60; minute += 0.1) {
      world.advanceTo(minutes(minute));
      least = Math.min(least, stubOf(world).alive().length);
    }
    expect(least).toBe(16);
    expect(stubOf(world).alive()).toHaveLength(24);
    expect(
      stubOf(world)
        .alive()
        .filter((replica) => before.includes(replica)),
    ).toEqual([]);
  });
});

describe("another configuration of the caches", () => {
  const HALF = {
    kind: "cache-config",
    ...FLEET,
    ...AT,
    kvFactor: 0.5,
    prefixCaching: false,
  } as const;

  const configs = (world: World): Readonly<Record<string, number>> => {
    const texts = onlyFleet(world)
      .targets()
      .map(({ kvTokens, prefixCaching }) => `${kvTokens} ${prefixCaching}`);
    return Object.fromEntries(
      [...new Set(texts)].map((text) => [text, texts.filter((other) => other === text).length]),
    );
  };

  it("comes with a rollout, rack by rack, and every engine that starts from then on has it", () => {
    const world = worldWith(HALF);
    world.advanceTo(minutes(5));
    expect(configs(world)).toEqual({ "800000 true": 24 });
    world.advanceTo(minutes(8));
    // One rack is done, and the next one starts its engines.
    expect(configs(world)).toEqual({ "800000 true": 8, "400000 false": 8 });
    world.advanceTo(minutes(60));
    expect(configs(world)).toEqual({ "400000 false": 24 });
    const added = told(world).filter((call) => call.includes(" add "));
    expect(added).toHaveLength(24);
    for (const call of added) expect(call).toContain('{"kvTokens":400000,"prefixCaching":false}');
  });

  it("is not that of an engine of the old revision that crashes while the rollout runs", () => {
    const world = worldWith(HALF);
    world.advanceTo(minutes(5));
    const last = onlyFleet(world).endpoints().at(-1);
    last?.crash();
    const crashed = onlyFleet(world).targets().at(-1);
    expect(crashed).toMatchObject({ up: false, kvTokens: 800_000, prefixCaching: true });
  });

  it("stays over rollouts that do not speak of it, until another one takes it back", () => {
    const later = { fleet: FLEET.fleet, atMs: millis(60 * MINUTE) };
    const plain = worldWith(HALF, { kind: "rollout", ...later });
    const back = { ...HALF, ...later, kvFactor: 1, prefixCaching: true };
    const restored = worldWith(HALF, back);
    for (const world of [plain, restored]) world.advanceTo(minutes(120));
    expect(configs(plain)).toEqual({ "400000 false": 24 });
    expect(configs(restored)).toEqual({ "800000 true": 24 });
  });
});

describe("faults of anything", () => {
  it.each([
    ["pool", { kind: "foreign-write", pool: "elsewhere", ...AT, racks: 5 }],
    ["fleet", { kind: "rollout", fleet: "agents/nobody", ...AT }],
  ] as const)("are refused where the world has no such %s", (what, fault) => {
    expect(() => worldWith(fault)).toThrow(new RegExp(`the world has no ${what}`));
  });

  it("of metrics schedule nothing: they are asked for by time", () => {
    const timeline = new EventQueue(0);
    const none = (): never => {
      throw new Error("nothing to strike");
    };
    scheduleFaults([{ kind: "stale-metrics", ...AT, ...FOR }], 0, {
      timeline,
      seed: 1,
      pool: none,
      fleet: none,
    });
    expect(timeline.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("draw from streams of their own: one more moves no other", () => {
    const loss = { kind: "rack-loss", ...POOL, ...AT, racks: 1, repair: LONG } as const;
    const flush = { kind: "cache-flush", ...FLEET, ...AT, share: 0.5 } as const;
    const hit = (world: World) => {
      world.advanceTo(minutes(6));
      return onlyPool(world)
        .racks()
        .find(({ phase }) => phase === "Repairing")?.id;
    };
    expect(hit(worldWith(loss, flush))).toBe(hit(worldWith(loss)));
  });
});
