import { describe, expect, it } from "vitest";
import { closeAbandoned } from "../../src/controller/abandoned.ts";
import { observeWorld } from "../../src/controller/observe.ts";
import type { Intent } from "../../src/core/observation.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import {
  NOW,
  aDrain,
  aPoolObservation,
  anIntent,
  someRacks,
} from "../support/builders/observed.ts";
import { aFleetMemory, aMemory } from "../support/builders/remembered.ts";
import { ModelController } from "../support/model/controller.ts";

/** A rack that is being drained: cordoned, and its pods out of routing. */
function draining(intent: Intent): ModelController {
  const controller = new ModelController(aSmallGroup(), aMemory(aFleetMemory()));
  const { cluster } = controller;
  const [victim, ...others] = someRacks(4, { nodes: 2, pods: 2 });
  const racks = [
    ...(victim === undefined
      ? []
      : [
          {
            ...victim,
            nodes: victim.nodes.map((node) => ({ ...node, cordoned: true })),
            pods: victim.pods.map((pod) => ({ ...pod, route: { label: "r", ejectedAt: NOW } })),
          },
        ]),
    ...others,
  ];
  const pools = [aPoolObservation(4, { racks })];
  cluster.world = { ...cluster.world, pools, intents: [intent] };
  return controller;
}

const stateOf = ({ cluster: { world } }: ModelController) => {
  const racks = world.pools.flatMap((pool) => pool.racks);
  return {
    cordoned: racks.flatMap(({ nodes }) => nodes).filter(({ cordoned }) => cordoned).length,
    out: racks.flatMap(({ pods }) => pods).filter(({ route }) => route?.ejectedAt === NOW).length,
    phase: world.intents[0]?.phase,
  };
};

const FREE = { cordoned: 0, out: 0, phase: "Cancelled" } as const;
const HELD = { cordoned: 2, out: 2, phase: "Executing" } as const;

describe("a decision whose RackPool was deleted", () => {
  it("is cancelled, and its rack gets turns and pods again", async () => {
    const controller = draining(aDrain());
    controller.cluster.desired = { pools: [] };
    await controller.tick();
    expect(stateOf(controller)).toEqual(FREE);
  });

  it("is closed by itself: no group has to be decided on", async () => {
    const controller = draining(aDrain());
    controller.cluster.desired = { pools: [] };
    const ports = controller.cluster.ports();
    await closeAbandoned(ports, await observeWorld(ports, NOW));
    expect(stateOf(controller)).toEqual(FREE);
  });

  it("is cancelled where it had not begun; what nobody names bears no cordon of ours", async () => {
    const controller = draining(anIntent({ phase: "Pending" }));
    controller.cluster.desired = { pools: [] };
    await controller.tick();
    expect(stateOf(controller)).toEqual(FREE);
  });

  it("goes on where the RackPool is there but broken: a person is to mend it", async () => {
    const controller = draining(aDrain());
    const broken = { kind: "RackPool" as const, namespace: "", name: "gb200-east", message: "x" };
    controller.cluster.desired = { pools: [], broken: [broken] };
    await controller.tick();
    expect(stateOf(controller)).toEqual(HELD);
  });

  it("is closed at the next tick where the process died in between", async () => {
    const controller = draining(aDrain());
    controller.cluster.desired = { pools: [] };
    const { cluster } = controller;
    const died = new Error("died");
    cluster.interruption = {
      before: (call) => {
        if (call === "decisions.setPhase") throw died;
      },
      after: () => {},
    };
    await expect(controller.tick()).rejects.toBe(died);
    cluster.interruption = { before: () => {}, after: () => {} };
    controller.restart();
    await controller.tick();
    expect(stateOf(controller)).toEqual(FREE);
  });
});
