import { describe, expect, it } from "vitest";
import { observeGroup, observeWorld } from "../../src/controller/observe.ts";
import type { PodObservation } from "../../src/core/observation.ts";
import { reason } from "../../src/core/reasons.ts";
import { after, millis } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { aLoanGroup, aLoanWorld } from "../support/builders/loans.ts";
import { CODER, NOW, aDrain, aPod, anIntent, anOverride } from "../support/builders/observed.ts";
import { ModelCluster } from "../support/model/cluster.ts";

async function observed(cluster: ModelCluster, ports: Ports = cluster.ports()) {
  const world = await observeWorld(ports, NOW);
  const [group] = world.groups;
  if (group === undefined) throw new Error("no group");
  return observeGroup(ports, world, group);
}

const aCluster = () => new ModelCluster(aSmallGroup());

describe("what one tick sees", () => {
  it("is everything of the group as of one instant", async () => {
    const cluster = aCluster();
    const observation = await observed(cluster);
    expect(observation).toMatchObject({ now: NOW, leading: true, intents: [] });
    expect(observation.pools).toMatchObject([
      { name: "gb200-east", count: { desired: 4 }, refusals: [] },
    ]);
    expect(observation.pools[0]?.racks.map(({ id }) => id)).toEqual([
      "rack-0",
      "rack-1",
      "rack-2",
      "rack-3",
    ]);
    expect(observation.pools[0]?.racks[0]?.pods).toHaveLength(8);
    expect(observation.fleets).toMatchObject([
      { key: CODER, rollout: false, problems: [], signals: { arrivals: { value: 1 } } },
    ]);
  });

  it("holds overrides of the fleet that are in force, until the instant they end", async () => {
    const cluster = aCluster();
    const until = (ms: number) => anOverride({ until: after(NOW, millis(ms)) });
    cluster.desired = {
      overrides: [
        { fleet: CODER, namespace: "agents", override: until(1) },
        { fleet: CODER, namespace: "agents", override: until(0) },
        { fleet: CODER, namespace: "agents", override: until(-1) },
        { fleet: "agents/writer", namespace: "agents", override: until(1) },
      ],
    };
    const { fleets } = await observed(cluster);
    expect(fleets[0]?.overrides).toEqual([until(1)]);
  });

  it("holds overrides of every fleet of its namespace, and of every fleet there is", async () => {
    const cluster = aCluster();
    const named = (name: string) => anOverride({ name, until: after(NOW, millis(1)) });
    cluster.desired = {
      overrides: [
        { fleet: "agents/*", namespace: "agents", override: named("namespace") },
        { fleet: "agent/*", namespace: "agents", override: named("another namespace") },
        { fleet: "*", namespace: "agents", override: named("cluster") },
      ],
    };
    const { fleets } = await observed(cluster);
    expect(fleets[0]?.overrides.map(({ name }) => name)).toEqual(["namespace", "cluster"]);
  });

  it("holds the intents of its pools, by name", async () => {
    const cluster = aCluster();
    const elsewhere = anIntent({ name: "west-out-1", pool: "gb200-west" });
    cluster.world = { ...cluster.world, intents: [anIntent(), elsewhere, aDrain()] };
    const { intents } = await observed(cluster);
    expect(intents.map(({ name }) => name)).toEqual(["gb200-east-in-1", "gb200-east-out-1"]);
  });

  it("tells nodes that stand in another pool's rack, refuses a rack that two claim", async () => {
    const cluster = aCluster();
    const ports = cluster.ports();
    const claiming = (nodes: number): typeof ports => ({
      ...ports,
      nodes: {
        ...ports.nodes,
        list: async (pools) => {
          const ours = await ports.nodes.list(pools);
          const [domain] = ours.flatMap((node) => node.domain ?? []);
          const rack = ours.filter((node) => node.domain === domain).slice(0, nodes);
          return [...ours, ...rack.map((node) => ({ ...node, pool: "gb200-west" }))];
        },
      },
    });
    const [straying, split] = await Promise.all([
      observed(cluster, claiming(1)),
      observed(cluster, claiming(99)),
    ]);
    expect(straying.pools[0]).toMatchObject({ refusals: [] });
    expect(straying.pools[0]?.racks).toHaveLength(4);
    expect(split.pools[0]?.racks).toHaveLength(3);
    expect(split.pools[0]).toMatchObject({
      refusals: [{ code: "pool-refused", text: expect.stringContaining("RackPool gb200-west") }],
      foreign: [{ pools: ["gb200-west"] }],
    });
  });

  it("holds what is wrong with the fleet's specification and workloads", async () => {
    const cluster = aCluster();
    const problem = reason("not-a-consumer", "spec.pools[0]");
    cluster.desired = {
      problems: [
        { fleet: CODER, reason: problem },
        { fleet: "agents/writer", reason: problem },
      ],
    };
    const ports = cluster.ports();
    const text = "spec.workloads[0].target: no such Deployment.";
    const unreadable = [{ fleet: CODER, code: "workload-unknown" as const, text }];
    const { fleets } = await observed(cluster, {
      ...ports,
      workloads: {
        ...ports.workloads,
        read: async (list) => ({ ...(await ports.workloads.read(list)), unreadable }),
      },
    });
    expect(fleets[0]?.problems).toEqual([
      problem,
      reason("workload-unknown", "spec.workloads[0].target: no such Deployment."),
    ]);
  });

  it("says whether the lease is held when it is seen, not when the tick began", async () => {
    const cluster = aCluster();
    const world = await observeWorld(cluster.ports(), NOW);
    cluster.leading = false;
    const [group] = world.groups;
    if (group === undefined) throw new Error("no group");
    expect((await observeGroup(cluster.ports(), world, group)).leading).toBe(false);
  });
});

