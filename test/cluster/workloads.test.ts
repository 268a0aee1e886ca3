import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { kubeClient } from "../../src/adapters/kubernetes/client.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { discovery } from "../../src/adapters/kubernetes/discovery.ts";
import type { Lifecycle } from "../../src/adapters/kubernetes/reflector.ts";
import { PODS } from "../../src/adapters/kubernetes/resources.ts";
import { processTimers } from "../../src/adapters/kubernetes/timers.ts";
import type { Transport } from "../../src/adapters/kubernetes/transport.ts";
import { workloads } from "../../src/adapters/workloads/workloads.ts";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { describeErrors } from "../../src/config/field-error.ts";
import type { CompiledFleet } from "../../src/core/compiled.ts";
import type { PodRef, ReplicaChange } from "../../src/core/decision.ts";
import type { PodObservation, WorkloadObject } from "../../src/core/observation.ts";
import { epochMs } from "../../src/core/units.ts";
import type { Workloads } from "../../src/ports/workloads.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { WORKLOAD_KINDS } from "../support/crds/workload-kinds.ts";
import { node } from "../support/kube-objects.ts";
import { type Raw, rawFleet } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip();
const NAMESPACE = "agents";
const timers = processTimers();
const unit = { unit: { gpus: 8 }, unitsPerRack: 8 };

const podTemplate = (app: string) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: "engine", image: "engine", resources: { limits: { "nvidia.com/gpu": "4" } } },
    ],
  },
});

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly spec: Raw;
  readonly removes: WorkloadObject["removes"];
}

const kind = (
  apiVersion: string,
  name: string,
  removes: Kind["removes"],
  spec: Raw = {},
): Kind => ({
  apiVersion,
  kind: name,
  resource: `${name.toLowerCase()}s.${apiVersion.split("/")[0]}`,
  spec,
  removes,
});

const builtIn = { selector: { matchLabels: { app: "sized" } }, template: podTemplate("sized") };
const DEPLOYMENT = kind("apps/v1", "Deployment", "LowestCost", builtIn);
const KINDS: readonly Kind[] = [
  DEPLOYMENT,
  kind("apps/v1", "StatefulSet", "HighestIndex", { ...builtIn, serviceName: "sized" }),
  kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "HighestIndex"),
  kind("grove.io/v1alpha1", "PodCliqueSet", "HighestIndex"),
  kind("grove.io/v1alpha1", "PodClique", "Any"),
  kind("grove.io/v1alpha1", "PodCliqueScalingGroup", "HighestIndex"),
  kind("nvidia.com/v1alpha1", "DynamoGraphDeploymentScalingAdapter", "Any"),
  kind("disaggregatedset.x-k8s.io/v1", "DisaggregatedSetRoleScaler", "HighestIndex"),
];

const objectOf = (
  { apiVersion, kind: name, spec }: Kind,
  metadata: Raw & { readonly name: string },
  replicas: number,
) => ({
  apiVersion,
  kind: name,
  metadata: { namespace: NAMESPACE, ...metadata },
  spec: { ...spec, replicas },
});

function fleetOf(...entries: readonly Raw[]): CompiledFleet {
  const compiled = compileFleet(rawFleet({ workloads: entries }), epochMs(Date.now()));
  if (!compiled.ok) throw new Error(describeErrors(compiled.errors));
  return compiled.value;
}

const sized = ({ apiVersion, kind: name }: Kind, target: string, more: Raw = {}) => ({
  name: "engine",
  target: { apiVersion, kind: name, name: target },
  manage: "Replicas",
  ...unit,
  ...more,
});

