import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { clusterNodes } from "../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { decisionStore } from "../../src/adapters/decision-store/decision-store.ts";
import { eventSink } from "../../src/adapters/event-sink/event-sink.ts";
import { fleetStore } from "../../src/adapters/fleet-store/fleet-store.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import type { Lifecycle } from "../../src/adapters/kubernetes/reflector.ts";
import { CONFIG_MAPS, LEASES, NODES } from "../../src/adapters/kubernetes/resources.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import { leaderLock } from "../../src/adapters/leader-lock/leader-lock.ts";
import { memoryStore } from "../../src/adapters/memory-store/memory-store.ts";
import { workloads } from "../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compileOverride } from "../../src/config/compile-override.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import { customResourceDefinitions } from "../../src/config/crd.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { EMPTY_MEMORY, EMPTY_POOL_MEMORY } from "../../src/core/memory.ts";
import type { Intent } from "../../src/core/observation.ts";
import { reason } from "../../src/core/reasons.ts";
import { epochMs, rackCount, usdPerHour } from "../../src/core/units.ts";
import type { Evidence, SetPhase } from "../../src/ports/decision-store.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { coreweavePool, node, pod } from "../support/kube-objects.ts";
import { rawFleet, rawOverride, rawPool } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip();
const NAMESPACE = "agents";
const SYSTEM = "breakwater-system";

const timers = processTimers();
const clock = { now: () => epochMs(Date.now()) };

