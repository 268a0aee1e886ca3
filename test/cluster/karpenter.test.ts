/**
 * Racks on a real node-pool controller: Breakwater sizes static NodePools, Karpenter makes and
 * takes their nodes, scheduler and controller manager place and replace the pods. The test plays
 * the fabric, which names racks that share a NodePool, and the engines' load.
 *
 * Karpenter knows no racks. Where several share a NodePool it takes the emptied one because every
 * other node runs a pod; `karpenter-victims.test.ts` shows what happens where one does not.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FleetView } from "../../src/api/fleet-view.ts";
import type { Intent } from "../../src/core/observation.ts";
import { CLIQUE_LABEL } from "../support/control-plane/domain-labels.ts";
import { type RealNode, selecting } from "../support/control-plane/real-nodes.ts";
import { redecide } from "../support/cluster-world/redecide.ts";
import { realNodesOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import type { EnginePod } from "./real-engines.ts";
import type { RealFleet, RealFleetWorld } from "./real-fleet-world.ts";
import { NAMESPACE, startRealFleetWorld } from "./real-fleet-world.ts";
import { LAYOUTS, RACK_NODES } from "./real-layouts.ts";

const missing = realNodesOrSkip(["helm", "prometheus", "node-24"]);
const QUIET_TURNS = 0.2;
const BUSY_TURNS = 3;
const MINUTES = 60_000;

interface WithUid {
  readonly uid: string;
}

const uids = (things: readonly WithUid[]): readonly string[] =>
  things.map(({ uid }) => uid).toSorted();

const rackOf = ({ labels }: RealNode): string => labels[CLIQUE_LABEL] ?? "";

describe.skipIf(missing !== "")(`racks that Karpenter makes and takes ${missing}`, () => {
  let world: RealFleetWorld;

  beforeAll(async () => {
    world = await startRealFleetWorld(LAYOUTS, QUIET_TURNS);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await world.everything());
  });
  afterAll(() => world?.stop());

  const nodesOf = ({ layout }: RealFleet) => world.real.nodes(layout.nodeLabels);

  const viewOf = async ({ layout }: RealFleet): Promise<FleetView | undefined> => {
    const { fleets } = await world.controller.fleets();
    return fleets.find(({ fleet }) => fleet === `${NAMESPACE}/${layout.app}`);
  };

  /** How many nodes Karpenter is asked for. */
  const askedOf = async ({ layout }: RealFleet): Promise<number> => {
    const counts = await world.real.plane.mustKubectl([
      "get",
      "nodepools.karpenter.sh",
      selecting(layout.nodeLabels),
      "-o",
      "jsonpath={.items[*].spec.replicas}",
    ]);
    return counts.split(" ").reduce((sum, count) => sum + Number(count), 0);
  };

  const claimsOf = async ({ layout }: RealFleet): Promise<readonly string[]> => {
    const named = ["get", "nodeclaims", selecting(layout.nodeLabels), "-o", "name"];
    return (await world.real.plane.mustKubectl(named)).trim().split("\n").toSorted();
  };

  const untilServing = async (fleet: RealFleet, racks: number): Promise<void> => {
    await untilTrue(
      `${fleet.layout.app} to serve on ${racks} racks`,
      async () => {
        const view = await viewOf(fleet);
        return view?.racks.serving === racks || view?.racks;
      },
      { timeoutMs: 3 * MINUTES },
    );
  };

  /** Karpenter takes any node without pods: only then must the emptied rack be the one to go. */
  const untilNoNodeIdle = async (fleet: RealFleet): Promise<readonly EnginePod[]> => {
    let pods: readonly EnginePod[] = [];
    await untilTrue("every node to run a unit", async () => {
      const nodes = await nodesOf(fleet);
      pods = await fleet.engines.pods();
      const busy = new Set(pods.flatMap(({ node, ready }) => (ready ? [node] : [])));
      return nodes.every(({ name }) => busy.has(name)) || [...busy];
    });
    return pods;
  };

  it("counts one rack while the load is low, and leaves the NodePools alone", async () => {
    for (const fleet of world.fleets) {
      await untilServing(fleet, 1);
      await untilTrue(
        `${fleet.layout.app} to be watched for long enough to be sized`,
        async () => {
          const view = await viewOf(fleet);
          const rate = view?.forecast?.observed ?? 0;
          const settled = view?.shrinkHold === null && rate > QUIET_TURNS / 2;
          return settled || { rate, ...view?.shrinkHold };
        },
        { timeoutMs: 4 * MINUTES },
      );
      expect(await askedOf(fleet)).toBe(RACK_NODES);
      expect(new Set((await nodesOf(fleet)).map(rackOf)).size).toBe(1);
    }
  });

  it("asks for whole racks when the load rises; Karpenter makes them, and they serve", async () => {
    for (const { exporter } of world.fleets) exporter.setTurnsPerSecond(BUSY_TURNS);
    for (const fleet of world.fleets) {
      await untilTrue(
        `Karpenter to be asked for more nodes of ${fleet.layout.app}`,
        async () => {
          const count = await askedOf(fleet);
          return count > RACK_NODES || { count, view: await viewOf(fleet) };
        },
        { timeoutMs: 4 * MINUTES },
      );
    }
    for (const fleet of world.fleets) {
      const asked = await settledCount(fleet);
      expect(asked % RACK_NODES).toBe(0);
      await untilServing(fleet, asked / RACK_NODES);
      const nodes = await nodesOf(fleet);
      expect(nodes).toHaveLength(asked);
      expect(await claimsOf(fleet)).toHaveLength(asked);
      console.log(`${fleet.layout.app}: ${BUSY_TURNS} turns/s, ${RACK_NODES} → ${asked} nodes`);
    }
  });

  /** A set of NodePools is written one by one: its decision says when all are. */
  const settledCount = async (fleet: RealFleet): Promise<number> => {
    await untilTrue(`the growth of ${fleet.layout.app} to be asked for`, async () => {
      const open = world.records(fleet.layout).at(-1)?.observation.intents ?? [];
      const growing = open.filter((intent) => intent.direction === "Out");
      const ended = growing.every(({ phase }) => phase === "Done");
      return (growing.length > 0 && ended) || growing;
    });
    return askedOf(fleet);
  };

  it("empties a rack by evictions when the load falls; exactly its nodes leave", async () => {
    const before = new Map<RealFleet, Standing>();
    for (const fleet of world.fleets) {
      const was = await standing(fleet);
      before.set(fleet, was);
      await floor(fleet, was.nodes.length / RACK_NODES - 1);
    }
    for (const { exporter } of world.fleets) exporter.setTurnsPerSecond(QUIET_TURNS);
    for (const [fleet, was] of before) {
      await untilTrue(
        `a rack of ${fleet.layout.app} to be given back`,
        async () => {
          const count = await askedOf(fleet);
          return count < was.nodes.length || { count, view: await viewOf(fleet) };
        },
        { timeoutMs: 5 * MINUTES },
      );
      const intent = loweringIntent(fleet);
      await untilTrue("its nodes to leave", async () => {
        const left = await nodesOf(fleet);
        return left.every(({ uid }) => !intent.victimNodeUids.includes(uid)) || left;
      });
      await expectExactly(fleet, was, intent);
      await untilDone(intent);
    }
  });

  it("and decided so that it comes out the same again, on two majors of Node", () => {
    for (const result of redecide(world.decisionLog)) {
      expect(result).toMatchObject({ difference: null, withoutMemory: 0 });
    }
  });

  /** Lest a second rack follows while the test looks at the first. */
  const floor = async ({ layout }: RealFleet, floorRacks: number): Promise<void> => {
    const until = new Date(Date.now() + 60 * MINUTES).toISOString();
    await world.real.plane.apply({
      apiVersion: "breakwater.dev/v1alpha1",
      kind: "FleetOverride",
      metadata: { name: layout.app, namespace: NAMESPACE },
      spec: { fleet: layout.app, floorRacks, until, reason: "one rack at a time" },
    });
  };

  interface Standing {
    readonly nodes: readonly RealNode[];
    readonly claims: readonly string[];
    readonly pods: readonly EnginePod[];
  }

  const standing = async (fleet: RealFleet): Promise<Standing> => ({
    pods: await untilNoNodeIdle(fleet),
    nodes: await nodesOf(fleet),
    claims: await claimsOf(fleet),
  });

  /** The decision whose rack was cordoned and without pods in the tick that lowered the count. */
  const loweringIntent = ({ layout }: RealFleet): Intent => {
    const lowering = world
      .records(layout)
      .find(({ decision }) =>
        decision.plan.some((action) => action.kind === "SetCount" && action.to < action.from),
      );
    const intent = lowering?.observation.intents.find(({ direction }) => direction === "In");
    if (lowering === undefined || intent === undefined) throw new Error("no record lowers a count");
    const rack = lowering.observation.pools[0]?.racks.find(({ id }) => id === intent.rack);
    expect(rack?.nodes.map(({ cordoned }) => cordoned)).toEqual(Array(RACK_NODES).fill(true));
    expect(rack?.pods).toEqual([]);
    return intent;
  };

  /** The rack's nodes left and no others; its units were made anew there, and no other touched. */
  const expectExactly = async (fleet: RealFleet, was: Standing, intent: Intent) => {
    const victims = was.nodes.filter((node) => rackOf(node) === intent.rack);
    const staying = was.nodes.filter((node) => rackOf(node) !== intent.rack);
    expect(uids(victims)).toEqual(intent.victimNodeUids.toSorted());
    expect(uids(await nodesOf(fleet))).toEqual(uids(staying));
    expect(was.claims).toEqual(expect.arrayContaining([...(await claimsOf(fleet))]));
    const gone = new Set(victims.map(({ name }) => name));
    const kept = was.pods.filter(({ node }) => !gone.has(node));
    const pods = await fleet.engines.pods();
    expect(pods).toHaveLength(was.pods.length);
    expect(pods.every(({ node, ready }) => ready && !gone.has(node))).toBe(true);
    expect(uids(pods)).toEqual(expect.arrayContaining([...uids(kept)]));
    const moved = was.pods.length - kept.length;
    console.log(`${fleet.layout.app}: ${intent.rack} left, ${moved} units moved`);
  };

  const untilDone = async ({ name }: Intent): Promise<void> => {
    const decision = ["get", "scaledecision", name, "-n", NAMESPACE];
    await untilTrue("the decision to be done", async () => {
      const phase = ["-o", "jsonpath={.status.phase}"];
      const found = await world.real.plane.mustKubectl([...decision, ...phase]);
      return found === "Done" || found;
    });
  };
});
