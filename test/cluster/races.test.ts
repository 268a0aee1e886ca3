/**
 * Races on a real API server that its clients lose every day. Where each of them is shown:
 *
 * | race                                | counts of racks          | everything else        |
 * | ----------------------------------- | ------------------------ | ---------------------- |
 * | foreign edit between read and write | contracts (1)            | workloads.test.ts (2)  |
 * | 409 from a status write, retried    | -                        | here                   |
 * | 429 with Retry-After, honoured      | contracts (1)            | here                   |
 * | 500 after the write took effect     | contracts (1)            | here, (2)              |
 * | watch gap: 410, listed again        | no watch                 | here                   |
 * | object made anew under its name     | contracts (1)            | here, (2)              |
 * | node or pod replaced under its name | victims by uid (1)       | here, adapters.test.ts |
 * | clock of the controller off by 60 s | scale-in.test.ts (3)     | the same               |
 * | two drains at once, two leaders     | scale-in.test.ts (3)     | the same               |
 * | foreign count, held to and reported | fleet-life.test.ts       | -                      |
 *
 * (1) `goesWrong` and `marksVictims` of test/contracts/rack-backend-faults.ts, run for every
 * backend in rack-backends.test.ts and object-sets.test.ts. (2) "a write meets" in
 * workloads.test.ts. (3) Every workflow of them in simulation: test/crash/races.test.ts.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { clusterNodes } from "../../src/adapters/cluster-nodes/cluster-nodes.ts";
import { decisionStore } from "../../src/adapters/decision-store/decision-store.ts";
import { fleetStore } from "../../src/adapters/fleet-store/fleet-store.ts";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import type { Lifecycle } from "../../src/adapters/kubernetes/reflector.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import type { HttpRequest, Transport } from "../../src/adapters/kubernetes/transport.ts";
import { memoryStore } from "../../src/adapters/memory-store/memory-store.ts";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compileOverride } from "../../src/config/compile-override.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import { customResourceDefinitions } from "../../src/config/crd.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import { EMPTY_MEMORY } from "../../src/core/memory.ts";
import { reason } from "../../src/core/reasons.ts";
import { epochMs } from "../../src/core/units.ts";
import { anIntent } from "../support/builders/observed.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { Interceptor } from "../support/crash/interceptor.ts";
import { coreweavePool, node } from "../support/kube-objects.ts";
import { rawFleet, rawPool } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip();
const NAMESPACE = "agents";
const SYSTEM = "breakwater-system";
const LABELS = {
  "compute.coreweave.com/node-pool": "gb200-a",
  "ds.coreweave.com/nvlink.domain": "rack-7",
};
const clock = { now: () => epochMs(Date.now()) };

describe.skipIf(missing !== "")(`races on a real API server ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let wire: Interceptor;
  const running: Lifecycle[] = [];
  const warnings: string[] = [];
  /** Pauses that adapters asked for. */
  const pauses: number[] = [];
  const real = processTimers();
  const timers = {
    ...real,
    after: (delayMs: number, then: () => void) => {
      pauses.push(delayMs);
      return real.after(delayMs, then);
    },
  };
  const base = () => {
    const transport: Transport = (request) => wire.transport(request);
    const warn = (message: string, fields: object) =>
      void warnings.push(`${message} ${JSON.stringify(fields)}`);
    return { client: kubeClient({ transport, timers }), timers, clock, warn };
  };
  const synced = async <T extends Lifecycle>(adapter: T): Promise<T> => {
    running.push(adapter);
    adapter.start();
    await untilTrue("the first list", () => adapter.synced());
    return adapter;
  };
  const get = async (...what: readonly string[]): Promise<string> =>
    plane.mustKubectl(["get", ...what]);

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true });
    connection = connect(plane.adminKubeconfig);
    await plane.apply(...customResourceDefinitions());
    for (const name of [NAMESPACE, SYSTEM]) await plane.mustKubectl(["create", "namespace", name]);
    await untilTrue("the kinds to be served", async () => {
      const { code, stderr } = await plane.kubectl([
        "get",
        "rackpools,inferencefleets,scaledecisions,fleetoverrides",
        "-A",
      ]);
      return code === 0 || stderr;
    });
    wire = new Interceptor(connection.transport);
  });
  afterEach(async ({ task }) => {
    await Promise.all(running.splice(0).map((adapter) => adapter.stop()));
    if (task.result?.state === "fail") console.error(warnings.join("\n"), plane.lastLogLines());
    warnings.splice(0);
    expect(wire.left(), "every fault that was ordered struck").toBe(0);
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  const to =
    (method: HttpRequest["method"], path: RegExp) =>
    (request: HttpRequest): boolean =>
      request.method === method && path.test(request.path);

  describe("a status", () => {
    const compilers = {
      pool: compilePool,
      fleet: compileFleet,
      override: compileOverride,
      problems: () => [],
      describe: describeErrors,
    };
    const status = {
      desiredRacks: 4,
      racksByPhase: { Serving: 4 },
      conditions: [
        { type: "Ready", status: "True" as const, reason: "Ready", message: "" },
        { type: "Scalable", status: "True" as const, reason: "Scalable", message: "" },
      ],
    };
    const written = () => get("rackpool", "gb200-a", "-o", "jsonpath={.status.desiredRacks}");

    it("whose write meets a 409 is written again", async () => {
      await plane.apply(rawPool(), rawFleet());
      const store = await synced(fleetStore({ ...base(), compilers }));
      const [pool] = (await store.read(clock.now())).pools;
      if (pool === undefined) throw new Error("the pool was not read");
      const body = JSON.stringify({ kind: "Status", status: "Failure", reason: "Conflict" });
      const conflict = { kind: "answer", status: 409, body } as const;
      wire.order(to("PATCH", /rackpools\/gb200-a\/status/), conflict, 2);
      await store.writePoolStatus(pool, status);
      expect(await written()).toBe("4");
    });

    it("judged of an object that was made anew meanwhile is not written on that one", async () => {
      await plane.apply(rawPool(), rawFleet());
      const store = await synced(fleetStore({ ...base(), compilers }));
      const [pool] = (await store.read(clock.now())).pools;
      if (pool === undefined) throw new Error("the pool was not read");
      const anew = async (): Promise<void> => {
        await plane.mustKubectl(["delete", "rackpool", "gb200-a"]);
        await plane.apply(rawPool());
      };
      wire.order(to("PATCH", /rackpools\/gb200-a\/status/), { kind: "first", run: anew });
      await store.writePoolStatus(pool, { ...status, desiredRacks: 7 });
      expect(await written()).toBe("");
    });
  });

  describe("a decision", () => {
    const opening = (name: string) => ({
      kind: "OpenIntent" as const,
      intent: anIntent({ name, approvals: [] }),
      reason: reason("surplus"),
    });
    const evidence = {
      attainmentIfDone: null,
      attainmentIfNot: null,
      cacheCause: "none",
      alternatives: [],
      policyDigest: "sha256:aa",
      observationDigest: "sha256:bb",
    };
    const names = () => get("scaledecisions", "-n", NAMESPACE, "-o", "name");

    it("that was made although the answer was a 500 is the same decision, once", async () => {
      const store = await synced(decisionStore(base()));
      wire.order(to("POST", /scaledecisions/), { kind: "done-but", status: 500 });
      await store.open(opening("gb200-a-in-11"), evidence);
      expect((await names()).trim()).toMatch(/^\S+\/gb200-a-in-11$/);
      const listed = await store.list();
      expect(listed.map(({ name }) => name)).toEqual(["gb200-a-in-11"]);
    });

    it("whose phase took effect although the answer was a 500 is left at it", async () => {
      const store = await synced(decisionStore(base()));
      const { intent } = opening("gb200-a-in-11");
      wire.order(to("PATCH", /gb200-a-in-11\/status/), { kind: "done-but", status: 500 });
      const why = reason("released");
      const { name, fleet } = intent;
      const change = { kind: "SetPhase" as const, intent: name, fleet, askedRacks: null };
      await store.setPhase({ ...change, phase: "Done", reason: why });
      const path = "jsonpath={.status.phase}";
      expect(await get("scaledecision", intent.name, "-n", NAMESPACE, "-o", path)).toBe("Done");
    });

    it("is made later when a 429 says when, and not sooner", async () => {
      const store = await synced(decisionStore(base()));
      const slow = { kind: "answer", status: 429, headers: { "retry-after": "1" } } as const;
      wire.order(to("POST", /scaledecisions/), slow);
      pauses.splice(0);
      await store.open(opening("gb200-a-in-12"), evidence);
      expect(pauses.some((pauseMs) => pauseMs >= 1_000 && pauseMs < 5_000)).toBe(true);
      expect(await names()).toContain("gb200-a-in-12");
    });
  });

  describe("memory", () => {
    it("that was saved although the answer was a 500 is not taken for another's", async () => {
      const store = memoryStore({ client: base().client, namespace: SYSTEM });
      const first = await store.save("raced", EMPTY_MEMORY, null);
      wire.order(to("PUT", /configmaps/), { kind: "done-but", status: 500 });
      const second = await store.save("raced", EMPTY_MEMORY, first);
      expect(await store.load("raced")).toMatchObject({ version: second });
      await store.save("raced", EMPTY_MEMORY, second);
    });
  });

  describe("nodes", () => {
    const uidOf = (name: string) => get("node", name, "-o", "jsonpath={.metadata.uid}");
    const cordonOf = (name: string) => get("node", name, "-o", "jsonpath={.spec.unschedulable}");
    const replaced = async (name: string): Promise<void> => {
      await plane.mustKubectl(["delete", "node", name]);
      await plane.apply(node(name, { labels: LABELS }));
    };

    it("replaced under their name between read and cordon are left alone", async () => {
      await plane.apply(node("n1", { labels: LABELS }));
      const nodes = await synced(clusterNodes(base()));
      const uid = await uidOf("n1");
      wire.order(to("PATCH", /nodes\/n1/), { kind: "first", run: () => replaced("n1") });
      await nodes.cordon([{ name: "n1", uid }]);
      expect(await uidOf("n1")).not.toBe(uid);
      expect(await cordonOf("n1")).toBe("");
    });

    it("are cordoned once although the answer was a 500, and can be given back", async () => {
      await plane.apply(node("n2", { labels: LABELS }));
      const nodes = await synced(clusterNodes(base()));
      const ref = { name: "n2", uid: await uidOf("n2") };
      wire.order(to("PATCH", /nodes\/n2/), { kind: "done-but", status: 500 });
      await nodes.cordon([ref]);
      expect(await cordonOf("n2")).toBe("true");
      await nodes.uncordon([ref]);
      expect(await cordonOf("n2")).toBe("");
    });

    it("that came and went in a gap of the watch are seen right after a 410", async () => {
      await plane.apply(node("n3", { labels: LABELS }), node("n4", { labels: LABELS }));
      const nodes = await synced(clusterNodes(base()));
      const seen = async () => {
        const listed = await nodes.list([coreweavePool()]);
        return listed
          .map(({ name }) => name)
          .filter((name) => /^n[345]$/.test(name))
          .toSorted();
      };
      expect(await seen()).toEqual(["n3", "n4"]);
      const gone = JSON.stringify({ kind: "Status", code: 410, reason: "Expired" });
      const isWatch = (request: HttpRequest): boolean => /\/nodes\?.*watch=1/.test(request.path);
      wire.order(isWatch, { kind: "answer", status: 410, body: gone });
      wire.pauseStreams();
      await plane.mustKubectl(["delete", "node", "n3"]);
      await plane.apply(node("n5", { labels: LABELS }));
      wire.breakStreams();
      await untilTrue("the list after the gap", async () => {
        const names = await seen();
        return names.join() === "n4,n5" || names;
      });
    });
  });
});
