import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { CHART_DIR, CONTROLLER, helm, installChart, RELEASE_NAMESPACE } from "../support/chart.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import {
  type Raw,
  rawDecision,
  rawFleet,
  rawMove,
  rawOverride,
  rawPool,
} from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["helm"]);
const CRDS = ["rackpools", "inferencefleets", "scaledecisions", "fleetoverrides"];
const EXAMPLES = join(import.meta.dirname, "..", "..", "docs", "examples");
const MANIFESTS = join(import.meta.dirname, "..", "..", "manifests");

const COUNT_STAYS =
  "spec.direction: Invalid value: Out raises the count, In lowers it, the others leave it";
const KARPENTER = { apiVersion: "karpenter.sh/v1", kind: "NodePool" };

describe.skipIf(missing !== "")(`CRDs and chart on a real API server ${missing}`, () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    // The controller manager type-checks the expressions of admission policies.
    plane = await startControlPlane({ controllerManager: true });
    await installChart(plane, "--set=admissionPolicies.install=false");
    const names = CRDS.map((plural) => `crd/${plural}.breakwater.dev`);
    await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=30s", ...names]);
    await plane.mustKubectl(["create", "namespace", "agents"]);
  });
  afterAll(() => plane?.stop());

  const accepts = async (object: object): Promise<string> => {
    const stdin = JSON.stringify(object);
    const args = ["create", "--dry-run=server", "--output=json", "-f", "-"];
    const { code, stdout, stderr } = await plane.kubectl(args, { stdin });
    return code === 0 ? stdout : stderr;
  };

  describe("the chart", () => {
    it("passes lint without a warning", async () => {
      const report = await helm(plane, "lint", CHART_DIR, "--strict");
      expect(report).toContain("1 chart(s) linted, 0 chart(s) failed");
    });

    it.each([
      ["a value that does not exist", "replicas=3", "additional properties 'replicas' not allowed"],
      ["no replica", "replicaCount=0", "replicaCount"],
      ["a tick that is no duration", "controller.tick=soon", "controller/tick"],
      ["a Secret by no name", "controller.prometheusSecrets.ca=Prom_CA", "prometheusSecrets/ca"],
      ["a Prometheus that is no address", "controller.prometheusUrl=prom:9090", "prometheusUrl"],
    ])("refuses %s, naming it", async (_name, setting, expected) => {
      const rendered = helm(plane, "template", "breakwater", CHART_DIR, `--set=${setting}`);
      await expect(rendered).rejects.toThrow(expected);
    });

    describe("asks the default Prometheus", () => {
      const rendered = async (...settings: readonly string[]) => {
        const only = "--show-only=templates/deployment.yaml";
        const chosen = settings.map((setting) => `--set=controller.${setting}`);
        const text = await helm(plane, "template", "b", CHART_DIR, only, ...chosen);
        const [deployment] = parseAllDocuments(text).map(toPlain);
        const server = await accepts(Object(deployment));
        const { volumes = [], containers } = JSON.parse(server).spec.template.spec;
        const [{ env, volumeMounts = [] }] = containers;
        const ours = ({ name }: { name: string }) => name === "prometheus";
        const files = env.filter(({ name }: { name: string }) => name.endsWith("_FILE"));
        return { files, mounts: volumeMounts.filter(ours), volumes: volumes.filter(ours) };
      };
      const at = "/etc/breakwater/prometheus";
      const fileOf = (name: string, key: string) => ({
        name: `BREAKWATER_PROMETHEUS_${name}_FILE`,
        value: `${at}/${key}`,
      });
      const mounted = (name: string, ...keys: readonly string[]) => ({
        secret: { name, items: keys.map((key) => ({ key, path: key })) },
      });

      it("without files where no Secret is named", async () => {
        expect(await rendered()).toEqual({ files: [], mounts: [], volumes: [] });
      });

      it.each([
        ["token", "token", [fileOf("TOKEN", "token")], mounted("prom", "token")],
        ["ca", "an authority", [fileOf("CA", "ca.crt")], mounted("prom", "ca.crt")],
        [
          "client",
          "a certificate of its own",
          [fileOf("CERT", "tls.crt"), fileOf("KEY", "tls.key")],
          mounted("prom", "tls.crt", "tls.key"),
        ],
      ])("by the Secret %s: %s", async (value, _what, files, source) => {
        const found = await rendered(`prometheusSecrets.${value}=prom`, "decisionLog=");
        expect(found.files).toEqual(files);
        expect(found.mounts).toEqual([{ name: "prometheus", mountPath: at, readOnly: true }]);
        expect(found.volumes).toMatchObject([{ projected: { sources: [source] } }]);
      });

      it("by several Secrets, beside the decision log", async () => {
        const found = await rendered("prometheusSecrets.ca=one", "prometheusSecrets.client=two");
        expect(found.files).toHaveLength(3);
        const sources = [mounted("one", "ca.crt"), mounted("two", "tls.crt", "tls.key")];
        expect(found.volumes).toMatchObject([{ projected: { sources } }]);
      });
    });

    it("leaves the kinds out on request, and marks them to stay when it is removed", async () => {
      const rendered = await helm(plane, "template", "b", CHART_DIR, "--set=crds.install=false");
      expect(rendered).not.toContain("kind: CustomResourceDefinition");
      const crd = await plane.mustKubectl(["get", "crd/rackpools.breakwater.dev", "-o", "yaml"]);
      expect(crd).toContain("helm.sh/resource-policy: keep");
    });

    it("renders to the manifests, which apply on their own", async () => {
      const file = join(MANIFESTS, "breakwater.yaml");
      const release = ["breakwater", CHART_DIR, `--namespace=${RELEASE_NAMESPACE}`];
      const rendered = await helm(plane, "template", ...release);
      const inFile = parseAllDocuments(readFileSync(file, "utf8")).map(toPlain);
      expect(inFile.slice(1)).toEqual(parseAllDocuments(rendered).map(toPlain));
      const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", file];
      const applied = await plane.mustKubectl(args);
      expect(applied).toContain("deployment.apps/breakwater serverside-applied");
    });

    const rights: readonly (readonly [string, Raw, boolean])[] = [
      ["approve", { verb: "approve", group: "breakwater.dev", resource: "scaledecisions" }, false],
      ["configure", { verb: "configure", group: "breakwater.dev", resource: "rackpools" }, false],
      ["read secrets", { verb: "get", resource: "secrets" }, false],
      ["delete pods", { verb: "delete", resource: "pods" }, false],
      ["evict pods", { verb: "create", resource: "pods", subresource: "eviction" }, true],
      ["cordon nodes", { verb: "patch", resource: "nodes" }, true],
      [
        "patch NodePools",
        { verb: "patch", group: "compute.coreweave.com", resource: "nodepools" },
        true,
      ],
      [
        "hold a lease elsewhere",
        { verb: "update", group: "coordination.k8s.io", resource: "leases" },
        false,
      ],
      [
        "hold another's lease beside its own",
        {
          verb: "update",
          group: "coordination.k8s.io",
          resource: "leases",
          name: "other",
          namespace: RELEASE_NAMESPACE,
        },
        false,
      ],
      [
        "hold its lease",
        {
          verb: "update",
          group: "coordination.k8s.io",
          resource: "leases",
          name: "breakwater",
          namespace: RELEASE_NAMESPACE,
        },
        true,
      ],
    ];
    it.each(rights)("the controller's right to %s", async (_name, question, allowed) => {
      const stdin = JSON.stringify({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user: CONTROLLER, resourceAttributes: { namespace: "agents", ...question } },
      });
      const answer = await plane.mustKubectl(["create", "-o", "json", "-f", "-"], { stdin });
      expect(JSON.parse(answer)).toMatchObject({ status: { allowed } });
    });

    it("binds the counts of workloads where the values say so only", async () => {
      const only = "--show-only=templates/controller-rbac.yaml";
      const render = async (manage: boolean) => {
        const chosen = `--set=rbac.manageWorkloads=${manage}`;
        const rendered = await helm(plane, "template", "b", CHART_DIR, only, chosen);
        return JSON.stringify(parseAllDocuments(rendered).map(toPlain));
      };
      const rights = [
        '"resources":["statefulsets/scale"],"verbs":["update","patch"]',
        '"resources":["disaggregatedsets"],"verbs":["patch"]',
        '"resources":["horizontalpodautoscalers"],"verbs":["list"]',
        '"resources":["scaledobjects"],"verbs":["list"]',
        '"resources":["pods"],"verbs":["patch"]',
      ];
      const [given, held] = [await render(true), await render(false)];
      expect(rights.filter((right) => !given.includes(right))).toEqual([]);
      expect(rights.filter((right) => held.includes(right))).toEqual([]);
    });

    it("binds scale targets and credentials where the values say so only", async () => {
      const only = "--show-only=templates/controller-rbac.yaml";
      const targets = '--set-json=rbac.scaleTargets=[{"apiGroup":"a.dev","resource":"things"}]';
      const secrets = '--set-json=rbac.prometheusSecretNamespaces=["agents"]';
      const fields = '--set-json=rbac.fieldTargets=[{"apiGroup":"b.dev","resource":"pools"}]';
      const chosen = [targets, fields, secrets];
      const rendered = await helm(plane, "template", "b", CHART_DIR, only, ...chosen);
      const documents = parseAllDocuments(rendered).map(toPlain);
      expect(JSON.stringify(documents)).toContain(
        '"apiGroups":["b.dev"],"resources":["pools"],"verbs":["get","list","patch"]',
      );
      expect(JSON.stringify(documents)).toContain(
        '"resources":["things/scale"],"verbs":["get","update","patch"]',
      );
      expect(JSON.stringify(documents)).not.toMatch(/cluster\.x-k8s\.io|karpenter\.sh/);
      const named = documents.filter((one) => JSON.stringify(one).includes("prometheus-secrets"));
      expect(named).toMatchObject([
        { kind: "ClusterRole", rules: [{ resources: ["secrets"], verbs: ["get"] }] },
        { kind: "RoleBinding", metadata: { namespace: "agents" } },
      ]);
    });

    it.each([
      ["clusterApi=true", '"resources":["machines"],"verbs":["get","list","patch"]'],
      ["karpenter=true", '"resources":["nodeclaims"],"verbs":["get","list"]'],
      [
        'machineTargets=[{"apiGroup":"machine.openshift.io","resource":"machines"}]',
        '"apiGroups":["machine.openshift.io"],"resources":["machines"]',
      ],
    ])("lets racks be given back by %s", async (value, rule) => {
      const only = "--show-only=templates/controller-rbac.yaml";
      const rendered = await helm(
        plane,
        "template",
        "b",
        CHART_DIR,
        only,
        `--set-json=rbac.${value}`,
      );
      const documents = parseAllDocuments(rendered).map(toPlain);
      expect(JSON.stringify(documents)).toContain(rule);
    });
  });

  describe("accepted", () => {
    it("the examples, with printer columns and short names", async () => {
      await plane.mustKubectl(["apply", "--server-side", "-f", EXAMPLES]);
      const pools = await plane.mustKubectl(["get", "rpool"]);
      expect(pools).toMatch(/NAME\s+DESIRED\s+SERVING\s+DRAINING\s+MAX\s+READY\s+REASON\s+AGE/);
      const fleets = await plane.mustKubectl(["get", "ifleet", "-n", "agents"]);
      expect(fleets).toMatch(/WANT\s+HELD\s+SERVING\s+DOING\s+WHY\s+HIT-RATE\s+READY\s+AGE/);
      const overrides = await plane.mustKubectl(["get", "fover", "-n", "agents"]);
      expect(overrides).toMatch(/inc-4711\s+coder\s+false\s+true\s+10\s+2026-12-02T06:00:00Z/);
    });

    it("the least that is required, with the defaults visible", async () => {
      expect(JSON.parse(await accepts(rawPool()))).toMatchObject({
        spec: {
          rack: { nodes: 18, usableNodes: 16, gpusPerNode: 4 },
          limits: { maxRacks: 8, maxDraining: 1, maxRequestsPerHour: 2 },
          leadTimePrior: { boot: { p50: "27m", p95: "45m" } },
          onForeignWrite: { action: "Hold", for: "2h" },
        },
      });
      expect(JSON.parse(await accepts(rawFleet({}, "least")))).toMatchObject({
        spec: {
          mode: { scaleOut: "Shadow", scaleIn: "Shadow" },
          racks: { min: 1, max: 8 },
          behavior: { reviewInterval: "60s" },
          drain: { deadline: "45m", onDeadline: "Cancel" },
          signals: { profile: "vllm", scrapeInterval: "15s" },
        },
      });
      expect(JSON.parse(await accepts(rawOverride()))).toMatchObject({
        spec: { pause: { out: true, in: false } },
      });
      expect(JSON.parse(await accepts(rawDecision()))).toMatchObject({
        spec: { approvals: [], victimNodeUIDs: [] },
      });
    });

    it("an eject label that finds no pods, also one that finds objects", async () => {
      const key = "breakwater.dev/route";
      const eject = { removePodLabel: { key } };
      const engine = { unit: { gpus: 8 }, unitsPerRack: 8, eject };
      const sets = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };
      const layout = "ObjectPerRack";
      const workloads = [
        { name: "pods", target: { selector: { app: "a" } }, ...engine },
        { name: "sets", target: { ...sets, selector: { [key]: "a" } }, layout, ...engine },
      ];
      const ejecting = rawFleet({ workloads }, "ejecting");
      expect(JSON.parse(await accepts(ejecting))).toMatchObject({ spec: { workloads } });
    });

    it("seconds wherever a duration is", async () => {
      const spec = { behavior: { reviewInterval: 5 }, drain: { deadline: 90 } };
      expect(JSON.parse(await accepts(rawFleet(spec, "fast")))).toMatchObject({ spec });
    });

    it("a decision's status as the controller writes it, seen in kubectl", async () => {
      await plane.apply(rawDecision());
      const status = {
        phase: "Executing",
        phaseSince: "2026-12-01T18:00:01Z",
        reason: { code: "count-written", text: "The provider accepted the new count." },
        evidence: { attainmentIfDone: "0.995", attainmentIfNot: "0.91", cacheCause: "none" },
        racks: { asked: 6, accepted: 6, serving: 4 },
      };
      const patch = ["--subresource=status", "--type=merge", `-p=${JSON.stringify({ status })}`];
      await plane.mustKubectl(["patch", "sdec/gb200-a-out-1", "-n", "agents", ...patch]);
      const table = await plane.mustKubectl(["get", "sdec", "-n", "agents"]);
      expect(table).toMatch(
        /gb200-a-out-1\s+coder\s+Out\s+4\s+6\s.*0\.995\s+0\.91\s+Executing\s+2\s/,
      );
    });
  });

  describe("refused, naming the field", () => {
    const backend = {
      kind: "scale",
      target: { apiVersion: "apps/v1", kind: "Deployment", name: "a" },
      countPerRack: 18,
      nodeLabels: { pool: "a" },
    };
    const fleet = { namespace: "agents", name: "coder" };
    const objective = { name: "a", metric: "TTFT", threshold: "1s", share: "0.99" };
    const block = { from: "2026-12-02T00:00:00Z", until: "2026-12-01T00:00:00Z", racks: 1 };
    const workload = { name: "a", unit: { gpus: 8 }, unitsPerRack: 8 };
    const pods = { selector: { app: "a" } };
    const byRoute = { "breakwater.dev/route": "on" };
    const byRouteLabel = { removePodLabel: { key: "breakwater.dev/route" } };
    const consent = (fromRacks: number, toRacksAtMost: number) => ({
      pool: "gb200-a",
      fromRacks,
      toRacksAtMost,
      actBefore: "2026-12-01T19:00:00Z",
    });
    /** Valid but for its taker. */
    const takenBy = (
      direction: string,
      to = 4,
    ): readonly [string, (spec: Raw) => object, Raw, string] => [
      `direction ${direction} with a taker`,
      rawMove,
      { direction, rack: direction === "Out" ? undefined : "r1", consent: consent(4, to) },
      "spec.taker: Invalid value: a Move names its taker, and nothing else does",
    ];
    const launch = { name: "a", start: "2026-12-01T18:00:00", for: "6h", floorRacks: 8 };
    const cases: readonly (readonly [string, (spec: Raw) => object, Raw, string])[] = [
      ["pool without limit", rawPool, { limits: {} }, "spec.limits.maxRacks: Required"],
      ["unknown backend", rawPool, { backend: { kind: "terraform" } }, "spec.backend.kind"],
      [
        "unnamed NodePool",
        rawPool,
        { backend: { kind: "coreweave" } },
        "kind coreweave needs name",
      ],
      ["scale without labels", rawPool, { backend: { ...backend, nodeLabels: {} } }, "nodeLabels"],
      [
        "Karpenter by its scale",
        rawPool,
        { backend: { ...backend, target: { ...backend.target, ...KARPENTER } } },
        "take kind karpenter, with the NodePool's name",
      ],
      [
        "two drains at once",
        rawPool,
        { limits: { maxRacks: 8, maxDraining: 2 } },
        "spec.limits.maxDraining: Invalid value: a pool drains one rack at a time",
      ],
      ["half a rack", rawPool, { backend: { ...backend, countPerRack: 9 } }, "countPerRack"],
      ["usable above all", rawPool, { rack: { nodes: 9 } }, "spec.rack.usableNodes"],
      ["commitment on spot", rawPool, { supply: { kind: "Spot", committedRacks: 1 } }, "committed"],
      ["empty calendar", rawPool, { supply: { kind: "Calendar" } }, "spec.supply.windows"],
      [
        "calendar backwards",
        rawPool,
        { supply: { kind: "Calendar", windows: [block] } },
        "spec.supply.windows[0].until",
      ],
      ["price as a number", rawPool, { price: { usdPerRackHour: 756 } }, "usdPerRackHour"],
      ["days", rawPool, { onForeignWrite: { for: "2d" } }, "spec.onForeignWrite.for"],
      [
        "guarantee above maximum",
        rawPool,
        { consumers: [{ fleet, guaranteed: 3, max: 2 }] },
        "spec.consumers[0].guaranteed",
      ],
      [
        "guarantees above the pool",
        rawPool,
        { limits: { maxRacks: 2 }, consumers: [{ fleet, guaranteed: 3, max: 3 }] },
        "the guarantees of all consumers together",
      ],
      [
        "a fleet twice",
        rawPool,
        {
          consumers: [
            { fleet, max: 1 },
            { fleet, max: 2 },
          ],
        },
        "a fleet may be listed once",
      ],
      ["minimum above maximum", rawFleet, { racks: { min: 3, max: 2 } }, "spec.racks.min"],
      ["unknown mode", rawFleet, { mode: { scaleOut: "Yolo" } }, "spec.mode.scaleOut"],
      ["no objective", rawFleet, { objectives: [] }, "spec.objectives"],
      [
        "share of all",
        rawFleet,
        { objectives: [{ ...objective, share: "1" }] },
        "spec.objectives[0].share",
      ],
      [
        "objectives of one name",
        rawFleet,
        { objectives: [objective, objective] },
        "spec.objectives[1]: Duplicate value",
      ],
      [
        "query in another unit",
        rawFleet,
        { signals: { overrides: [{ signal: "ttftP99", query: "x", unit: "ratio" }] } },
        "spec.signals.overrides[0].unit",
      ],
      [
        "workload nowhere",
        rawFleet,
        { workloads: [{ ...workload, target: {} }] },
        "spec.workloads[0].target",
      ],
      [
        "selector of everything",
        rawFleet,
        { workloads: [{ ...workload, target: { selector: {} } }] },
        "spec.workloads[0].target.selector",
      ],
      [
        "eject by what finds the pods",
        rawFleet,
        { workloads: [{ ...workload, target: { selector: byRoute }, eject: byRouteLabel }] },
        "spec.workloads[0].eject: Invalid value: target.selector finds the fleet's pods by this",
      ],
      [
        "eject by no label",
        rawFleet,
        { workloads: [{ ...workload, target: pods, eject: { removePodLabel: { key: "a b" } } }] },
        "spec.workloads[0].eject.removePodLabel.key",
      ],
      [
        "eject by nothing",
        rawFleet,
        { workloads: [{ ...workload, target: pods, eject: {} }] },
        "spec.workloads[0].eject.removePodLabel: Required value",
      ],
      [
        "workload in another namespace",
        rawFleet,
        { workloads: [{ ...workload, target: { ...backend.target, namespace: "other" } }] },
        'unknown field "spec.workloads[0].target.namespace"',
      ],
      ["floor and factor", rawFleet, { schedule: [{ ...launch, factor: "2" }] }, "schedule[0]"],
      ["budget as a number", rawFleet, { budget: { usdPerDay: 1 } }, "spec.budget.usdPerDay"],
      ["no approver", rawFleet, { confirm: [{ name: "a", approvers: 0 }] }, "approvers"],
      ["override without end", rawOverride, { until: undefined }, "spec.until: Required value"],
      ["end in words", rawOverride, { until: "tomorrow" }, "spec.until"],
      ["override of nothing", rawOverride, { pause: {} }, "nothing is overridden"],
      ["floor above ceiling", rawOverride, { floorRacks: 3, ceilingRacks: 2 }, "spec.floorRacks"],
      ["growth that lowers", rawDecision, { direction: "In", rack: "r1" }, "spec.direction"],
      ["growth of a named rack", rawDecision, { rack: "r1" }, "spec.rack"],
      [
        "a move to nobody",
        rawMove,
        { taker: undefined },
        "spec.taker: Invalid value: a Move names its taker, and nothing else does",
      ],
      [
        "a move to a fleet of no namespace",
        rawMove,
        { taker: { name: "chat" } },
        "spec.taker.namespace: Required value",
      ],
      takenBy("Out", 5),
      takenBy("In", 3),
      takenBy("Lend"),
      takenBy("Reclaim"),
      [
        "a move of no rack",
        rawMove,
        { rack: undefined },
        "spec.rack: Invalid value: Lend, Reclaim and Move name their rack",
      ],
      ["a move that buys", rawMove, { consent: consent(4, 5) }, COUNT_STAYS],
      ["a move that gives back", rawMove, { consent: consent(4, 3) }, COUNT_STAYS],
      [
        "a move that names objects to get a rack",
        rawMove,
        { objects: ["sub-1"] },
        "spec.objects: Invalid value: objects names one object for each rack",
      ],
    ];
    it.each(cases)("%s", async (_name, raw, spec, expected) => {
      expect(await accepts(raw(spec))).toContain(expected);
    });

    it("a move's fleets, rack and nodes once written", async () => {
      await plane.apply(rawMove());
      const change = async (spec: Raw) => {
        const patch = ["--type=merge", `-p=${JSON.stringify({ spec })}`];
        const { stderr } = await plane.kubectl([
          "patch",
          "sdec/gb200-a-move-1",
          "-n",
          "agents",
          ...patch,
        ]);
        return stderr;
      };
      const changes: readonly (readonly [string, Raw])[] = [
        ["taker", { taker: { name: "search" } }],
        ["taker", { taker: { namespace: "search" } }],
        ["taker", { taker: null }],
        ["fleet", { fleet: "search" }],
        ["rack", { rack: "r2" }],
        ["victimNodeUIDs", { victimNodeUIDs: ["n1"] }],
        ["direction", { direction: "In", consent: { toRacksAtMost: 3 } }],
      ];
      for (const [field, spec] of changes) {
        const said = `spec.${field}: Invalid value: ${field} is immutable`;
        expect(await change(spec), JSON.stringify(spec)).toContain(said);
      }
    });

    it("a decision's spec once written, but for a verdict added", async () => {
      await plane.apply(rawDecision({}, "gb200-a-out-2"));
      const change = async (spec: Raw) => {
        const patch = ["--type=merge", `-p=${JSON.stringify({ spec })}`];
        const args = ["patch", "sdec/gb200-a-out-2", "-n", "agents", ...patch];
        const { code, stderr } = await plane.kubectl(args);
        return code === 0 ? "accepted" : stderr;
      };
      const yes = { by: "alice", verdict: "Approve", reason: "ok" };
      expect(await change({ requiredApprovals: 1 })).toContain("spec.requiredApprovals");
      expect(await change({ consent: { toRacksAtMost: 9 } })).toContain("spec.consent");
      expect(await change({ drainDeadline: "2027-01-01T00:00:00Z" })).toContain("drainDeadline");
      expect(await change({ approvals: [yes] })).toBe("accepted");
      expect(await change({ approvals: [] })).toContain("not withdrawn");
      expect(await change({ approvals: [yes, yes] })).toContain("Duplicate value");
      expect(await change({ approvals: [yes, { ...yes, by: "bob" }] })).toBe("accepted");
      const no = { ...yes, verdict: "Reject", reason: "INC-4711" };
      expect(await change({ approvals: [no, { ...yes, by: "bob" }] })).toBe("accepted");
      expect(await change({ approvals: [yes, { ...yes, by: "bob" }] })).toContain("only a yes");
    });
  });

  describe("an upgrade", () => {
    it("brings policies in which no expression reads what the kinds lack", async () => {
      const release = ["breakwater", CHART_DIR, `--namespace=${RELEASE_NAMESPACE}`];
      await helm(plane, "upgrade", ...release, "--reset-values");
      await untilTrue("seven policies, type-checked", async () => {
        const policies = await policiesOf(plane);
        return (policies.length === 7 && policies.every(({ checked }) => checked)) || policies;
      });
      expect((await policiesOf(plane)).flatMap(({ warnings }) => warnings)).toEqual([]);
    });
  });
});

const toPlain = (document: { toJS(): unknown }): unknown => document.toJS();

interface PolicySeen {
  readonly checked: boolean;
  readonly warnings: readonly string[];
}

/** The policies with what the controller manager's type checker says of them. */
async function policiesOf(plane: ControlPlane): Promise<readonly PolicySeen[]> {
  const lines = '{range .items[*]}{.metadata.generation} {.status}{"\\n"}{end}';
  const args = ["get", "validatingadmissionpolicies", "-o", `jsonpath=${lines}`];
  const seen = (await plane.mustKubectl(args)).trim().split("\n");
  return seen
    .filter((line) => line !== "")
    .map((line) => ({
      checked: line.includes('"observedGeneration":'),
      warnings: line.includes("expressionWarnings") ? [line] : [],
    }));
}
