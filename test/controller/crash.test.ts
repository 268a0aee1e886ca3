import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { CompiledPool } from "../../src/core/compiled.ts";
import { isOpen } from "../../src/core/intents.ts";
import { nodeCount, rackCount } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { withFloor } from "../support/builders/edits.ts";
import { aFleetMemory, aMemory } from "../support/builders/remembered.ts";
import { aRackOf, aSetObservation } from "../support/builders/object-sets.ts";
import { aPoolObservation, someRacks } from "../support/builders/observed.ts";
import { sha256 } from "../support/model/cluster.ts";
import type { ModelCluster } from "../support/model/cluster.ts";
import { aPool } from "../support/reports/compiled.ts";
import { ModelController } from "../support/model/controller.ts";

vi.setConfig({ testTimeout: 60_000 });

class Crash extends Error {}

const cordonedIn = ({ world }: ModelCluster): number =>
  world.pools
    .flatMap(({ racks }) => racks.flatMap(({ nodes }) => nodes))
    .filter(({ cordoned }) => cordoned).length;

/** What a person would find on the cluster at the end, names left aside. */
function endOf({ cluster }: ModelController) {
  const { world, records, lines } = cluster;
  const racks = world.pools.flatMap((pool) => pool.racks);
  return {
    counts: world.pools.map(({ count }) => count?.desired),
    objects: world.pools.flatMap(({ count }) =>
      (count?.members ?? []).flatMap(({ name, desired }) => (desired === 1 ? [name] : [])),
    ),
    racks: racks.map(({ id, pods }) => `${id} ${pods.length}`),
    cordoned: cordonedIn(cluster),
    unrouted: outOfRouting(cluster),
    phases: world.intents.map(({ direction, phase }) => `${direction} ${phase}`),
    holds: cluster.reports.at(-1)?.decision.pools.flatMap((pool) => pool.holds),
    logIsWhole: records.every(
      ({ index, previousHash }, n) =>
        index === n && previousHash === (n === 0 ? "" : sha256(lines[n - 1] ?? "")),
    ),
  };
}

/** Racks of two nodes: it is the calls that matter here. */
const POOL: Partial<CompiledPool> = {
  rack: { ...aPool().rack, nodes: nodeCount(2), usableNodes: nodeCount(2) },
};

/** Six objects, the first four with their racks. */
const SET = aSetObservation({
  racks: [0, 1, 2, 3].map((n) => aRackOf(`rack-${n}`, `sub-${n}`, { nodes: 2, pods: 2 })),
});

function ofSet(start: () => ModelController): () => ModelController {
  return () => {
    const controller = start();
    controller.cluster.world = { ...controller.cluster.world, pools: [SET] };
    return controller;
  };
}

function starting(racks: number, min: number): ModelController {
  const group = aSmallGroup({ racks: { ...aSmallFleet().racks, min: rackCount(min) } }, POOL);
  const controller = new ModelController(group, aMemory(aFleetMemory({ racks })));
  const small = aPoolObservation(4, { racks: someRacks(4, { nodes: 2, pods: 2 }) });
  controller.cluster.world = { ...controller.cluster.world, pools: [small] };
  return controller;
}

const growth = () => starting(4, 6);
const drain = () => starting(1, 3);

/** A drain that demand stops: once the rack is cordoned four racks are asked for again. */
function cancelled(): ModelController {
  const controller = drain();
  const { cluster } = controller;
  const pass = cluster.pass.bind(cluster);
  cluster.pass = (ms) => {
    pass(ms);
    if (cordonedIn(cluster) > 0) cluster.world = withFloor(4)(cluster.world);
  };
  return controller;
}

/** A drain that demand stops once one of its units is out of routing. */
function cancelledOnceOut(): ModelController {
  const controller = drain();
  const { cluster } = controller;
  const pass = cluster.pass.bind(cluster);
  cluster.pass = (ms) => {
    pass(ms);
    if (outOfRouting(cluster) > 0) cluster.world = withFloor(4)(cluster.world);
  };
  return controller;
}

/** Pods that routers find by a label: it is taken off one unit a tick. */
function routed(start: () => ModelController): () => ModelController {
  return () => {
    const controller = start();
    const { cluster } = controller;
    const route = { label: "route", ejectedAt: null };
    const pools = cluster.world.pools.map((pool) => ({
      ...pool,
      racks: pool.racks.map((rack) => ({
        ...rack,
        pods: rack.pods.map((pod) => ({ ...pod, route })),
      })),
    }));
    cluster.world = { ...cluster.world, pools };
    return controller;
  };
}

/** Pods that get no turns, on racks that stay. */
const outOfRouting = ({ world }: ModelCluster): number =>
  world.pools
    .flatMap(({ racks }) => racks.flatMap(({ pods }) => pods))
    .filter(({ route }) => (route?.ejectedAt ?? null) !== null).length;

