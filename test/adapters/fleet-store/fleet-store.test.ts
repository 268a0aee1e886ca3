import { describe, expect, it } from "vitest";
import { fleetStore } from "../../../src/adapters/fleet-store/fleet-store.ts";
import { type Json, objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import { compileFleet } from "../../../src/config/compile-fleet.ts";
import { compileOverride } from "../../../src/config/compile-override.ts";
import { compilePool } from "../../../src/config/compile-pool.ts";
import { describeErrors } from "../../../src/config/field-error.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { reason } from "../../../src/core/reasons.ts";
import type { Condition, FleetStatus } from "../../../src/ports/fleet-store.ts";
import { kubeBench } from "../../support/kube-bench.ts";
import { rawFleet, rawOverride, rawPool } from "../../support/raw-objects.ts";

const READY: Condition = { type: "Ready", status: "True", reason: "Scalable", message: "4 racks" };
const STATUS: FleetStatus = {
  wantedRacks: 5,
  awardedRacks: 5,
  heldRacks: 4,
  servingRacks: 4,
  outcome: "Grow",
  reason: "demand-forecast",
  hitRate: 0.8123,
  conditions: [READY],
};
const STATUS_PATH = /inferencefleets\/coder\/status/;

const compilers = {
  pool: compilePool,
  fleet: compileFleet,
  override: compileOverride,
  describe: describeErrors,
  problems: (fleet: CompiledFleet, pools: readonly { name: string }[]) =>
    fleet.pools
      .filter(({ name }) => pools.every((pool) => pool.name !== name))
      .map(({ name }) => reason("pool-unknown", name)),
};

async function bench(...objects: readonly object[]) {
  const kube = kubeBench();
  for (const object of objects) kube.api.put({ ...object });
  const homeNamespace = "breakwater-system";
  const store = fleetStore({ ...kube, clock: kube.timers.clock, compilers, homeNamespace });
  store.start();
  await kube.timers.settle();
  const read = () => store.read(kube.timers.clock.now());
  return { ...kube, store, read };
}

describe("what people asked for", () => {
  it("is read and compiled", async () => {
    const kube = await bench(rawPool(), rawFleet(), rawOverride());
    expect(await kube.read()).toMatchObject({
      pools: [{ name: "gb200-a" }],
      fleets: [{ key: "agents/coder" }],
      overrides: [{ fleet: "agents/coder", override: { name: "inc-1", pauseOut: true } }],
      problems: [],
      broken: [],
    });
    await kube.store.stop();
  });

  it("follows changes and deletions", async () => {
    const kube = await bench(rawPool(), rawFleet(), rawOverride());
    kube.api.edit({ ...rawPool() }, { spec: { limits: { maxRacks: 9 } } });
    kube.api.delete({ ...rawOverride() });
    await kube.timers.settle();
    const state = await kube.read();
    expect(state.pools).toMatchObject([{ limits: { maxRacks: 9 } }]);
    expect(state.overrides).toEqual([]);
    await kube.store.stop();
  });

  it("leaves out what cannot be compiled and reports it by field", async () => {
    const kube = await bench(rawPool({ limits: { maxRacks: -1 } }), rawFleet());
    const state = await kube.read();
    expect(state).toMatchObject({
      pools: [],
      broken: [
        {
          kind: "RackPool",
          name: "gb200-a",
          message: expect.stringContaining("spec.limits.maxRacks: found -1, expected at least 0"),
        },
      ],
      problems: [{ fleet: "agents/coder", reason: { code: "pool-unknown" } }],
    });
    await kube.store.stop();
  });

  it("is not read before all kinds were listed", async () => {
    const kube = kubeBench();
    kube.api.fail({ path: /fleetoverrides/, fault: { kind: "answer", status: 403 }, times: 99 });
    const store = fleetStore({ ...kube, clock: kube.timers.clock, compilers });
    store.start();
    await kube.timers.settle();
    expect(store.synced()).toBe(false);
    await expect(store.read(kube.timers.clock.now())).rejects.toMatchObject({
      code: "unreachable",
      message: "fleetoverrides were not listed yet",
    });
    await store.stop();
  });

  it("is about the cluster where an override of every fleet is beside the controller", async () => {
    const all = rawOverride({ fleet: "*" });
    const ours = { ...all, metadata: { name: "stop", namespace: "breakwater-system" } };
    const kube = await bench(all, ours);
    const { overrides } = await kube.read();
    expect(overrides.map(({ fleet }) => fleet).sort()).toEqual(["*", "agents/*"]);
  });

  it("is compiled once a minute, so that schedules move on", async () => {
    let compiled = 0;
    const kube = kubeBench();
    kube.api.put({ ...rawFleet() });
    const fleet: typeof compileFleet = (raw, now) => {
      compiled += 1;
      return compileFleet(raw, now);
    };
    const options = { ...kube, clock: kube.timers.clock, compilers: { ...compilers, fleet } };
    const store = fleetStore(options);
    store.start();
    for (let tick = 0; tick < 9; tick += 1) {
      await kube.timers.advance(15_000);
      await store.read(kube.timers.clock.now());
    }
    expect(compiled).toBe(3);
    await store.stop();
  });
});

describe("a status", () => {
  async function withFleet() {
    const kube = await bench(rawPool(), rawFleet());
    const [fleet] = (await kube.read()).fleets;
    if (fleet === undefined) throw new Error("no fleet");
    const write = (change: Partial<FleetStatus> = {}) =>
      kube.store.writeFleetStatus(fleet, { ...STATUS, ...change });
    const status = () => objectAt(kube.api.get({ ...rawFleet() }), "status");
    const writes = () => kube.api.callsTo("PATCH", STATUS_PATH).length;
    return { ...kube, write, status, writes };
  }

  it("is written whole, fractions as decimal strings", async () => {
    const kube = await withFleet();
    await kube.write();
    expect(kube.status()).toEqual({
      observedGeneration: 1,
      wantedRacks: 5,
      awardedRacks: 5,
      heldRacks: 4,
      servingRacks: 4,
      outcome: "Grow",
      reason: "demand-forecast",
      hitRate: "0.81",
      conditions: [{ ...READY, lastTransitionTime: "2026-12-01T18:00:00Z", observedGeneration: 1 }],
    });
    await kube.store.stop();
  });

  it("that did not change is not written", async () => {
    const kube = await withFleet();
    await kube.write();
    await kube.timers.advance(3_600_000);
    await kube.write();
    expect(kube.writes()).toBe(1);
    await kube.store.stop();
  });

  it("keeps the time of a condition's last transition until its status changes", async () => {
    const kube = await withFleet();
    await kube.write();
    await kube.timers.advance(120_000);
    await kube.write({ outcome: "Hold", conditions: [{ ...READY, reason: "StillScalable" }] });
    expect(kube.status()).toMatchObject({
      conditions: [{ lastTransitionTime: "2026-12-01T18:00:00Z", reason: "StillScalable" }],
    });
    await kube.write({ conditions: [{ ...READY, status: "False" }] });
    expect(kube.status()).toMatchObject({
      conditions: [{ lastTransitionTime: "2026-12-01T18:02:00Z", status: "False" }],
    });
    await kube.store.stop();
  });

  it("whose hit rate or wording drifts is written once a minute at most", async () => {
    const kube = await withFleet();
    for (let tick = 0; tick < 8; tick += 1) {
      await kube.write({
        hitRate: tick / 10,
        conditions: [{ ...READY, message: `${tick} of 8 racks` }],
      });
      await kube.timers.advance(15_000);
    }
    expect(kube.writes()).toBe(2);
    await kube.store.stop();
  });

  it("without a hit rate has none", async () => {
    const kube = await withFleet();
    await kube.write();
    await kube.write({ hitRate: null, outcome: "Hold" });
    expect(kube.status()).not.toHaveProperty("hitRate");
    await kube.store.stop();
  });

  it("that meets a conflict is written again", async () => {
    const kube = await withFleet();
    const body = JSON.stringify({ kind: "Status", reason: "Conflict" });
    const fault = { kind: "answer", status: 409, body } as const;
    kube.api.fail({ method: "PATCH", path: STATUS_PATH, fault, times: 2 });
    await kube.write();
    expect(kube.status()).toMatchObject({ outcome: "Grow" });
    await kube.store.stop();
  });

  it("is not written on another object under the same name", async () => {
    const kube = await withFleet();
    const recreate = () => {
      kube.api.delete({ ...rawFleet() });
      kube.api.put({ ...rawFleet() });
    };
    const fault = { kind: "first", run: recreate } as const;
    kube.api.fail({ method: "PATCH", path: STATUS_PATH, fault });
    await kube.write();
    expect(kube.status()).toEqual({});
    await kube.store.stop();
  });

  it("of an object that is gone is nobody's loss", async () => {
    const kube = await withFleet();
    const remove = () => kube.api.delete({ ...rawFleet() });
    kube.api.fail({ method: "PATCH", path: STATUS_PATH, fault: { kind: "first", run: remove } });
    await expect(kube.write()).resolves.toBeUndefined();
    await kube.store.stop();
  });
});

describe("other statuses", () => {
  it("a pool's desired racks are absent while unknown", async () => {
    const kube = await bench(rawPool());
    const [pool] = (await kube.read()).pools;
    if (pool === undefined) throw new Error("no pool");
    const status = { desiredRacks: null, racksByPhase: { Serving: 4 }, conditions: [READY] };
    await kube.store.writePoolStatus(pool, status);
    const written: Json = objectAt(kube.api.get({ ...rawPool() }), "status");
    expect(written).toMatchObject({ racksByPhase: { Serving: 4 } });
    expect(written).not.toHaveProperty("desiredRacks");
    await kube.store.stop();
  });

  it("an override says whether it is in force", async () => {
    const kube = await bench(rawOverride());
    const [asked] = (await kube.read()).overrides;
    if (asked === undefined) throw new Error("no override was read");
    const message = "agents/coder: nothing grows.";
    const inForce = { type: "InForce", status: "True", reason: "InForce", message } as const;
    for (let tick = 0; tick < 3; tick += 1) await kube.store.writeOverrideStatus(asked, [inForce]);
    expect(kube.api.get({ ...rawOverride() })).toMatchObject({ status: { conditions: [inForce] } });
    expect(kube.api.callsTo("PATCH", /status/)).toHaveLength(1);
    await kube.store.stop();
  });

  it.each([
    ["RackPool", rawPool({ limits: {} })],
    ["InferenceFleet", rawFleet({ racks: {} })],
    ["FleetOverride", rawOverride({ until: "soon" })],
  ])("a broken %s says so itself, once", async (_kind, object) => {
    const kube = await bench(object);
    for (let tick = 0; tick < 3; tick += 1) {
      for (const broken of (await kube.read()).broken) await kube.store.reportBroken(broken);
    }
    expect(kube.api.get({ ...object })).toMatchObject({
      status: {
        conditions: [
          { type: "Ready", status: "False", reason: "InvalidSpec", message: /^spec\./ },
        ].map((condition) => ({ ...condition, message: expect.stringMatching(/^spec\./) })),
      },
    });
    expect(kube.api.callsTo("PATCH", /status/)).toHaveLength(1);
    await kube.store.stop();
  });
});
