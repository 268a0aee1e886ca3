/**
 * Racks as they are read off real Node objects: kinds of trouble that a rack of 18 nodes meets on
 * its way and in its life, and what is made of each. 16 usable nodes of 18 make a rack.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import type { UngroupedNode } from "../../src/core/observation.ts";
import { aSmallFleet } from "../support/builders/compiled.ts";
import { RackEyes } from "../support/cluster-world/rack-eyes.ts";
import { compiledPool } from "../support/compiled-pool.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { node, type NodeTraits } from "../support/kube-objects.ts";
import type { Raw } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip();
const RACK = "ds.coreweave.com/nvlink.domain";
const CLIQUE = "nvidia.com/gpu.clique";
const POOL = "pool";
const UUID = "61248eac-4785-4fbf-9cbd-235631e37e9d";

/** What the problems begin with. */
const LATE = "A rack has been in a step for longer than 99 % of racks are. ";
const FOREIGN = "Nodes carry the pool's labels and stand in a rack that is not the pool's. ";

/** Without spread p99 is p50: a step is late to the minute. */
const STEPS = {
  grant: { p50: "1m", p95: "1m" },
  boot: { p50: "30m", p95: "30m" },
  join: { p50: "5m", p95: "5m" },
  repair: { p50: "60m", p95: "60m" },
};

const poolNamed = (name: string, rack: Raw = {}) =>
  compiledPool(
    {
      backend: {
        kind: "scale",
        target: { apiVersion: "apps/v1", kind: "Deployment", namespace: "infra", name },
        countPerRack: rack["nodes"] ?? 18,
        nodeLabels: { [POOL]: name },
      },
      rack: { domainKeys: [RACK, CLIQUE], ...rack },
      leadTimePrior: STEPS,
    },
    name,
  );