describe.skipIf(missing !== "")(`the live adapters ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  const warnings: string[] = [];
  const running: Lifecycle[] = [];
  const warn = (message: string, fields: object) => {
    warnings.push(`${message} ${JSON.stringify(fields)}`);
  };
  const base = () => ({
    client: kubeClient({ transport: connection.transport, timers }),
    timers,
    clock,
    warn,
  });
  /** Starts it, waits for its first list, stops it after the test. */
  const synced = async <T extends Lifecycle>(adapter: T): Promise<T> => {
    running.push(adapter);
    adapter.start();
    await untilTrue("the first list", () => adapter.synced());
    return adapter;
  };

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, kwok: true, users: { olga: [] } });
    connection = connect(plane.adminKubeconfig);
    await plane.apply(...customResourceDefinitions());
    for (const name of [NAMESPACE, SYSTEM]) await plane.mustKubectl(["create", "namespace", name]);
    await untilTrue("the kinds to be served", async () => {
      const kinds = "rackpools,inferencefleets,scaledecisions,fleetoverrides";
      const { code, stderr } = await plane.kubectl(["get", kinds, "-A"]);
      return code === 0 || stderr;
    });
  });
  afterEach(async ({ task }) => {
    await Promise.all(running.splice(0).map((adapter) => adapter.stop()));
    if (task.result?.state === "fail") console.error(warnings.join("\n"), plane.lastLogLines());
    warnings.splice(0);
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  describe("what the fake API server claims", () => {
    const at = { resource: CONFIG_MAPS, namespace: SYSTEM, name: "claims" };
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "claims" } };

    it("a failed test, a stale version and another uid are refused as such", async () => {
      const { client } = base();
      await client.create(at, body);
      const test = [{ op: "test", path: "/metadata/uid", value: "another" } as const];
      await expect(client.jsonPatch(at, test)).rejects.toMatchObject({ cause: { status: 422 } });
      const uid = { metadata: { uid: "another" }, data: { a: "b" } };
      await expect(client.mergePatch(at, uid)).rejects.toMatchObject({ cause: { status: 422 } });
      const other = { ...body, metadata: { name: "claims", uid: "another" } };
      await expect(client.replace(at, other)).rejects.toMatchObject({ cause: { status: 409 } });
      const stale = { ...body, metadata: { name: "claims", resourceVersion: "1" } };
      await expect(client.replace(at, stale)).rejects.toMatchObject({ code: "conflict" });
      await expect(client.create(at, body)).rejects.toMatchObject({
        message: expect.stringMatching(
          /^creating ConfigMap .*\/claims: 409 AlreadyExists: .*exists$/,
        ),
      });
    });

    it("a MicroTime of three decimals is refused", async () => {
      const lease = {
        apiVersion: LEASES.apiVersion,
        kind: LEASES.kind,
        metadata: { name: "claims" },
        spec: { renewTime: "2026-12-01T18:00:00.000Z" },
      };
      const created = base().client.create({ ...at, resource: LEASES }, lease);
      await expect(created).rejects.toMatchObject({ cause: { status: 400 } });
    });

    it("a call without rights is forbidden and says who lacks what", async () => {
      const asOlga = connect(plane.kubeconfig("olga"));
      const client = kubeClient({ transport: asOlga.transport, timers });
      const call = client.get({ resource: NODES, namespace: "", name: "n1" });
      await expect(call).rejects.toMatchObject({
        code: "forbidden",
        message: expect.stringMatching(/^reading Node n1: 403 Forbidden: .*"olga" cannot get/),
      });
      await asOlga.close();
    });
  });

  describe("the lease", () => {
    const timing = { leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 300 };
    const lock = (identity: string, transport = connection.transport) => {
      const client = kubeClient({ transport, timers });
      const options = { ...base(), client, ...timing, namespace: SYSTEM, name: "leader", identity };
      const instance = leaderLock(options);
      instance.start();
      return instance;
    };

    it("passes from a cut-off holder to a standby and on at release", async () => {
      const dying = connect(plane.adminKubeconfig);
      let cut = false;
      const a = lock("a", (request) =>
        cut ? Promise.reject(new Error("cut off")) : dying.transport(request),
      );
      await untilTrue("a to lead", () => a.mayWrite());
      const b = lock("b");
      await untilTrue("b to see the holder", () => b.state().holder === "a");
      cut = true;
      await untilTrue("b to lead", () => {
        expect(a.mayWrite() && b.mayWrite()).toBe(false);
        return b.mayWrite();
      });
      expect(a.mayWrite()).toBe(false);
      const c = lock("c");
      await untilTrue("c to see the holder", () => c.state().holder === "b");
      await b.release();
      await untilTrue("c to lead", () => c.mayWrite(), { timeoutMs: 2_000 });
      await Promise.all([a.release(), c.release()]);
      await dying.close();
    });
  });

  describe("memory", () => {
    it("is swapped by the one who knows its version, and refused to the other", async () => {
      const store = memoryStore({ ...base(), namespace: SYSTEM });
      const memory = (sequence: number) => ({
        ...EMPTY_MEMORY,
        pools: { a: { ...EMPTY_POOL_MEMORY, sequence } },
      });
      expect(await store.load("gb200-a")).toBeNull();
      const first = await store.save("gb200-a", memory(1), null);
      const second = await store.save("gb200-a", memory(2), first);
      await expect(store.save("gb200-a", memory(3), first)).rejects.toMatchObject({
        code: "conflict",
      });
      await expect(store.save("gb200-a", memory(3), null)).rejects.toMatchObject({
        code: "conflict",
      });
      expect(await store.load("gb200-a")).toEqual({ memory: memory(2), version: second });
    });
  });

  describe("desired state", () => {
    const compilers = {
      pool: compilePool,
      fleet: compileFleet,
      override: compileOverride,
      problems: () => [],
      describe: describeErrors,
    };

    it("is read with what the API server filled in, and gets its status", async () => {
      await plane.apply(rawPool(), rawFleet(), rawOverride());
      const store = await synced(fleetStore({ ...base(), compilers }));
      const state = await store.read(clock.now());
      expect(state).toMatchObject({
        pools: [{ name: "gb200-a", rack: { nodes: 18 } }],
        fleets: [{ key: "agents/coder" }],
        overrides: [{ fleet: "agents/coder" }],
        broken: [],
      });
      const [pool, fleet] = [state.pools[0], state.fleets[0]];
      if (pool === undefined || fleet === undefined) throw new Error("nothing read");
      const ready = { type: "Ready", status: "True", reason: "Scalable", message: "ok" } as const;
      await store.writePoolStatus(pool, {
        desiredRacks: 4,
        racksByPhase: { Serving: 3, Joining: 1 },
        conditions: [ready],
      });
      await store.writeFleetStatus(fleet, {
        wantedRacks: 5,
        awardedRacks: 5,
        heldRacks: 4,
        servingRacks: 3,
        outcome: "Grow",
        reason: "demand-forecast",
        hitRate: 0.8123,
        conditions: [ready],
      });
      await store.reportBroken({
        kind: "FleetOverride",
        namespace: NAMESPACE,
        name: "inc-1",
        message: "spec.until: found soon, expected a time",
      });
      const columns = (kind: string) =>
        plane.mustKubectl(["get", kind, "-A", "--no-headers", "-o", "wide"]);
      expect(await columns("rackpools")).toMatch(/gb200-a +4 +3 .* True +Scalable/);
      expect(await columns("inferencefleets")).toMatch(
        /coder +5 +4 +3 +Grow +demand-forecast +0\.81/,
      );
      const path = "jsonpath={.status.conditions[0].message}";
      const inc = ["get", "fleetoverride", "inc-1", "-n", NAMESPACE, "-o", path];
      expect(await plane.mustKubectl(inc)).toBe("spec.until: found soon, expected a time");
    });

    it("is followed over a restart of the API server", async () => {
      await plane.apply(rawPool());
      const store = await synced(fleetStore({ ...base(), compilers }));
      await plane.restartApiServer();
      await plane.apply(rawPool({ limits: { maxRacks: 5 } }));
      await untilTrue("the new limit", async () => {
        const { pools } = await store.read(clock.now());
        return pools[0]?.limits.maxRacks === 5;
      });
    });
  });

  describe("decisions", () => {
    const at = epochMs(Date.UTC(2026, 11, 1, 18, 0, 0, 250));
    const intent: Intent = {
      name: "gb200-a-in-1",
      fleet: "agents/coder",
      pool: "gb200-a",
      direction: "In",
      fromRacks: rackCount(4),
      toRacksAtMost: rackCount(3),
      maxUsdPerHour: usdPerHour(0),
      rack: "rack-7",
      victimNodeUids: ["u1", "u2"],
      reason: { code: "surplus", text: "Three racks suffice." },
      requiredApprovals: 1,
      onExpiry: "Drop",
      createdAt: at,
      expiresAt: epochMs(at + 900_000),
      actBefore: epochMs(at + 3_600_000),
      drainDeadline: epochMs(at + 2_700_000),
      approvals: [],
      phase: "Pending",
      askedRacks: null,
    };
    const evidence: Evidence = {
      attainmentIfDone: 0.995,
      attainmentIfNot: 0.999,
      cacheCause: "none",
      alternatives: ["keep the rack"],
      policyDigest: "sha256:aa",
      observationDigest: "sha256:bb",
    };
    const opening = { kind: "OpenIntent", intent, reason: reason("surplus") } as const;
    const phase = (to: SetPhase["phase"]): SetPhase => ({
      kind: "SetPhase",
      intent: intent.name,
      fleet: intent.fleet,
      phase: to,
      askedRacks: to === "Executing" ? rackCount(3) : null,
      reason: reason("count-written"),
    });
    const kubectlDecision = (...args: readonly string[]) =>
      plane.mustKubectl([...args, "-n", NAMESPACE]);

    it("are opened once, approved by people, carried out, closed and kept", async () => {
      const store = await synced(decisionStore(base()));
      await store.open(opening, evidence);
      await store.open(opening, evidence);
      expect(await store.list()).toEqual([intent]);
      const approvals = [{ by: "olga", verdict: "Approve", reason: "fine" }];
      const approved = JSON.stringify({ spec: { approvals } });
      await kubectlDecision("patch", "sdec", intent.name, "--type=merge", "-p", approved);
      await untilTrue("the approval", async () => {
        const [seen] = await store.list();
        return seen?.approvals.length === 1;
      });
      await store.setPhase(phase("Executing"));
      expect(await store.list()).toEqual([
        { ...intent, approvals, generation: 2, phase: "Executing", askedRacks: 3 },
      ]);
      await kubectlDecision("delete", "sdec", intent.name, "--wait=false");
      await kubectlDecision("get", "sdec", intent.name);
      await store.setPhase(phase("Done"));
      await untilTrue("the deleted decision to be gone", async () => {
        const { stderr } = await plane.kubectl(["get", "sdec", intent.name, "-n", NAMESPACE]);
        return stderr.includes("NotFound") || stderr;
      });
    });

    it("with another specification under one name conflict", async () => {
      const store = await synced(decisionStore(base()));
      await store.open(opening, evidence);
      const other = { ...opening, intent: { ...intent, rack: "rack-8" } };
      await expect(store.open(other, evidence)).rejects.toMatchObject({ code: "conflict" });
    });
  });

  describe("nodes and pods", () => {
    const fake = { "kwok.x-k8s.io/node": "fake" };
    const labels = {
      "compute.coreweave.com/node-pool": "gb200-a",
      "ds.coreweave.com/nvlink.domain": "rack-7",
    };
    const withFake = (name: string) => ({
      ...node(name, { labels }),
      metadata: { name, labels, annotations: fake },
    });

    it("are seen on their rack, cordoned and uncordoned", async () => {
      const nodes = await synced(clusterNodes(base()));
      await plane.apply(withFake("n1"));
      await untilTrue("the node Ready", async () => {
        const [seen] = await nodes.list([coreweavePool()]);
        return seen?.ready === true || JSON.stringify(seen);
      });
      const listed = async () => (await nodes.list([coreweavePool()]))[0];
      const seen = await listed();
      expect(seen).toMatchObject({ domain: "rack-7", gpusAllocatable: 4, cordoned: false });
      const uid = seen?.uid ?? "";
      await nodes.cordon([{ name: "n1", uid: "another" }]);
      expect(await listed()).toMatchObject({ cordoned: false });
      await nodes.cordon([{ name: "n1", uid }]);
      expect(await listed()).toMatchObject({ cordoned: true });
      const path = "jsonpath={.spec.unschedulable} {.metadata.annotations}";
      expect(await plane.mustKubectl(["get", "node", "n1", "-o", path])).toMatch(
        /^true .*"breakwater.dev\/cordoned-by":"breakwater"/,
      );
      await nodes.uncordon([{ name: "n1", uid }]);
      expect(await listed()).toMatchObject({ cordoned: false });
    });

    it("are evicted only as their budget allows, and never in another's stead", async () => {
      const fleet = compileFleet(
        rawFleet({
          workloads: [
            {
              name: "engine",
              target: { selector: { app: "engine" } },
              unit: { gpus: 4 },
              unitsPerRack: 18,
            },
          ],
        }),
        clock.now(),
      );
      if (!fleet.ok) throw new Error(describeErrors(fleet.errors));
      const { client } = base();
      const running = workloads({ ...base(), discovery: discovery(client) });
      const pods = await synced(running);
      await plane.apply(withFake("n2"), budget(1));
      await plane.apply(pod("p1", { node: "n2", gpus: "4", labels: { app: "engine" } }));
      await untilTrue("the pod to be ready", async () => {
        const [seen] = (await pods.read([fleet.value])).pods;
        return (seen?.ready === true && seen.readySince !== null) || JSON.stringify(seen);
      });
      const [seen] = (await pods.read([fleet.value])).pods;
      expect(seen).toMatchObject({ fleet: "agents/coder", node: "n2", terminating: false });
      const ref = { namespace: NAMESPACE, name: "p1", uid: seen?.uid ?? "" };
      await untilTrue("the budget to refuse", async () => {
        const outcome = await pods.evict({ ...ref });
        return (outcome.kind === "Blocked" && outcome.message !== "") || JSON.stringify(outcome);
      });
      expect(await pods.evict({ ...ref, uid: "another" })).toEqual({ kind: "Gone" });
      await plane.apply(budget(0));
      await untilTrue("the eviction", async () => {
        const outcome = await pods.evict(ref);
        return outcome.kind === "Evicted" || JSON.stringify(outcome);
      });
      await untilTrue("the pod to be gone", async () => {
        const { pods: left } = await pods.read([fleet.value]);
        return left.length === 0 || JSON.stringify(left);
      });
      expect(await pods.evict(ref)).toEqual({ kind: "Gone" });
    });
  });

  describe("events", () => {
    it("are written and counted", async () => {
      const { client } = base();
      const name = "breakwater-system";
      const about = { apiVersion: "v1", kind: "Namespace", namespace: "", name, uid: "u1" };
      let skippedMs = 0;
      const later = { ...timers, monotonicMs: () => timers.monotonicMs() + skippedMs };
      const sink = eventSink({ ...base(), client, timers: later, identity: "pod-1" });
      const event = {
        about,
        type: "Normal" as const,
        action: "Hold",
        reason: reason("steady"),
      };
      await sink.publish(event);
      skippedMs = 61_000;
      await sink.publish(event);
      expect(warnings).toEqual([]);
      const path = "jsonpath={.items[*].series.count} {.items[*].reason}";
      const selector = "--field-selector=reason=Steady";
      const get = ["get", "events.events.k8s.io", "-n", "default", selector, "-o", path];
      expect(await plane.mustKubectl(get)).toBe("2 Steady");
    });
  });
});

function budget(minAvailable: number) {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "engine", namespace: NAMESPACE },
    spec: { minAvailable, selector: { matchLabels: { app: "engine" } } },
  };
}
