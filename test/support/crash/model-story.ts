/**
 * Stories on the model, for what the simulated world does not have: pools that are a set of
 * objects, and workloads whose count is ours. Like every model here it acts at once.
 */
import type { CompiledFleet, CompiledGroup } from "../../../src/core/compiled.ts";
import { isOpen } from "../../../src/core/intents.ts";
import type { FleetObservation, PoolObservation } from "../../../src/core/observation.ts";
import { SECOND_MS, millis, nodeCount } from "../../../src/core/units.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { aSmallFleet, aSmallGroup } from "../builders/compiled.ts";
import { withFloor } from "../builders/edits.ts";
import { aRackOf as aMemberRack, aSetObservation } from "../builders/object-sets.ts";
import { FENCE, aLentRack, aLoanGroup, aServingRack } from "../builders/loans.ts";
import {
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
  aRack,
} from "../builders/observed.ts";
import { aMemory } from "../builders/remembered.ts";
import { aRackOf, aSized, anObject, ofEngine } from "../builders/workloads.ts";
import { ModelCluster } from "../model/cluster.ts";
import { pendingUnits } from "../model/units.ts";
import { aPool } from "../reports/compiled.ts";
import type { Story, StoryEnd } from "./matrix.ts";

const TICK_MS = 15 * SECOND_MS;

interface Scene {
  readonly floor: number;
  /** Said while a rack is cordoned and its pods are marked: the surge came back. */
  readonly floorOnceMarked?: number;
  readonly racks: number;
  /** Of those, the ones that are the loan's at the end; absent: none. */
  readonly lent?: number;
}

interface Plot {
  readonly group: CompiledGroup;
  readonly pool: PoolObservation;
  readonly fleet: Partial<FleetObservation>;
  readonly scenes: readonly Scene[];
}

/** A rack that was asked for may be given back after a tick. */
const HASTY: Partial<CompiledFleet> = {
  behavior: { ...aSmallFleet().behavior, scaleInStabilizationMs: millis(TICK_MS) },
};

const OF_A_SET: Omit<Plot, "scenes"> = {
  group: aSmallGroup(HASTY, {
    rack: { ...aPool().rack, nodes: nodeCount(2), usableNodes: nodeCount(2) },
  }),
  pool: aSetObservation({
    racks: [0, 1, 2, 3].map((n) => aMemberRack(`rack-${n}`, `sub-${n}`, { nodes: 2, pods: 2 })),
  }),
  fleet: {},
};
const UNITS = Array.from({ length: 8 }, () => null);
/** A Deployment over all racks. */
const OF_UNITS: Omit<Plot, "scenes"> = {
  group: aSmallGroup({ ...HASTY, workloads: [aSized()] }),
  pool: aPoolObservation(4, { racks: [0, 1, 2, 3].map((n) => aRackOf(`rack-${n}`, UNITS)) }),
  fleet: { workloads: ofEngine(anObject(32, { removes: "LowestCost" })) },
};

/** Two racks serve, two are lent to one gang of four pods; one of them is needed. */
const OF_A_GANG: Omit<Plot, "scenes"> = {
  group: aLoanGroup({}, HASTY),
  pool: aPoolObservation(4, {
    racks: [
      ...[0, 1].map((n) => aServingRack(`rack-${n}`)),
      ...[2, 3].map((n) => aLentRack(`rack-${n}`, { gang: "big" })),
    ],
  }),
  fleet: {},
};
/** Somebody took the loan out of the pool: one rack was lent then, the others were fenced. */
const OF_MARKS: Omit<Plot, "scenes"> = {
  group: aSmallGroup(HASTY),
  pool: aPoolObservation(4, {
    racks: [0, 1, 2, 3].map((n) =>
      aRack(`rack-${n}`, { nodes: 2, pods: 2, node: { loanLeft: n === 0 ? "" : FENCE } }),
    ),
  }),
  fleet: {},
};

export const MODEL_STORIES = {
  "a gang over two racks, of which one is called back": {
    ...OF_A_GANG,
    scenes: [{ floor: 3, racks: 4, lent: 1 }],
  },
  "marks of a loan that is no more": { ...OF_MARKS, scenes: [{ floor: 4, racks: 4 }] },
  "two objects of a set get their racks": { ...OF_A_SET, scenes: [{ floor: 6, racks: 6 }] },
  "an object gives its rack back": { ...OF_A_SET, scenes: [{ floor: 3, racks: 3 }] },
  "units led down before their rack goes": { ...OF_UNITS, scenes: [{ floor: 3, racks: 3 }] },
  "units had back when a surge calls it off": {
    ...OF_UNITS,
    scenes: [{ floor: 3, floorOnceMarked: 4, racks: 4 }],
  },
  "units that follow two racks up": { ...OF_UNITS, scenes: [{ floor: 6, racks: 6 }] },
} satisfies Readonly<Record<string, Plot>>;

/** @returns a new model at the story's beginning */
export const modelStory = (plot: Plot): Story => new ModelStory(plot).told();

class ModelStory {
  private readonly cluster: ModelCluster;
  private readonly scenes: readonly Scene[];
  private readonly counts: string[] = [];
  private readonly evicted: { readonly rack: string; readonly pod: string }[] = [];
  private scene = 0;