const namesIn = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}-n${String(n).padStart(2, "0")}`);

const NOT_READY = { status: { conditions: [{ type: "Ready", status: "False" }] } };
const READY = { status: { conditions: [{ type: "Ready", status: "True" }] } };
const isReady = ({ ready }: UngroupedNode): boolean => ready;
const isDown = ({ ready }: UngroupedNode): boolean => !ready;
const domainIs =
  (domain: string | null) =>
  (seen: UngroupedNode): boolean =>
    seen.domain === domain;

describe.skipIf(missing !== "")(`racks read off real nodes ${missing}`, () => {
  let plane: ControlPlane;
  const open: RackEyes[] = [];
  let pools = 0;

  /** Eyes on a pool of a name of its own, and on others beside it. */
  const eyes = async (rack: Raw = {}, others: readonly string[] = []) => {
    pools += 1;
    const name = `pool-${pools}`;
    const all = [poolNamed(name, rack), ...others.map((other) => poolNamed(other, rack))];
    const fleet = aSmallFleet({
      pools: all.map((pool) => ({
        name: pool.name,
        preference: 1,
        engineStartPrior: pool.leadTimePrior.join,
      })),
    });
    const made = await RackEyes.open({ access: plane, pools: all, fleets: [fleet] });
    open.push(made);
    const add = (
      names: readonly string[],
      labels: NodeTraits["labels"] = {},
      more: NodeTraits = {},
    ) =>
      made.add(
        names.map((one): Json => node(one, { labels: { [POOL]: name, ...labels }, ...more })),
      );
    return { name, made, add };
  };

  /** A rack that serves, past its boot grace. */
  const serving = async (rack: Raw = {}) => {
    const { name, made, add } = await eyes(rack);
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [RACK]: `${name}-a` });
    made.serve(names[0] ?? "");
    await made.look(45);
    return { name, made, add, names };
  };

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterEach(async ({ task }) => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    if (task.result?.state === "fail") console.error(plane.lastLogLines(5));
  });
  afterAll(() => plane?.stop());

  it("a rack comes node by node: awaited, Joining, there with the sixteenth of 18", async () => {
    const { name, made, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    const sights: Record<string, number>[] = [];
    const look = async () => {
      const { racksByPhase } = await made.look();
      sights.push(Object.fromEntries(Object.entries(racksByPhase).filter(([, n]) => n > 0)));
    };
    await look();
    await add(names.slice(0, 15), { [RACK]: `${name}-a` });
    await look();
    await add(names.slice(15, 16), { [RACK]: `${name}-a` });
    await look();
    expect(sights).toEqual([{ Provisioning: 1 }, { Joining: 1 }, { Idle: 1 }]);
    await add(names.slice(16), { [RACK]: `${name}-a` });
    expect((await made.look()).shown).toEqual([`${name}-a: Idle, 18/18`]);
  });

  it("a clique label that comes late: Joining until it is there, then the rack", async () => {
    const { name, made, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    await add(names);
    const before = await made.look();
    expect(before.racksByPhase).toMatchObject({ Joining: 1, Provisioning: 0, Requested: 0 });
    expect(before.awaited).toEqual([]);
    await made.edit(names, { metadata: { labels: { [CLIQUE]: `${UUID}.7` } } }, domainIs(UUID));
    expect((await made.look()).shown).toEqual([`${UUID}: Idle, 18/18`]);
  });

  it("a clique label that never comes: stuck in join, the nodes and the keys named", async () => {
    const { name, made, add } = await eyes();
    await add(namesIn(`${name}-a`, 18));
    expect((await made.look(4)).problems).toEqual([]);
    const { problems } = await made.look(3);
    expect(problems).toEqual([
      `${LATE}Nodes of no rack yet: still in join after 5 min; no label ${RACK}, ${CLIQUE}: ` +
        `${namesIn(`${name}-a`, 4).join(", ")} and 14 more.`,
    ]);
  });

  it("a clique label that vanishes, of some and of all: nodes stay where they were", async () => {
    const { made, name, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [CLIQUE]: `${UUID}.7` });
    made.serve(names[0] ?? "");
    await made.look(45);
    const none = { metadata: { labels: { [CLIQUE]: null } } };
    for (const some of [names.slice(0, 5), names]) {
      await made.edit(some, none, domainIs(null));
      const seen = await made.look();
      expect(seen.shown).toEqual([`${UUID}: Serving, 18/18`]);
      expect(seen.lostRacks).toEqual([]);
    }
  });

  it("a provider's label that comes after the clique's: the same rack renamed", async () => {
    const { made, name, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [CLIQUE]: `${UUID}.7` });
    made.serve(names[0] ?? "");
    await made.look(45);
    const label = { metadata: { labels: { [RACK]: "DH4-016" } } };
    await made.edit(names.slice(0, 1), label, domainIs("DH4-016"));
    const seen = await made.look();
    expect(seen.shown).toEqual(["DH4-016: Serving, 18/18"]);
    expect(seen.lostRacks).toEqual([]);
  });

  it("two cliques in a domain: one rack where racks are whole, two if halves", async () => {
    const partition = { nodes: 9, usableNodes: 8 };
    for (const [rack, expected] of [
      [{}, [`${UUID}: Idle, 18/18`]],
      [partition, [`${UUID}.1: Idle, 9/9`, `${UUID}.2: Idle, 9/9`]],
    ] as const) {
      const { made, name, add } = await eyes(rack);
      await add(namesIn(`${name}-a`, 9), { [CLIQUE]: `${UUID}.1` });
      await add(namesIn(`${name}-b`, 9), { [CLIQUE]: `${UUID}.2` });
      expect((await made.look()).shown).toEqual(expected);
    }
  });

  it("foreign nodes in a rack: named, in nobody's quorum, the rack stays its pool's", async () => {
    const { made, name, add } = await eyes({}, ["west-1"]);
    await add(namesIn(`${name}-a`, 16), { [RACK]: `${name}-a` });
    await add(namesIn(`${name}-w`, 2), { [RACK]: `${name}-a`, [POOL]: "west-1" });
    expect((await made.look()).shown).toEqual([`${name}-a: Idle, 16/16`]);
    const west = await made.look(1, "west-1");
    expect(west.shown).toEqual([]);
    expect(west.foreign).toEqual(namesIn(`${name}-w`, 2));
    expect(west.problems[0]).toBe(
      `${FOREIGN}${name}-w-n00 and 1 more node: NVLink domain ${name}-a has nodes of RackPool ` +
        `${name}.`,
    );
  });

  it("a rack that spans two pools in halves is nobody's, and neither pool is scaled", async () => {
    const { made, name, add } = await eyes({}, ["west-2"]);
    await add(namesIn(`${name}-a`, 9), { [RACK]: `${name}-a` });
    await add(namesIn(`${name}-w`, 9), { [RACK]: `${name}-a`, [POOL]: "west-2" });
    for (const pool of [name, "west-2"]) {
      const seen = await made.look(1, pool);
      expect(seen.shown).toEqual([]);
      expect(seen.refusals[0]).toMatch(`RackPool ${pool}: found nodes of NVLink domain ${name}-a`);
    }
  });

  it("taints: the pool's own on every node is none, one that few bear is", async () => {
    const { made, name, add } = await eyes();
    const gpu = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" };
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [RACK]: `${name}-a` }, { spec: { taints: [gpu] } });
    expect((await made.look()).shown).toEqual([`${name}-a: Idle, 18/18`]);
    const repair = { key: "example.com/repair", effect: "NoSchedule" };
    const fenced = ({ fencedBy }: UngroupedNode) => fencedBy === "example.com/repair";
    await made.edit(names.slice(0, 3), { spec: { taints: [gpu, repair] } }, fenced);
    expect((await made.look()).shown).toEqual([`${name}-a: Idle, 15/18`]);
  });

  it("GPUs that are not allocatable: Joining and stuck, named; those of DRA count", async () => {
    const { made, name, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [RACK]: `${name}-a` }, { gpus: "0" });
    expect((await made.look(7)).problems).toEqual([
      `${LATE}Rack ${name}-a: still in join after 5 min; lack GPUs: ` +
        `${names.slice(0, 4).join(", ")} and 14 more.`,
    ]);
    await Promise.all(names.slice(0, 16).map((one) => made.publish(one, 4)));
    await made.edit(names.slice(0, 16), {}, ({ gpusAllocatable }) => gpusAllocatable === 4);
    const seen = await made.look();
    expect(seen.shown).toEqual([`${name}-a: Idle, 16/18`]);
    expect(seen.problems).toEqual([]);
  });

  it("a boot that is stuck: since it was asked for, with the nodes that did come", async () => {
    const { made, name, add } = await eyes();
    await made.look();
    await add(namesIn(`${name}-a`, 9), { [RACK]: `${name}-a` });
    expect((await made.look(28)).problems).toEqual([]);
    const seen = await made.look(5);
    expect(seen.problems).toEqual([
      `${LATE}Rack ${name}-a: still in boot after 31 min; 9 of 18 nodes have registered, ` +
        "16 make a rack; the others do not exist yet.",
    ]);
    expect(seen.summaries[0]?.stuck?.nodes).toEqual(namesIn(`${name}-a`, 9));
  });

  it("nodes that flap right after a boot raise no alarm; ten minutes later they do", async () => {
    const { made, name, add } = await eyes();
    const names = namesIn(`${name}-a`, 18);
    await add(names, { [RACK]: `${name}-a` });
    made.serve(names[17] ?? "");
    await made.look();
    await made.edit(names.slice(0, 12), NOT_READY, isDown);
    expect((await made.look()).shown).toEqual([`${name}-a: Warming, 6/18`]);
    expect((await made.look(10)).shown).toEqual([`${name}-a: Warming, 6/18, degraded`]);
  });

  it("a rack that serves on 15 nodes is degraded, one that stops is Repairing", async () => {
    const { made, name, names } = await serving();
    await made.edit(names.slice(15), NOT_READY, isDown);
    expect((await made.look()).shown).toEqual([`${name}-a: Serving, 15/18, degraded`]);
    made.stopServing();
    const seen = await made.look();
    expect(seen.shown).toEqual([`${name}-a: Repairing, 15/18`]);
    expect(seen.lostRacks).toEqual([]);
  });

  it("Repairing has its own times: late by them, and measured when it is over", async () => {
    const { made, name, names } = await serving();
    await made.edit(names.slice(15), NOT_READY, isDown);
    made.stopServing();
    expect((await made.look(60)).problems).toEqual([]);
    expect((await made.look(2)).problems).toEqual([
      `${LATE}Rack ${name}-a: still in repair after 60 min; not Ready: ` +
        `${names.slice(15).join(", ")}.`,
    ]);
    await made.edit(names.slice(15), READY, isReady);
    const seen = await made.look(2);
    expect(seen.shown).toEqual([`${name}-a: Idle, 18/18`]);
    expect(seen.times.repair.measured).toBe(1);
    expect(seen.times.boot.measured).toBe(0);
    expect(seen.times.repair.p50Ms).toBeGreaterThan(60 * 60_000);
  });

  it("a rack whose nodes are gone is lost, named once", async () => {
    const { made, name, names } = await serving();
    await made.remove(names);
    expect(await made.look()).toMatchObject({ lostRacks: [`${name}-a`] });
    const later = await made.look();
    expect(later.lostRacks).toEqual([]);
    expect(later.racksByPhase).toMatchObject({ Provisioning: 1, Serving: 0 });
  });
});