describe("what belongs to another group", () => {
  const loan = { pools: ["gb200-east"], gang: "big" };
  const aLoan = async (extra: readonly PodObservation[]) => {
    const cluster = new ModelCluster(aLoanGroup());
    cluster.world = aLoanWorld();
    const ports = cluster.ports();
    const workloads = {
      ...ports.workloads,
      read: async (...given: Parameters<typeof ports.workloads.read>) => {
        const found = await ports.workloads.read(...given);
        return { ...found, pods: [...found.pods, ...extra] };
      },
    };
    return (await observed(cluster, { ...ports, workloads })).pools[0];
  };

  it("a fleet that is decided elsewhere is a stranger on our racks", async () => {
    const pod = aPod("searcher-0", "rack-3-n0", { fleet: "search/searcher" });
    const seen = await aLoan([pod]);
    const rack = seen?.racks.find(({ id }) => id === "rack-3");
    expect(rack?.pods.find(({ name }) => name === "searcher-0")?.fleet).toBeNull();
    const fleets = new Set(seen?.racks.flatMap(({ pods }) => pods.map(({ fleet }) => fleet)));
    expect(fleets).toEqual(new Set([CODER, null]));
  });

  it("a gang that runs on nodes of another pool, or of none, is named", async () => {
    const pod = (gang: string) => aPod(gang, "west-1-n0", { fleet: null, loan: { ...loan, gang } });
    expect(await aLoan([])).not.toHaveProperty("gangsElsewhere");
    expect(await aLoan([pod("rack-2"), pod("other")])).toMatchObject({
      gangsElsewhere: ["agents/rack-2"],
    });
  });
});

describe("what cannot be seen", () => {
  it("a pool whose object does not answer: a refusal that names it, not an error", async () => {
    const cluster = aCluster();
    cluster.interruption = {
      before: (call) => {
        if (call === "backend.read") throw new PortError("timeout", "no answer within 5 s");
      },
      after: () => {},
    };
    expect((await observed(cluster)).pools[0]).toMatchObject({
      count: null,
      refusals: [{ code: "pool-unknown", text: "RackPool gb200-east: no answer within 5 s" }],
    });
  });

  it("a pool of a backend that is not there: a refusal that names the field", async () => {
    const cluster = aCluster();
    const { pools } = await observed(cluster, { ...cluster.ports(), backends: {} });
    expect(pools[0]).toMatchObject({
      count: null,
      refusals: [
        { code: "pool-refused", text: expect.stringContaining("spec.backend.kind simulated") },
      ],
    });
    expect(pools[0]?.racks).toHaveLength(4);
  });

  it.each(["store.read", "nodes.list", "workloads.read", "decisions.list"])(
    "%s was never read: an error, for an unsynced world must not be decided on",
    async (failing) => {
      const cluster = aCluster();
      cluster.interruption = {
        before: (call) => {
          if (call === failing) throw new PortError("unreachable", `${failing}: not synced`);
        },
        after: () => {},
      };
      await expect(observed(cluster)).rejects.toThrow("not synced");
    },
  );

  it("a bug in an adapter is not taken for a refusal", async () => {
    const cluster = aCluster();
    cluster.interruption = {
      before: (call) => {
        if (call === "backend.read") throw new TypeError("undefined is not a function");
      },
      after: () => {},
    };
    await expect(observed(cluster)).rejects.toThrow(TypeError);
  });
});
