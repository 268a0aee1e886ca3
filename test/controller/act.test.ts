import { describe, expect, it } from "vitest";
import { act } from "../../src/controller/act.ts";
import type { Action } from "../../src/core/decision.ts";
import { reason } from "../../src/core/reasons.ts";
import { rackCount } from "../../src/core/units.ts";
import type { Evidence } from "../../src/ports/decision-store.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { aSmallGroup } from "../support/builders/compiled.ts";
import {
  CODER,
  aDrain,
  aFleetObservation,
  aPoolObservation,
  aRack,
  anIntent,
} from "../support/builders/observed.ts";
import { aRackOf, anObject, ofEngine } from "../support/builders/workloads.ts";
import { ModelCluster } from "../support/model/cluster.ts";

const why = reason("demand-forecast");
const EVIDENCE: Evidence = {
  attainmentIfDone: 0.99,
  attainmentIfNot: 0.8,
  cacheCause: "none",
  alternatives: [],
  policyDigest: "p",
  observationDigest: "o",
};

const setPhase = (intent = "gb200-east-out-1"): Action => ({
  kind: "SetPhase",
  intent,
  fleet: CODER,
  phase: "Executing",
  askedRacks: rackCount(6),
  reason: why,
});
const setCount = (from = 4, to = 6, pool = "gb200-east"): Action => ({
  kind: "SetCount",
  intent: "gb200-east-out-1",
  pool,
  uid: "uid-object",
  from: rackCount(from),
  to: rackCount(to),
  reason: why,
});
const drained = { intent: "gb200-east-in-1", pool: "gb200-east", reason: why } as const;
const cordon: Action = { kind: "Cordon", nodes: aRack("rack-0").nodes, ...drained };
const evict: Action = { kind: "Evict", pods: aRack("rack-0").pods, ...drained };

const failOn = (failing: string, code: "timeout" | "conflict" = "timeout") => ({
  before: (call: string) => {
    if (call === failing) throw new PortError(code, `${failing} failed`);
  },
  after: () => {},
});

function aCluster(changes: Partial<ModelCluster> = {}): ModelCluster {
  const cluster = Object.assign(new ModelCluster(aSmallGroup()), changes);
  cluster.world = { ...cluster.world, intents: [anIntent({ phase: "Approved" }), aDrain()] };
  return cluster;
}

async function outcomes(cluster: ModelCluster, plan: readonly Action[], ports?: Ports) {
  const group = cluster.group;
  const { intents } = cluster.world;
  const execution = { group, intents, evidenceFor: () => EVIDENCE };
  const results = await act(plan, ports ?? cluster.ports(), execution);
  return results.map(({ kind, outcome }) => `${kind} ${outcome}`);
}

const writes = ({ calls }: ModelCluster) => calls.filter((call) => !call.endsWith("read"));

