import { describe, expect, it } from "vitest";
import { removeLeftovers } from "../../src/controller/leftovers.ts";
import { observeWorld } from "../../src/controller/observe.ts";
import type { NodeObservation, PodObservation } from "../../src/core/observation.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import { NOW, aDrain, aPoolObservation, aRack } from "../support/builders/observed.ts";
import { ModelCluster } from "../support/model/cluster.ts";

const EAST = "gb200-east";
const EJECTED = { label: "breakwater.dev/route", ejectedAt: NOW } as const;
const STRANGERS: Partial<PodObservation> = { fleet: null, route: EJECTED, leftMarked: true };
const DELETED = { pools: [] } as const;
const brokenOne = (kind: "RackPool" | "InferenceFleet") => ({
  pools: [],
  broken: [{ kind, namespace: "", name: EAST, message: "x" }],
});

interface Left {
  readonly node?: Partial<NodeObservation>;
  readonly pod?: Partial<PodObservation>;
  readonly desired?: ModelCluster["desired"];
}

/** A rack of two nodes with a pod each, all alike. @returns what was written of it */
async function removed({ node = {}, pod = {}, desired = DELETED }: Left, drained = false) {
  const cluster = new ModelCluster(aSmallGroup());
  const rack = aRack("rack-0", { nodes: 2, pods: 2, pod });
  const nodes = rack.nodes.map((each) => ({ ...each, ...node }));
  const pools = [aPoolObservation(1, { racks: [{ ...rack, nodes }] })];
  const intents = drained ? [aDrain({ victimNodeUids: nodes.map(({ uid }) => uid) })] : [];
  cluster.world = { ...cluster.world, pools, intents };
  cluster.desired = desired;
  const ports = cluster.ports();
  const world = await observeWorld(ports, NOW);
  await removeLeftovers(ports, world);
  const writes = cluster.calls.filter((call) => /\.(un|re|mark$)/.test(call));
  return writes.filter((call) => !call.endsWith(".read"));
}

describe("of a RackPool that was deleted", () => {
  it.each<[string, Partial<NodeObservation>, readonly string[]]>([
    ["our cordon", { cordoned: true }, ["nodes.uncordon"]],
    ["the loan's fence", { fenced: true }, ["nodes.unfence"]],
    ["the mark that it is lent", { lentAt: NOW }, ["nodes.unfence"]],
    ["both", { cordoned: true, fenced: true }, ["nodes.uncordon", "nodes.unfence"]],
  ])("%s does not stay on nodes", async (_, node, writes) => {
    expect(await removed({ node })).toEqual(writes);
  });

  it.each<[string, Left]>([
    ["a cordon of somebody else", { node: { cordoned: true, fencedBy: "cordon" } }],
    ["what bears no mark", {}],
    ["what a pool has that is there", { node: { cordoned: true }, desired: {} }],
    [
      "all while a RackPool is broken",
      { node: { cordoned: true }, desired: brokenOne("RackPool") },
    ],
  ])("%s stays as it is", async (_, left) => {
    expect(await removed(left)).toEqual([]);
  });

  it("what an open decision names is left to it", async () => {
    expect(await removed({ node: { cordoned: true }, pod: STRANGERS }, true)).toEqual([]);
  });
});

describe("of a fleet that was deleted", () => {
  it("pods get turns again, and are no longer the first to go", async () => {
    const desired = {};
    expect(await removed({ pod: STRANGERS, desired })).toEqual([
      "workloads.readmit",
      "workloads.mark",
    ]);
  });

  it("so do those of a fleet whose last RackPool was", async () => {
    const unit = { workload: "engine", object: "coder", index: 0, marked: true };
    expect(await removed({ pod: { unit, route: EJECTED } })).toEqual([
      "workloads.readmit",
      "workloads.mark",
    ]);
  });

  it.each<[string, Left]>([
    ["those of a fleet that is there", { pod: { route: EJECTED }, desired: {} }],
    ["those that end", { pod: { ...STRANGERS, terminating: true }, desired: {} }],
    ["all while a fleet is broken", { pod: STRANGERS, desired: brokenOne("InferenceFleet") }],
  ])("%s stay as they are", async (_, left) => {
    expect(await removed(left)).toEqual([]);
  });
});
