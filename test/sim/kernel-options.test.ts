import { describe, expect, it } from "vitest";
import type { FleetKey } from "../../src/core/compiled.ts";
import { gpuCount, millis } from "../../src/core/units.ts";
import { demoTraffic } from "../../src/sim/demo-traffic.ts";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { kernelOptions } from "../../src/sim/kernel-options.ts";
import type { SessionSource } from "../../src/traces/turn-templates.ts";
import {
  aScenario,
  aWorld,
  fleetOf,
  onlyFleet,
  stubOf,
  GROUP,
} from "../support/simulated-world.ts";

const KEY: FleetKey = "agents/coder";
const source = (): SessionSource => demoTraffic({ seed: 1, surges: [], warmupMs: 0 });
const withTraffic = (...sources: SessionSource[]) => aWorld({ traffic: new Map([[KEY, sources]]) });

describe("what a fleet asks of its kernel", () => {
  it("passes turns on to who wants them, and nothing where nobody does", () => {
    const { world, startsAt } = aScenario();
    const options = {
      fleet: fleetOf(aWorld()),
      engine: { profile: "test-small", perturb: 0, fixed: null },
      router: { kind: "round-robin", lagMs: millis(0) },
      clients: world.clients,
      sources: [],
      seed: 1,
      timeline: new EventQueue(0),
      beganAt: startsAt,
      startsAt,
      createKernel: () => stubOf(aWorld()),
    } as const;
    const onTurn = (): void => {};
    expect(kernelOptions({ ...options, onTurn }).model.onTurn).toBe(onTurn);
    expect("onTurn" in kernelOptions(options).model).toBe(false);
  });

  it.each([
    [{ factor: 2 }, { guard: 2 }],
    [
      { factor: 1.5, decayed: { decayMs: millis(60_000), slackTokens: 7 } },
      { guard: 1.5, decay: { decayNs: 60e9, slackTokens: 7 } },
    ],
  ])("has the guard %j of its router", (guard, model) => {
    const routers = [{ kind: "prefix-affinity", lagMs: millis(0), guard }] as const;
    expect(stubOf(aWorld({ world: { routers } })).options.router).toEqual({
      kind: "prefix-affinity",
      lagNs: 0,
      ...model,
    });
  });

  it("is in nanoseconds, as the scenario says it", () => {
    const clients = { timeoutMs: millis(120_000), retries: 3, abandonAfterMs: null };
    const routers = [{ kind: "prefix-affinity", lagMs: millis(2_000) }] as const;
    const { options } = stubOf(aWorld({ world: { clients, routers } }));
    expect(options.clients).toMatchObject({
      timeoutNs: 120e9,
      retries: 3,
      abandonAfterNs: Infinity,
    });
    expect(options.router).toEqual({ kind: "prefix-affinity", lagNs: 2e9, guard: 1.25 });
    expect(options.objectives).toEqual([
      { metric: "TTFT", thresholdNs: 2_500e6 },
      { metric: "ITL", thresholdNs: 50e6 },
    ]);
    expect(options.resultsFromNs).toBe(0);
  });

  it("measures KV in the blocks of its traffic", () => {
    const [target] = onlyFleet(withTraffic(source())).targets();
    expect(target).toMatchObject({ blockTokens: 64, kvTokens: 800_000 });
    expect((target?.kvTokens ?? 0) % 64).toBe(0);
    expect(onlyFleet(aWorld()).targets()[0]).toMatchObject({ blockTokens: 16 });
  });

  it("is refused where sources or units do not go together", () => {
    const other = { ...source(), templates: { ...source().templates, blockTokens: 16 } };
    expect(() => withTraffic(source(), other)).toThrow(/blocks of 64 and 16 tokens/);
    const [engines] = fleetOf(aWorld()).workloads;
    if (engines === undefined) throw new Error("no workload");
    const larger = { ...engines, name: "larger", gpusPerUnit: gpuCount(16) };
    const fleets = GROUP.fleets.map((fleet) => ({ ...fleet, workloads: [engines, larger] }));
    expect(() => aWorld({ group: { ...GROUP, fleets } })).toThrow(/units of 8 and 16 GPUs/);
  });

  it("has a tier on the hosts where the fleet has one", () => {
    const fleets = GROUP.fleets.map((fleet) => ({ ...fleet, kvTier: "NodeLocal" as const }));
    const { engine } = stubOf(aWorld({ group: { ...GROUP, fleets } })).options;
    expect(engine.host?.tokens).toBe(800_000);
    expect(stubOf(aWorld()).options.engine.host).toBeNull();
  });

  it("has a store where the scenario has one for the fleet", () => {
    const store = { terabytes: 1, gigabytesPerSecondPerGpu: 1, latencyMs: millis(3) };
    const { options } = stubOf(aWorld({ world: { stores: [store] } }));
    expect(options.store).toEqual({
      tokens: 2_000_000,
      fetchSubs: 3e6 * 1_024,
      fetchTokenSubs: (1e9 * 1_024 * 500_000) / 8e9,
    });
    expect("store" in stubOf(aWorld({ world: { stores: [null] } })).options).toBe(false);
    expect("store" in stubOf(aWorld()).options).toBe(false);
  });

  it("draws a seed's engines from a stream of their own", () => {
    const engine = (seed: number) => stubOf(aWorld({ seed })).options.engine;
    expect(engine(1)).toEqual(engine(1));
    expect(engine(2).prefillTokenSubs).not.toBe(engine(1).prefillTokenSubs);
    const straight = stubOf(aWorld({ engine: { perturb: 0 } })).options.engine;
    expect(straight.iterationSubs).toBe(10e6 * 1_024);
  });
});