describe("a plan is carried out", () => {
  it("in order, each action through its port", async () => {
    const cluster = aCluster();
    expect(await outcomes(cluster, [setPhase(), setCount(), cordon, evict])).toEqual([
      "SetPhase applied",
      "SetCount applied",
      "Cordon applied",
      "Evict applied",
    ]);
    expect(cluster.world.pools[0]?.count?.desired).toBe(6);
    expect(cluster.world.intents[0]).toMatchObject({ phase: "Executing", askedRacks: 6 });
    const [rack] = cluster.world.pools[0]?.racks ?? [];
    expect(rack?.nodes.every(({ cordoned }) => cordoned)).toBe(true);
    expect(rack?.pods).toEqual([]);
  });

  it("uncordoning what was cordoned", async () => {
    const cluster = aCluster();
    const uncordon: Action = { ...drained, kind: "Uncordon", nodes: aRack("rack-0").nodes };
    await outcomes(cluster, [cordon, uncordon]);
    expect(cluster.world.pools[0]?.racks[0]?.nodes[0]?.cordoned).toBe(false);
  });

  it("pods that run together are not told to go where one of them may not", async () => {
    const cluster = aCluster({ together: "PodDisruptionBudget agents/big allows 1" });
    const together: Action = { ...evict, together: true };
    expect(await outcomes(cluster, [together])).toEqual(["Evict blocked"]);
    expect(cluster.calls).not.toContain("workloads.evict");
    cluster.together = null;
    expect(await outcomes(cluster, [together])).toEqual(["Evict applied"]);
    expect(cluster.world.pools[0]?.racks[0]?.pods).toEqual([]);
  });

  it("a rack is fenced, and lent since then", async () => {
    const cluster = aCluster();
    const marks = { ...drained, taint: "breakwater.dev/reclaim", nodes: aRack("rack-0").nodes };
    const first = () => cluster.world.pools[0]?.racks[0]?.nodes[0];
    await outcomes(cluster, [{ ...marks, kind: "Fence" }]);
    expect(first()).toMatchObject({ fenced: true });
    await outcomes(cluster, [{ ...marks, kind: "Unfence", at: cluster.world.now }]);
    expect(first()).toMatchObject({ lentAt: cluster.world.now });
    expect(writes(cluster)).toEqual(["nodes.fence", "nodes.unfence"]);
  });

  it("an intent is opened with the evidence that its approver reads", async () => {
    const cluster = aCluster();
    const ports = cluster.ports();
    const told: Evidence[] = [];
    const decisions = {
      ...ports.decisions,
      open: (_: unknown, evidence: Evidence) => Promise.resolve(void told.push(evidence)),
    };
    const open: Action = { kind: "OpenIntent", intent: anIntent({ name: "new" }), reason: why };
    expect(await outcomes(cluster, [open], { ...ports, decisions })).toEqual([
      "OpenIntent applied",
    ]);
    expect(told).toEqual([EVIDENCE]);
  });

  it("twice, and the second time nothing changes", async () => {
    const cluster = aCluster();
    const plan = [setPhase(), setCount(), cordon, evict];
    await outcomes(cluster, plan);
    const { world } = cluster;
    expect(await outcomes(cluster, plan)).toContain("SetCount unchanged");
    expect(cluster.world).toEqual(world);
  });
});

describe("counts of workloads", () => {
  const lower: Action = {
    kind: "SetReplicas",
    intent: "gb200-east-in-1",
    fleet: CODER,
    object: anObject(8).ref,
    uid: "uid-of-engine",
    changes: [{ workload: "engine", part: null, from: 8, to: 0 }],
    reason: why,
  };
  const mark: Action = {
    kind: "MarkPods",
    intent: "gb200-east-in-1",
    fleet: CODER,
    pods: aRackOf("rack-0", [null]).pods,
    marked: true,
    reason: why,
  };
  const aSizedCluster = (changes: Partial<ModelCluster> = {}) => {
    const cluster = aCluster(changes);
    const pool = aPoolObservation(1, { racks: [aRackOf("rack-0", [null])] });
    const fleet = aFleetObservation({ workloads: ofEngine(anObject(8)) });
    cluster.world = { ...cluster.world, pools: [pool], fleets: [fleet] };
    return cluster;
  };

  it("are written, and pods marked, each once however often it is asked", async () => {
    const cluster = aSizedCluster();
    expect(await outcomes(cluster, [mark, lower])).toEqual([
      "MarkPods applied",
      "SetReplicas applied",
    ]);
    const { world } = cluster;
    expect(world.fleets[0]?.workloads?.[0]?.objects[0]?.replicas).toBe(0);
    expect(world.pools[0]?.racks[0]?.pods[0]?.unit?.marked).toBe(true);
    expect(await outcomes(cluster, [mark, lower])).toContain("SetReplicas unchanged");
    expect(cluster.world).toEqual(world);
  });

  it("that could not be lowered keep the rack's pods from being evicted", async () => {
    const cluster = aSizedCluster({ interruption: failOn("workloads.scale") });
    expect(await outcomes(cluster, [lower, evict])).toEqual(["SetReplicas failed", "Evict failed"]);
    expect(cluster.world.pools[0]?.racks[0]?.pods).toHaveLength(1);
  });

  it("that somebody else wrote are a conflict, with what was found", async () => {
    const cluster = aSizedCluster();
    const ports = cluster.ports();
    const scale = () => Promise.resolve({ kind: "Conflict" as const, found: "replicas is 9" });
    const workloads = { ...ports.workloads, scale };
    expect(await outcomes(cluster, [lower], { ...ports, workloads })).toEqual([
      "SetReplicas conflict",
    ]);
  });
});