interface Fault {
  readonly call: number;
  readonly at: "before" | "after";
  readonly kind: "crash" | "error";
}

/** Ticks in which a fault may strike, and ticks to settle afterwards. */
const STRUCK = 6;
const SETTLING = 6;
/** Turns on ejected units are waited for, which takes longer. */
const SETTLED_BY = 24;

const someFaults: fc.Arbitrary<readonly Fault[]> = fc.uniqueArray(
  fc.record({
    call: fc.integer({ min: 1, max: 70 }),
    at: fc.constantFrom("before" as const, "after" as const),
    kind: fc.constantFrom("crash" as const, "error" as const),
  }),
  { minLength: 2, maxLength: 6, selector: ({ call, at }) => `${call} ${at}` },
);

interface Run {
  readonly controller: ModelController;
  /** Calls of the ticks in which a fault may strike. */
  readonly struck: number;
}

/** Runs to the end with faults: the process dies there, or the port answers with an error. */
async function run(start: () => ModelController, ...faults: readonly Fault[]): Promise<Run> {
  const controller = start();
  let calls = 0;
  const strike = (at: Fault["at"]) => () => {
    if (at === "before") calls += 1;
    const fault = faults.find(({ call, at: when }) => call === calls && when === at);
    if (fault === undefined) return;
    if (fault.kind === "crash") throw new Crash();
    throw new PortError("timeout", "no answer");
  };
  controller.cluster.interruption = { before: strike("before"), after: strike("after") };
  for (let n = 0; n < STRUCK; n += 1) await tickOrRestart(controller);
  const struck = controller.cluster.calls.length;
  for (let n = 0; n < SETTLING || (n < SETTLED_BY && isUnderWay(controller)); n += 1) {
    await tickOrRestart(controller);
  }
  return { controller, struck };
}

const isUnderWay = ({ cluster }: ModelController): boolean =>
  cluster.world.intents.some(({ phase }) => isOpen(phase));

async function tickOrRestart(controller: ModelController): Promise<void> {
  try {
    await controller.tick();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    controller.restart();
    controller.cluster.pass(15_000);
  }
}

describe.each([
  ["a growth", growth, { counts: [6], cordoned: 0, phases: ["Out Done"] }],
  ["a drain", drain, { counts: [3], cordoned: 0, phases: ["In Done"] }],
  [
    "a growth of an object set",
    ofSet(growth),
    {
      counts: [6],
      objects: ["sub-0", "sub-1", "sub-2", "sub-3", "sub-4", "sub-5"],
      phases: ["Out Done"],
    },
  ],
  [
    "a drain of an object set",
    ofSet(drain),
    { counts: [3], objects: ["sub-1", "sub-2", "sub-3"], cordoned: 0, phases: ["In Done"] },
  ],
  [
    "a drain that takes its rack out of routing",
    routed(drain),
    { counts: [3], cordoned: 0, unrouted: 0, phases: ["In Done"] },
  ],
  [
    "a drain that is cancelled while its rack is out of routing",
    routed(cancelledOnceOut),
    { counts: [4], cordoned: 0, unrouted: 0, phases: ["In Cancelled"] },
  ],
  ["a drain that is cancelled", cancelled, { counts: [4], cordoned: 0, phases: ["In Cancelled"] }],
])("%s", (_, start, end) => {
  it("ends as it should when nothing fails", async () => {
    const { controller } = await run(start);
    expect(endOf(controller)).toMatchObject({ ...end, holds: [], logIsWhole: true });
  });

  it("is decided the same when the process is restarted before every tick", async () => {
    const decisions = async (restarting: boolean) => {
      const controller = start();
      for (let n = 0; n < STRUCK + SETTLING; n += 1) {
        if (restarting) controller.restart();
        await controller.tick();
      }
      return controller.cluster.records.map(({ decisionDigest }) => decisionDigest);
    };
    expect(await decisions(true)).toEqual(await decisions(false));
  });

  it("ends the same with several of both, wherever they strike", async () => {
    const expected = endOf((await run(start)).controller);
    await fc.assert(
      fc.asyncProperty(someFaults, async (faults) => {
        expect(endOf((await run(start, ...faults)).controller)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["crash", "before"],
    ["crash", "after"],
    ["error", "before"],
    ["error", "after"],
  ] as const)("ends the same with a single %s %s any one call of a port", async (kind, at) => {
    const { controller: undisturbed, struck } = await run(start);
    const expected = endOf(undisturbed);
    expect(struck).toBeGreaterThan(50);
    for (let call = 1; call <= struck; call += 1) {
      const name = undisturbed.cluster.calls[call - 1];
      const { controller } = await run(start, { call, at, kind });
      expect({ call, name, ...endOf(controller) }).toEqual({ call, name, ...expected });
    }
  });
});
