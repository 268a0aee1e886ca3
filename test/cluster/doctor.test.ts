/**
 * `doctor` on a real API server and Prometheus: a cluster that is well has no finding, and every
 * mistake that is put into it is found, with its place and what to do.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isReading } from "../../src/adapters/cluster-survey/read-only.ts";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import type { Transport } from "../../src/adapters/kubernetes/transport.ts";
import { examineCluster } from "../../src/cli/doctor-cluster.ts";
import { decodeDoctorFlags } from "../../src/cli/doctor-flags.ts";
import { examinationText } from "../../src/cli/doctor-text.ts";
import { customResourceDefinitions } from "../../src/config/crd.ts";
import { ENGINE_PROFILES } from "../../src/core/profiles/engine-profiles.ts";
import type { Examination } from "../../src/studies/doctor/doctor.ts";
import { installChart, RELEASE_NAMESPACE } from "../support/chart.ts";
import {
  IN_GIT,
  MACHINE_HEALTH_CHECK,
  MISTAKES,
  WELL,
} from "../support/cluster-world/doctor-world.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../support/crds/foreign-kinds.ts";
import { MACHINE_API } from "../support/crds/machine-api.ts";
import { startVllmExporter, type VllmExporter } from "../support/vllm-exporter/exporter.ts";
import { capacityOf } from "../support/vllm-exporter/replica.ts";

const missing = controlPlaneOrSkip(["helm", "prometheus"]);

describe.skipIf(missing !== "")(`doctor on a real cluster ${missing}`, () => {
  let plane: ControlPlane;
  let connection: KubeConnection;
  let exporter: VllmExporter;
  let prometheus: PrometheusServer;
  /** Requests that would change something; a real one is not let through. */
  const writes: string[] = [];

  const guarded: Transport = (request) => {
    if (isReading(request)) return connection.transport(request);
    writes.push(`${request.method} ${request.path}`);
    return Promise.reject(new Error("doctor tried to write"));
  };
  const examine = (
    options: Readonly<Record<string, string>> = {},
    transport = guarded,
  ): Promise<Examination> => {
    const flags = {
      leaseName: "breakwater",
      namespace: RELEASE_NAMESPACE,
      serviceAccount: `${RELEASE_NAMESPACE}/breakwater`,
      prometheusUrl: prometheus.url,
      ...options,
    };
    return examineCluster(decodeDoctorFlags(flags), { transport, namespace: "default" });
  };
  const problems = ({ findings }: Examination) =>
    findings.filter(({ severity }) => severity !== "ok");

  beforeAll(async () => {
    plane = await startControlPlane({ controllerManager: true, users: { olga: [] } });
    connection = connect(plane.adminKubeconfig);
    exporter = await startEngines();
    const scrapeTargets = exporter.targets({ job: "well", slots: 2 });
    prometheus = await startPrometheus({ scrapeIntervalSeconds: 1, scrapeTargets });
    const settings = ["crds.install=false", "admissionPolicies.install=false"];
    const rights = "rbac.manageWorkloads=true";
    await installChart(plane, ...[...settings, rights].map((setting) => `--set=${setting}`));
    const theirs = [COREWEAVE_NODE_POOL, MACHINE_HEALTH_CHECK, ...MACHINE_API];
    await plane.apply(...customResourceDefinitions(), ...theirs);
    await plane.mustKubectl([
      "wait",
      "--for=condition=Established",
      "--timeout=30s",
      "crd",
      "--all",
    ]);
    for (const name of ["agents", "infra"]) await plane.mustKubectl(["create", "namespace", name]);
    await plane.apply(...WELL);
    await untilTrue("the engines' pods", async () => {
      const pods = await plane.mustKubectl(["get", "pods", "-n", "agents", "-o", "name"]);
      return pods.split("\n").length > 2 || pods;
    });
    await untilTrue("first tokens in Prometheus", () => served(prometheus.url));
  });
  afterAll(async () => {
    await connection?.close();
    await prometheus?.stop();
    await exporter?.stop();
    await plane?.stop();
  });

  it("finds nothing where all is well", async () => {
    const examination = await examine();
    expect(problems(examination)).toEqual([]);
    expect(examination.counts).toMatchObject({ blocker: 0, warning: 0 });
    expect(examination.findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "access",
        "objects",
        "pool-objects",
        "domains",
        "gpus",
        "workloads",
        "budgets",
        "eject",
        "signals",
      ]),
    );
  });

  it("says what it may not read, when it is run by somebody without rights", async () => {
    const asOlga = connect(plane.kubeconfig("olga"));
    const olgas = await examine(
      { serviceAccount: `${RELEASE_NAMESPACE}/nobody` },
      asOlga.transport,
    );
    await asOlga.close();
    expect(problems(olgas).map(({ where, severity }) => [where, severity])).toEqual(
      expect.arrayContaining([
        ["RackPools and InferenceFleets", "blocker"],
        ["Nodes", "blocker"],
        ["Pods", "blocker"],
        ["RBAC", "warning"],
      ]),
    );
    expect(problems(olgas)[0]?.found).toMatch(
      /User "olga" cannot list resource "(rackpools|inferencefleets|fleetoverrides)"/,
    );
  });

  describe("with every mistake", () => {
    let broken: Examination;

    beforeAll(async () => {
      const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: IN_GIT });
      const manager = "--field-manager=argocd-controller";
      await plane.mustKubectl(["apply", "--server-side", manager, "-f", "-"], { stdin });
      await plane.apply(...MISTAKES);
      await untilTrue("the odd engines' pods", async () => {
        const selector = ["-l", "app=odd", "-o", "name"];
        const pods = await plane.mustKubectl(["get", "pods", "-n", "agents", ...selector]);
        return pods.split("\n").length > 2 || pods;
      });
      broken = await examine();
    });

    const expected: readonly (readonly [string, object])[] = [
      [
        "a right that is missing",
        {
          severity: "blocker",
          check: "access",
          where:
            `RBAC of ServiceAccount ${RELEASE_NAMESPACE}/breakwater: ` +
            "machinesets/scale.machine.openshift.io in namespace infra",
          found: "may not get, update, patch",
          fix: expect.stringContaining("rbac.scaleTargets"),
        },
      ],
      [
        "a count that Git owns",
        {
          severity: "blocker",
          check: "pool-objects",
          where: expect.stringContaining("gb200-odd spec.targetRacks"),
          found: "it owned by argocd-controller",
        },
      ],
      [
        "a pool's object that is not there",
        {
          severity: "blocker",
          check: "pool-objects",
          where: "RackPool gb200-gone spec.backend",
          found: expect.stringContaining("no compute.coreweave.com/v1alpha1 NodePool gb200-gone"),
        },
      ],
      [
        "17 of 18 nodes",
        { severity: "warning", check: "domains", found: "17 of 18 nodes in 1 domain: rack-17" },
      ],
      [
        "two racks under one label",
        { severity: "blocker", check: "domains", found: "36 nodes in 1 domain: rack-36" },
      ],
      [
        "a node without a domain",
        {
          severity: "warning",
          where: "RackPool gb200-odd spec.rack.domainKeys",
          found: expect.stringMatching(/^1 of 55 nodes without .*: gb200-odd-none-0$/),
        },
      ],
      [
        "a rack that spans pools",
        {
          severity: "blocker",
          check: "domains",
          found: "gb200-odd-rack-1-0 in NVLink domain rack-1, which is RackPool gb200-well's",
        },
      ],
      [
        "a node without GPUs",
        {
          severity: "warning",
          check: "gpus",
          found: "1 of 55 nodes with no allocatable GPUs: gb200-odd-rack-1-0",
        },
      ],
      [
        "a fleet that its pool does not list",
        { severity: "blocker", where: "InferenceFleet agents/odd spec.pools[0].name" },
      ],
      [
        "a threshold between two bounds",
        {
          severity: "blocker",
          where: "InferenceFleet agents/odd spec.objectives[0].threshold",
          fix: "threshold: 2.5s",
        },
      ],
      [
        "an autoscaler on a workload that we size",
        {
          severity: "blocker",
          check: "workloads",
          where: "InferenceFleet agents/odd spec.workloads[engine].manage",
          found: expect.stringContaining("HorizontalPodAutoscaler agents/odd"),
        },
      ],
      [
        "a workload that is not there",
        { severity: "blocker", check: "workloads", found: "no apps/v1 Deployment agents/deaf" },
      ],
      [
        "a label that no pod carries",
        {
          severity: "blocker",
          check: "eject",
          where: "InferenceFleet agents/odd spec.workloads[engine].eject.removePodLabel",
          found: expect.stringContaining("2 of 2 pods without breakwater.dev/route"),
        },
      ],
      [
        "a budget that lets nothing go",
        {
          severity: "blocker",
          check: "budgets",
          where: "PodDisruptionBudget agents/odd spec.maxUnavailable",
        },
      ],
      [
        "a MachineHealthCheck that deletes racks as they boot",
        {
          severity: "blocker",
          check: "timeouts",
          where: "MachineHealthCheck infra/gpus spec.nodeStartupTimeout (RackPool machines)",
          found: "600 s, the default: deletes nodes that still boot",
        },
      ],
      [
        "a Prometheus that does not answer",
        { severity: "blocker", where: "InferenceFleet agents/deaf spec.signals.prometheus" },
      ],
      [
        "matchers that no target has",
        {
          severity: "warning",
          where: "InferenceFleet agents/lost spec.signals.matchers",
          found: "no target exports vllm:num_requests_running with {job: nobody}",
        },
      ],
      [
        "two fleets that read the same series",
        {
          severity: "blocker",
          check: "matchers",
          where: "InferenceFleets agents/odd and agents/well spec.signals.matchers",
        },
      ],
    ];
    it.each(expected)("finds %s", (_what, finding) => {
      expect(problems(broken)).toEqual(expect.arrayContaining([expect.objectContaining(finding)]));
    });

    it("finds nothing wrong with what is well", () => {
      const about = problems(broken).filter(({ where }) => /well\b/.test(where));
      expect(about.map(({ check }) => check)).toEqual(["matchers"]);
    });

    it("has a fix for each, and fits a terminal of 100 columns", () => {
      expect(problems(broken).filter(({ fix }) => fix === "")).toEqual([]);
      const text = examinationText(broken, 100);
      expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
      expect(text.indexOf("BLOCKERS")).toBeLessThan(text.indexOf("WARNINGS"));
    });
  });

  it("has written nothing, nor tried to", () => {
    expect(writes).toEqual([]);
  });
});

async function startEngines(): Promise<VllmExporter> {
  const profile = ENGINE_PROFILES["test-small"];
  if (profile === undefined) throw new Error("the profile test-small is gone");
  const perReplica = capacityOf(profile, 8);
  const options = { seed: 1, replicas: 2, perReplica, modelName: "well", speed: 10 };
  const exporter = await startVllmExporter(options);
  exporter.setTurnsPerSecond(0.5);
  return exporter;
}

async function served(url: string): Promise<true | string> {
  const query = "sum(rate(vllm:time_to_first_token_seconds_count[60s])) > 0";
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const text = await answer.text();
  return text.includes('"value"') || text;
}