  constructor({ group, pool, fleet, scenes }: Plot) {
    this.scenes = scenes;
    this.cluster = new ModelCluster(group);
    this.cluster.memory = { memory: aMemory(), version: "1" };
    this.cluster.world = aGroupObservation({ fleets: [aFleetObservation(fleet)], pools: [pool] });
    const message = "spec.rack.nodes: found 0, expected 1 or more.";
    const broken = { kind: "RackPool" as const, namespace: "", name: "gb200-west", message };
    this.cluster.desired = { broken: [broken] };
    this.want(scenes[0]?.floor);
  }

  told(): Story {
    return {
      ports: this.watchedPorts(),
      pass: () => this.pass(),
      over: () => this.scene >= this.scenes.length,
      standing: () => JSON.stringify({ scene: this.scene, ...this.end() }),
      end: () => this.end(),
      evictions: () => this.evicted,
      plannedRacks: () => this.plannedRacks(),
    };
  }

  private racks() {
    return this.cluster.world.pools.flatMap(({ racks }) => racks);
  }

  /** A gang goes from all racks that its decision names. */
  private plannedRacks(): readonly string[] {
    const { intents } = this.cluster.world;
    const named = new Set(intents.flatMap(({ victimNodeUids }) => victimNodeUids));
    const beside = this.racks().filter(({ nodes }) => nodes.some(({ uid }) => named.has(uid)));
    return [...intents.flatMap(({ rack }) => rack ?? []), ...beside.map(({ id }) => id)];
  }

  private lent(): number {
    return this.racks().filter(({ nodes }) => nodes.some(({ lentAt }) => lentAt !== undefined))
      .length;
  }

  private left(): number {
    return this.racks().flatMap(({ nodes }) => nodes.filter((node) => node.loanLeft !== undefined))
      .length;
  }

  private cordoned(): number {
    return this.racks().flatMap(({ nodes }) => nodes.filter(({ cordoned }) => cordoned)).length;
  }

  private marked(): number {
    return this.racks().flatMap(({ pods }) => pods.filter(({ unit }) => unit?.marked)).length;
  }

  private pass(): void {
    this.cluster.pass(TICK_MS);
    const scene = this.scenes[this.scene];
    if (scene === undefined) return;
    if (this.marked() > 0) this.want(scene.floorOnceMarked ?? scene.floor);
    if (!this.sceneIsOver(scene)) return;
    this.scene += 1;
    this.want(this.scenes[this.scene]?.floor);
  }

  private want(racks: number | undefined): void {
    if (racks !== undefined) this.cluster.world = withFloor(racks)(this.cluster.world);
  }

  private sceneIsOver({ racks, floorOnceMarked, lent = 0 }: Scene): boolean {
    const { intents } = this.cluster.world;
    const cancelled = intents.some(({ phase }) => phase === "Cancelled");
    const quiet = !intents.some(({ phase }) => isOpen(phase)) && this.marked() === 0;
    const used = this.racks().filter(({ pods }) => pods.length > 0).length;
    const whole =
      this.racks().length === racks &&
      used === racks - lent &&
      this.lent() === lent &&
      this.left() === 0;
    return quiet && whole && this.cordoned() === 0 && (cancelled || floorOnceMarked === undefined);
  }

  private watchedPorts(): Ports {
    const ports = this.cluster.ports();
    const { workloads, backends } = ports;
    const { simulated } = backends;
    if (simulated === undefined) throw new Error("the model has a simulated backend");
    return {
      ...ports,
      workloads: {
        ...workloads,
        evict: (pod) => {
          const on = this.racks().find(({ pods }) => pods.some(({ uid }) => uid === pod.uid));
          this.evicted.push({ rack: on?.id ?? "gone", pod: pod.uid });
          return workloads.evict(pod);
        },
      },
      backends: {
        simulated: {
          ...simulated,
          write: async (pool, change) => {
            const written = await simulated.write(pool, change);
            if (written.kind === "Written") this.counts.push(`breakwater ${change.to}`);
            return written;
          },
        },
      },
    };
  }

  private end(): StoryEnd {
    const { world, failures } = this.cluster;
    const objects = world.pools.flatMap(({ count }) => count?.members ?? []);
    const sizes = world.fleets.flatMap(({ workloads = [] }) =>
      workloads.flatMap((workload) => workload.objects.map(({ replicas }) => replicas)),
    );
    return {
      counts: this.counts,
      racks: this.racks().map(({ id, pods }) => `${id} ${pods.length}`),
      cordoned: this.cordoned(),
      intents: world.intents.map(
        ({ direction, fromRacks, toRacksAtMost, phase }) =>
          `${direction} ${fromRacks} → ${toRacksAtMost} ${phase}`,
      ),
      also: [
        ...objects.map(({ name, desired }) => `${name} ${desired}`),
        ...sizes.map((replicas) => `${replicas} units`),
        `${this.lent()} lent, ${this.left()} marks of a loan left`,
        `${pendingUnits(world)} pending, ${this.marked()} marked`,
        ...new Set(failures.map(({ what, code, message }) => `${what} ${code}: ${message}`)),
      ],
    };
  }
}
