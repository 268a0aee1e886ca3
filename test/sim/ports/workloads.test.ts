import { describe, expect, it } from "vitest";
import { after, millis } from "../../../src/core/units.ts";
import { simulatedWorkloads } from "../../../src/sim/ports/workloads.ts";
import {
  MINUTE,
  aWorld,
  fleetOf,
  minutes,
  onlyFleet,
  onlyPool,
} from "../../support/simulated-world.ts";

async function readOf(world: ReturnType<typeof aWorld>) {
  const port = simulatedWorkloads(world);
  return { port, pods: (await port.read([fleetOf(world)])).pods };
}

describe("the pods of a simulated fleet", () => {
  it("are eight a rack, ready since long before the world began", async () => {
    const world = aWorld({ world: { warmupMs: millis(15 * MINUTE) } });
    const { pods } = await readOf(world);
    expect(pods).toHaveLength(32);
    expect(new Set(pods.map(({ node }) => node)).size).toBe(32);
    for (const pod of pods) {
      expect(pod).toMatchObject({ fleet: "agents/coder", role: "Aggregated", terminating: false });
      expect(pod.readySince).toBeLessThan(world.now());
    }
  });

  it("are strangers to whoever does not know the fleet", async () => {
    const { pods } = await simulatedWorkloads(aWorld()).read([]);
    expect(new Set(pods.map(({ fleet }) => fleet))).toEqual(new Set([null]));
  });

  it("are shown while they start, not ready", async () => {
    const world = aWorld();
    onlyPool(world).setDesired(5, "olga");
    let starting = 0;
    for (let second = 0; second < 900; second += 5) {
      world.advanceTo(minutes(second / 60));
      const { pods } = await readOf(world);
      starting = Math.max(starting, pods.filter(({ ready }) => !ready).length);
    }
    expect(starting).toBe(8);
  });
});

describe("pods of nobody's fleet", () => {
  it("are shown as strangers' where a rack is on loan", async () => {
    const { pods } = await readOf(aWorld({ supply: { loanedRacks: 1 } }));
    expect(pods.filter(({ fleet }) => fleet === null)).toHaveLength(18);
    expect(pods.filter(({ fleet }) => fleet === "agents/coder")).toHaveLength(24);
  });
});

describe("a rollout", () => {
  it("is reported while it lasts", async () => {
    const world = aWorld();
    const port = simulatedWorkloads(world);
    const rollouts = async () => (await port.read([fleetOf(world)])).rollouts;
    expect(await rollouts()).toEqual([]);
    onlyFleet(world).rollout.begin();
    expect(await rollouts()).toEqual(["agents/coder"]);
    world.advanceTo(minutes(30));
    expect(await rollouts()).toEqual([]);
  });
});

describe("eviction", () => {
  it("is let through by the budget four pods at a time, and ends within the grace", async () => {
    const world = aWorld();
    world.advanceTo(minutes(1));
    const { port, pods } = await readOf(world);
    const victims = pods.slice(0, 8);
    onlyPool(world).setCordoned(
      new Set(
        onlyPool(world)
          .racks()[0]
          ?.nodes.map(({ uid }) => uid),
      ),
      true,
    );
    const outcomes = [];
    for (const pod of victims) outcomes.push((await port.evict(pod)).kind);
    expect(outcomes).toEqual([...Array(4).fill("Evicted"), ...Array(4).fill("Blocked")]);
    world.advanceTo(after(world.now(), millis(30_000)));
    const left = (await readOf(world)).pods.map(({ uid }) => uid);
    expect(victims.map(({ uid }) => left.includes(uid))).toEqual([
      ...Array(4).fill(false),
      ...Array(4).fill(true),
    ]);
    expect((await port.evict(victims[7] ?? { namespace: "", name: "", uid: "" })).kind).toBe(
      "Evicted",
    );
  });

  it("names the budget that blocks", async () => {
    const world = aWorld({ maxUnavailablePods: 0 });
    const { port, pods } = await readOf(world);
    const [pod] = pods;
    if (pod === undefined) throw new Error("no pod");
    expect(await port.evict(pod)).toEqual({
      kind: "Blocked",
      message: "the budget of agents/coder allows no disruption: 0 pods are out",
    });
  });

  it("of a pod that ends already, or is gone, does nothing more", async () => {
    const world = aWorld();
    world.advanceTo(minutes(1));
    const { port, pods } = await readOf(world);
    const [pod] = pods;
    if (pod === undefined) throw new Error("no pod");
    expect(await port.evict(pod)).toEqual({ kind: "Evicted" });
    expect(await port.evict(pod)).toEqual({ kind: "Evicted" });
    world.advanceTo(minutes(2));
    expect(await port.evict(pod)).toEqual({ kind: "Gone" });
  });
});