describe("an action that fails ends the chain of its intent, not of others", () => {
  it.each([
    [
      "a phase that could not be written",
      failOn("decisions.setPhase"),
      ["SetPhase failed", "SetCount failed"],
    ],
    [
      "one that somebody else wrote first",
      failOn("decisions.setPhase", "conflict"),
      ["SetPhase conflict", "SetCount failed"],
    ],
    [
      "a count that could not be written",
      failOn("backend.write"),
      ["SetPhase applied", "SetCount failed"],
    ],
  ])("%s", async (_, interruption, expected) => {
    const cluster = aCluster({ interruption });
    expect(await outcomes(cluster, [setPhase(), setCount(), cordon])).toEqual([
      ...expected,
      "Cordon applied",
    ]);
    expect(cluster.world.pools[0]?.count?.desired).toBe(4);
  });

  it("and what was not tried says why", async () => {
    const cluster = aCluster({ interruption: failOn("decisions.setPhase") });
    const execution = { group: cluster.group, intents: [], evidenceFor: () => EVIDENCE };
    const results = await act([setPhase(), setCount()], cluster.ports(), execution);
    expect(results.map(({ detail }) => detail)).toEqual([
      "timeout: decisions.setPhase failed",
      "not tried: timeout: decisions.setPhase failed",
    ]);
  });

  it("a count that is neither: a conflict that says what was found", async () => {
    expect(await outcomes(aCluster(), [setCount(5, 7)])).toEqual([
      "SetCount conflict",
      "SetPhase applied",
    ]);
  });

  it("a pool without a backend", async () => {
    const cluster = aCluster();
    const ports = { ...cluster.ports(), backends: {} };
    expect(await outcomes(cluster, [setCount()], ports)).toEqual(["SetCount failed"]);
    expect(await outcomes(cluster, [setCount(4, 6, "west")])).toEqual(["SetCount failed"]);
  });

  it("a bug in an adapter is not swallowed", async () => {
    const interruption = {
      before: () => {
        throw new TypeError("bug");
      },
      after: () => {},
    };
    await expect(outcomes(aCluster({ interruption }), [cordon])).rejects.toThrow(TypeError);
  });
});

describe("an eviction that a disruption budget refuses", () => {
  it("ends this tick's round, and is no failure", async () => {
    const cluster = aCluster({ evictions: "Blocked" });
    expect(await outcomes(cluster, [evict, { ...setPhase("gb200-east-in-1") }])).toEqual([
      "Evict blocked",
      "SetPhase applied",
    ]);
    expect(cluster.calls.filter((call) => call === "workloads.evict")).toHaveLength(1);
  });

  it("a pod that is gone is as good as evicted", async () => {
    expect(await outcomes(aCluster({ evictions: "Gone" }), [evict])).toEqual(["Evict applied"]);
  });
});

describe("INV-13: past the lease deadline no write starts", () => {
  it("from the first action on", async () => {
    const cluster = aCluster({ mayWrite: false });
    expect(await outcomes(cluster, [cordon, setPhase()])).toEqual([
      "Cordon fenced",
      "SetPhase fenced",
    ]);
    expect(writes(cluster)).toEqual([]);
  });

  it.each([
    [
      "between two actions",
      "decisions.setPhase",
      ["SetPhase applied", "SetCount fenced", "Cordon fenced"],
    ],
    ["between two evictions", "workloads.evict", ["Evict fenced", "SetPhase fenced"]],
  ])("%s", async (_, last, expected) => {
    const cluster = aCluster();
    cluster.interruption = {
      before: () => {},
      after: (call) => {
        if (call === last) cluster.mayWrite = false;
      },
    };
    const plan =
      last === "workloads.evict" ? [evict, setPhase()] : [setPhase(), setCount(), cordon];
    expect(await outcomes(cluster, plan)).toEqual(expected);
    expect(writes(cluster)).toEqual([last]);
  });
});