describe.skipIf(missing !== "")(`workloads on a real API server ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  const warnings: string[] = [];
  const running: Lifecycle[] = [];

  const client = (transport: Transport = connection.transport) => kubeClient({ transport, timers });
  /** A fresh adapter each time: what is read once is kept for a while. */
  async function adapter(transport?: Transport): Promise<Workloads> {
    const warn = (message: string, fields: object) => {
      warnings.push(`${message} ${JSON.stringify(fields)}`);
    };
    const kube = client(transport);
    const made = workloads({ client: kube, discovery: discovery(kube), timers, warn });
    running.push(made);
    made.start();
    await untilTrue("the pods to be listed", () => made.synced());
    return made;
  }
  const readOne = async (fleet: CompiledFleet, of?: Workloads) => {
    const { sized: found, unreadable } = await (of ?? (await adapter())).read([fleet]);
    const [object] = found[0]?.workloads[0]?.objects ?? [];
    if (object === undefined) throw new Error(`no object: ${JSON.stringify(unreadable)}`);
    return { object, unreadable };
  };
  const change = (
    object: WorkloadObject,
    from: number,
    to: number,
    part: string | null = null,
  ): Parameters<Workloads["scale"]>[0] => ({
    object: object.ref,
    uid: object.uid,
    changes: [{ workload: "engine", part, from, to }] satisfies readonly ReplicaChange[],
  });
  const replicasOf = async ({ resource }: Kind, name: string) =>
    plane.mustKubectl(["get", resource, name, "-n", NAMESPACE, "-o", "jsonpath={.spec.replicas}"]);

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, kwok: true });
    connection = connect(plane.adminKubeconfig);
    await plane.apply(...WORKLOAD_KINDS);
    await plane.mustKubectl(["create", "namespace", NAMESPACE]);
    for (const { resource } of [...KINDS, SETS, SCALED]) {
      await untilTrue(`${resource} to be served`, async () => {
        const { code, stderr } = await plane.kubectl(["get", resource, "-A"]);
        return code === 0 || stderr;
      });
    }
  });
  afterEach(async ({ task }) => {
    await Promise.all(running.splice(0).map((made) => made.stop()));
    if (task.result?.state === "fail") console.error(warnings.join("\n"), plane.lastLogLines());
    warnings.splice(0);
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
  });

  describe.each(KINDS.map((of) => [of.kind, of] as const))("the count of a %s", (_, of) => {
    const name = "sized";

    it("is read, written once, to zero and back, and never over somebody else's", async () => {
      await plane.apply(objectOf(of, { name }, 4));
      const { object, unreadable } = await readOne(fleetOf(sized(of, name)));
      expect(unreadable).toEqual([]);
      expect(object).toMatchObject({ replicas: 4, removes: of.removes, owner: null });
      const { scale } = await adapter();
      expect(await scale(change(object, 4, 6))).toEqual({ kind: "Written" });
      expect((await readOne(fleetOf(sized(of, name)))).object).toMatchObject({
        replicas: 6,
        lastWriter: "breakwater",
      });
      expect(await scale(change(object, 4, 6))).toEqual({ kind: "AlreadyDone" });
      expect(await scale(change(object, 4, 8))).toEqual({
        kind: "Conflict",
        found: `${of.kind} agents/sized replicas is 6, expected 4 or 8`,
      });
      expect(await scale({ ...change(object, 6, 8), uid: "another" })).toMatchObject({
        kind: "Conflict",
        found: expect.stringContaining("belongs to another object now"),
      });
      expect(await scale(change(object, 6, 0))).toEqual({ kind: "Written" });
      // From here on the API server records no writer: a Scale leaves out a zero.
      expect((await readOne(fleetOf(sized(of, name)))).object.replicas).toBe(0);
      expect(await scale(change(object, 0, 3))).toEqual({ kind: "Written" });
      expect(await replicasOf(of, name)).toBe("3");
      await plane.mustKubectl(["delete", of.resource, name, "-n", NAMESPACE]);
    });
  });

  it("objects of a rack each are found by their labels, with the rack they name", async () => {
    const lws = kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "HighestIndex");
    const labels = { set: "decode" };
    const rackLabels = { ...labels, "breakwater.dev/rack": "rack-7" };
    await plane.apply(
      objectOf(lws, { name: "decode-a", labels }, 0),
      objectOf(lws, { name: "decode-b", labels: rackLabels }, 8),
      objectOf(lws, { name: "other" }, 8),
    );
    const { apiVersion, kind: name } = lws;
    const target = { apiVersion, kind: name, selector: labels };
    const workload = { ...sized(lws, ""), target, layout: "ObjectPerRack" };
    const { sized: found } = await (await adapter()).read([fleetOf(workload)]);
    expect(found[0]?.workloads[0]?.objects).toMatchObject([
      { ref: { name: "decode-a" }, replicas: 0, boundTo: {} },
      { ref: { name: "decode-b" }, replicas: 8, boundTo: { "breakwater.dev/rack": "rack-7" } },
    ]);
  });

  describe("a DisaggregatedSet", () => {
    const role = (name: string, replicas: number, more: Raw = {}) => ({
      name,
      spec: { replicas },
      ...more,
    });
    const set = (name: string, ...roles: readonly Raw[]) => ({
      apiVersion: SETS.apiVersion,
      kind: SETS.kind,
      metadata: { name, namespace: NAMESPACE },
      spec: { roles },
    });
    const ofRole = (name: string, part: string) => ({
      ...sized(SETS, name),
      name: part,
      target: { apiVersion: SETS.apiVersion, kind: SETS.kind, name, role: part },
    });
    const counts = async (name: string) =>
      plane.mustKubectl([
        "get",
        SETS.resource,
        name,
        "-n",
        NAMESPACE,
        "-o",
        "jsonpath={.spec.roles[*].spec.replicas}",
      ]);

    it("has a count per role, told by its name wherever it stands in the list", async () => {
      await plane.apply(set("by-role", role("prefill", 4), role("decode", 2)));
      const { object } = await readOne(fleetOf(ofRole("by-role", "decode")));
      expect(object).toMatchObject({ replicas: 2, removes: "HighestIndex" });
      const reordered = set("by-role", role("decode", 2), role("prefill", 4));
      await plane.mustKubectl(["replace", "-f", "-"], { stdin: JSON.stringify(reordered) });
      const { scale } = await adapter();
      expect(await scale(change(object, 2, 5, "decode"))).toEqual({ kind: "Written" });
      expect(await counts("by-role")).toBe("5 4");
    });

    it("goes to zero and back in all roles at once, which it takes in no other way", async () => {
      await plane.apply(set("to-zero", role("prefill", 4), role("decode", 2)));
      const { object } = await readOne(fleetOf(ofRole("to-zero", "decode")));
      const { scale } = await adapter();
      await expect(scale(change(object, 2, 0, "decode"))).rejects.toMatchObject({
        message: expect.stringContaining("zero for all roles or for none"),
      });
      const both = (prefill: number[], decode: number[]) => ({
        object: object.ref,
        uid: object.uid,
        changes: [
          { workload: "p", part: "prefill", from: prefill[0] ?? 0, to: prefill[1] ?? 0 },
          { workload: "d", part: "decode", from: decode[0] ?? 0, to: decode[1] ?? 0 },
        ],
      });
      expect(await scale(both([4, 0], [2, 0]))).toEqual({ kind: "Written" });
      expect(await counts("to-zero")).toBe("0 0");
      expect(await scale(both([4, 0], [2, 0]))).toEqual({ kind: "AlreadyDone" });
      expect(await scale(both([0, 8], [0, 4]))).toEqual({ kind: "Written" });
      expect(await scale(both([8, 9], [3, 9]))).toEqual({
        kind: "Conflict",
        found:
          "DisaggregatedSet agents/to-zero: /spec/roles/0/spec/replicas is 8, expected 8 or 9; " +
          "/spec/roles/1/spec/replicas is 4, expected 3 or 9",
      });
      expect(await counts("to-zero")).toBe("8 4");
    });

    it.each([
      ["a role it has not", [role("prefill", 1)], "found prefill, expected role decode"],
      [
        "a role that is sized by its scaler",
        [role("prefill", 1), role("decode", 1, { scaling: { mode: "External" } })],
        "name DisaggregatedSetRoleScaler refused-decode as the target instead",
      ],
    ])("names %s as what is wrong", async (_, roles, text) => {
      await plane.apply(set("refused", ...roles));
      const { unreadable, sized: found } = await (await adapter()).read([
        fleetOf(ofRole("refused", "decode")),
      ]);
      expect(unreadable).toMatchObject([
        { code: "workload-unknown", text: expect.stringContaining(text) },
      ]);
      expect(found).toEqual([]);
    });
  });

  describe("somebody else who sizes it is found and named", () => {
    const target = (name: string) => ({ apiVersion: "apps/v1", kind: "Deployment", name });
    const ownedText = async (name: string) => {
      const { object, unreadable } = await readOne(fleetOf(sized(DEPLOYMENT, name)));
      expect(object.owner).not.toBeNull();
      expect(unreadable).toMatchObject([{ fleet: "agents/coder", code: "workload-owned" }]);
      return unreadable[0]?.text;
    };

    it("a HorizontalPodAutoscaler", async () => {
      await plane.apply(objectOf(DEPLOYMENT, { name: "by-hpa" }, 1), {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "engines", namespace: NAMESPACE },
        spec: { scaleTargetRef: target("by-hpa"), maxReplicas: 4 },
      });
      expect(await ownedText("by-hpa")).toBe(
        "InferenceFleet agents/coder spec.workloads[engine].manage: found Replicas, but of " +
          "Deployment agents/by-hpa HorizontalPodAutoscaler agents/engines sizes it; delete that " +
          "one, or set manage to Observe.",
      );
    });

    it("and not where its count is only observed", async () => {
      const observed = { ...sized(DEPLOYMENT, "by-hpa"), manage: "Observe" };
      const { object, unreadable } = await readOne(fleetOf(observed));
      expect([object.owner, unreadable]).toEqual([null, []]);
    });

    it("a ScaledObject, whose target is a Deployment unless it says otherwise", async () => {
      await plane.apply(objectOf(DEPLOYMENT, { name: "by-keda" }, 1), {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name: "turns", namespace: NAMESPACE },
        spec: { scaleTargetRef: { name: "by-keda" } },
      });
      expect(await ownedText("by-keda")).toContain("ScaledObject agents/turns sizes it");
    });

    it("an object that makes it", async () => {
      await plane.mustKubectl(["create", "configmap", "graph", "-n", NAMESPACE]);
      const get = ["get", "configmap", "graph", "-n", NAMESPACE, "-o", "jsonpath={.metadata.uid}"];
      const uid = await plane.mustKubectl(get);
      const ownerReferences = [
        { apiVersion: "v1", kind: "ConfigMap", name: "graph", uid, controller: true },
      ];
      await plane.apply(objectOf(DEPLOYMENT, { name: "made", ownerReferences }, 1));
      expect(await ownedText("made")).toContain("ConfigMap graph makes it and sets its count");
    });

    it("what writes it again from Git, or plans it", async () => {
      for (const [name, manager, text] of [
        ["from-git", "argocd-controller", "argocd-controller sets its count to what Git says"],
        ["planned", "OpenAPI-Generator", "OpenAPI-Generator sets its count"],
      ] as const) {
        await plane.mustKubectl(
          ["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"],
          { stdin: JSON.stringify(objectOf(DEPLOYMENT, { name }, 1)) },
        );
        expect(await ownedText(name)).toContain(text);
      }
    });

    it("a person who changed it, without making it theirs", async () => {
      await plane.apply(objectOf(DEPLOYMENT, { name: "by-hand" }, 1));
      await plane.mustKubectl(["scale", "deployment/by-hand", "-n", NAMESPACE, "--replicas=2"]);
      const fleet = fleetOf(sized(DEPLOYMENT, "by-hand"));
      const { object, unreadable } = await readOne(fleet);
      expect([object.lastWriter, object.owner, unreadable]).toEqual(["kubectl", null, []]);
      const { scale } = await adapter();
      expect(await scale(change(object, 2, 3))).toEqual({ kind: "Written" });
      expect((await readOne(fleet)).object.lastWriter).toBe("breakwater");
    });
  });

  describe("a write meets", () => {
    const isPatch: (request: Parameters<Transport>[0]) => boolean = ({ method, path }) =>
      method === "PATCH" && path.includes("/scale");
    const raced = async (name: string, transport: Transport) => {
      await plane.apply(objectOf(DEPLOYMENT, { name }, 1));
      const { object } = await readOne(fleetOf(sized(DEPLOYMENT, name)));
      return (await adapter(transport)).scale(change(object, 1, 4));
    };

    it("a foreign edit between its read and its patch: that one stands", async () => {
      const outcome = await raced("edited", async (request) => {
        if (isPatch(request)) {
          await plane.mustKubectl(["scale", "deployment/edited", "-n", NAMESPACE, "--replicas=2"]);
        }
        return connection.transport(request);
      });
      expect(outcome).toEqual({
        kind: "Conflict",
        found: "Deployment agents/edited replicas is 2, expected 1 or 4",
      });
      expect(await replicasOf(DEPLOYMENT, "edited")).toBe("2");
    });

    it("another object under its name: that one is left alone", async () => {
      const outcome = await raced("replaced", async (request) => {
        if (isPatch(request)) {
          await plane.mustKubectl(["delete", "deployment", "replaced", "-n", NAMESPACE]);
          await plane.apply(objectOf(DEPLOYMENT, { name: "replaced" }, 1));
        }
        return connection.transport(request);
      });
      expect(outcome).toMatchObject({ kind: "Conflict" });
      expect(await replicasOf(DEPLOYMENT, "replaced")).toBe("1");
    });

    it("its own deletion: that is said, nothing is made", async () => {
      const outcome = raced("deleted", async (request) => {
        if (isPatch(request)) {
          await plane.mustKubectl(["delete", "deployment", "deleted", "-n", NAMESPACE]);
        }
        return connection.transport(request);
      });
      await expect(outcome).rejects.toMatchObject({ code: "not-found" });
      const { code } = await plane.kubectl(["get", "deployment", "deleted", "-n", NAMESPACE]);
      expect(code).not.toBe(0);
    });

    it.each([409, 500])("a %i after it took effect: it is done", async (status) => {
      const answer = async (request: Parameters<Transport>[0]) => {
        const real = await connection.transport(request);
        if (!isPatch(request)) return real;
        await real.text();
        return { ...real, status, text: () => Promise.resolve("{}") };
      };
      const name = `answered-${status}`;
      expect(await raced(name, answer)).toEqual({ kind: "AlreadyDone" });
      expect(await replicasOf(DEPLOYMENT, name)).toBe("4");
    });
  });

  describe("on kube-controller-manager", () => {
    const onRacks = { metadata: { annotations: { "kwok.x-k8s.io/node": "fake" } } };
    const fakeNode = (name: string) => {
      const made = node(name);
      return { ...made, metadata: { name, ...onRacks.metadata } };
    };
    /** No scheduler runs: pods are bound by hand, in turn. */
    async function bindInTurn(pods: readonly string[], nodes: readonly string[]): Promise<void> {
      for (const [n, name] of pods.entries()) {
        const at = { resource: PODS, namespace: NAMESPACE, name };
        const to = { apiVersion: "v1", kind: "Node", name: nodes[n % nodes.length] };
        const body = { apiVersion: "v1", kind: "Binding", metadata: { name }, target: to };
        await client().post(at, "binding", body);
      }
    }
    const podNames = async (app: string) => {
      const path = "jsonpath={.items[*].metadata.name}";
      const found = await plane.mustKubectl([
        "get",
        "pods",
        "-n",
        NAMESPACE,
        `-lapp=${app}`,
        "-o",
        path,
      ]);
      return found.split(" ").filter((name) => name !== "");
    };
    const spec = (app: string) => ({
      selector: { matchLabels: { app } },
      template: podTemplate(app),
    });
    const units = async (fleet: CompiledFleet, of: Workloads, count: number) => {
      let seen: readonly PodObservation[] = [];
      await untilTrue(`${count} ready units`, async () => {
        const { pods } = await of.read([fleet]);
        seen = pods.filter(({ unit: found, ready }) => found !== undefined && ready);
        return seen.length === count || JSON.stringify(seen.map(({ name }) => name));
      });
      return seen;
    };
    const nodesOf = (pods: readonly PodObservation[]) =>
      [...new Set(pods.map(({ node: on }) => on))].toSorted();

    const indices = (pods: readonly PodObservation[]) =>
      new Set(pods.map(({ unit: found }) => found?.index));

    beforeAll(async () => {
      await plane.apply(fakeNode("n1"), fakeNode("n2"));
    });

    it("a Deployment that is lowered ends the marked pods and spares the others", async () => {
      const of = { ...DEPLOYMENT, spec: spec("marked") };
      await plane.apply(objectOf(of, { name: "marked" }, 6));
      await untilTrue("six pods", async () => (await podNames("marked")).length === 6);
      await bindInTurn(await podNames("marked"), ["n1", "n2"]);
      const fleet = fleetOf(sized(of, "marked"));
      const running = await adapter();
      const before = await units(fleet, running, 6);
      const on = (name: string): readonly PodRef[] => before.filter((pod) => pod.node === name);
      await running.mark(on("n1"), true);
      await running.mark(on("n2"), true);
      await running.mark(on("n2"), false);
      await running.mark([{ namespace: NAMESPACE, name: "gone", uid: "gone" }], true);
      await untilTrue("the marks to be seen", async () => {
        const { pods } = await running.read([fleet]);
        const marked = pods.filter((pod) => pod.unit?.marked === true);
        return (marked.length === 3 && nodesOf(marked).join() === "n1") || JSON.stringify(pods);
      });
      const { object } = await readOne(fleet, running);
      expect(await running.scale(change(object, 6, 3))).toEqual({ kind: "Written" });
      expect(nodesOf(await units(fleet, running, 3))).toEqual(["n2"]);
    });

    it("a StatefulSet ends its highest indices, whatever rack they are on", async () => {
      const parallel = { serviceName: "ordered", podManagementPolicy: "Parallel" };
      const of = kind("apps/v1", "StatefulSet", "HighestIndex", {
        ...spec("ordered"),
        ...parallel,
      });
      await plane.apply(objectOf(of, { name: "ordered" }, 4));
      await untilTrue("four pods", async () => (await podNames("ordered")).length === 4);
      await bindInTurn((await podNames("ordered")).toSorted(), ["n1", "n2"]);
      const fleet = fleetOf(sized(of, "ordered"));
      const running = await adapter();
      const before = await units(fleet, running, 4);
      expect(indices(before)).toEqual(new Set([0, 1, 2, 3]));
      const { object } = await readOne(fleet, running);
      expect(await running.scale(change(object, 4, 2))).toEqual({ kind: "Written" });
      const after = await units(fleet, running, 2);
      expect(indices(after)).toEqual(new Set([0, 1]));
      expect(nodesOf(after)).toEqual(["n1", "n2"]);
    });
  });
});

const SETS = kind("disaggregatedset.x-k8s.io/v1", "DisaggregatedSet", "HighestIndex");
const SCALED = kind("keda.sh/v1alpha1", "ScaledObject", "Any");
