import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installChart } from "../support/chart.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { openProcessGroup, type ProcessGroup } from "../support/control-plane/process-group.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../support/crds/foreign-kinds.ts";
import { startController, residentMb, type ControllerProcess } from "../support/cluster-world/controller-process.ts";
import { applicationsOf, NAMESPACE, type Mistake } from "../support/cluster-world/refused-fleets.ts";
import { answering, startStub } from "../adapters/prometheus/stub-server.ts";
import { writeFileSync } from "node:fs";

const missing = controlPlaneOrSkip(["helm"]);
describe.skipIf(missing !== "")(`refusals ${missing}`, () => {
  let plane: ControlPlane; let group: ProcessGroup; let controller: ControllerProcess;
  beforeAll(async () => {
    plane = await startControlPlane();
    group = openProcessGroup("controller");
    await plane.apply(COREWEAVE_NODE_POOL);
    for (const n of [NAMESPACE, "elsewhere"]) await plane.mustKubectl(["create", "namespace", n]);
    await installChart(plane, '--set-json=rbac.prometheusSecretNamespaces=["agents"]');
    await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  });
  afterAll(async () => { await group?.stop(); await plane?.stop(); });
  it("explores", async () => {
    const p401 = await startStub((r, res) => { res.writeHead(401).end(`no entry for ${r.headers.authorization}`); });
    const p404 = await startStub(answering(404, "404 page not found"));
    const p500 = await startStub(answering(500, "boom"));
    const html = await startStub(answering(200, "<html><title>Sign in</title></html>"));
    const silent = await startStub(() => undefined);
    const empty = await startStub(answering(200, '{"status":"success","data":{"resultType":"vector","result":[]}}'));
    const prom = (url: string, secret?: string) => ({ racks: {min: 1, max: 4}, signals: { scrapeInterval: "1s", matchers: { job: "x" }, prometheus: { url, ...(secret ? { secretRef: { name: secret } } : {}) } } });
    await plane.apply({ apiVersion: "v1", kind: "Secret", metadata: { name: "prom", namespace: NAMESPACE }, stringData: { token: "canary-4f1d" } });
    const mistakes: readonly Mistake[] = [
      { app: "healthy", pool: { limits: { maxRacks: 4, maxDraining: 1, maxRequestsPerHour: 10 } } },
      { app: "autoscaled", count: { targetRacks: 1, autoscaling: true } },
      { app: "nodes20", count: { targetNodes: 20 } },
      { app: "both", count: { targetNodes: 18, targetRacks: 1 } },
      { app: "argo", countManager: "argocd-controller" },
      { app: "flux", countManager: "kustomize-controller" },
      { app: "nobackend", count: null },
      { app: "unproven", pool: { backend: { kind: "coreweave", name: "gb200-unproven" } } },
      { app: "nobudget", pool: { supply: { kind: "Reserved", committedRacks: 1 } }, fleet: { budget: { usdPerDay: "1000" } } },
      { app: "unlisted", pool: { consumers: [] } },
      { app: "stranger", count: null, fleet: { pools: [{ name: "gb200-healthy" }] } },
      { app: "nopool", count: null, fleet: { pools: [{ name: "gb200-absent" }] } },
      { app: "p401", count: { targetRacks: 3 }, fleet: prom(p401.url, "prom") },
      { app: "p404", count: { targetRacks: 3 }, fleet: prom(p404.url) },
      { app: "p500", count: { targetRacks: 3 }, fleet: prom(p500.url) },
      { app: "html", count: { targetRacks: 3 }, fleet: prom(html.url) },
      { app: "silent", count: { targetRacks: 3 }, fleet: prom(silent.url) },
      { app: "down", count: { targetRacks: 3 }, fleet: prom("http://127.0.0.1:9") },
      { app: "nosecret", count: { targetRacks: 3 }, fleet: prom(empty.url, "absent") },
      { app: "elsewhere", namespace: "elsewhere", count: { targetRacks: 3 }, fleet: prom(empty.url, "prom") },
    ];
    for (const m of mistakes) for (const { manager, objects } of applicationsOf(m)) {
      const r = await plane.kubectl(["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }) });
      if (r.code !== 0) console.log(m.app, r.stderr);
    }
    controller = await startController({ plane, group, identity: "c1", prometheusUrl: empty.url, decisionLog: `${group.dir}/d.jsonl` });
    const out: string[] = [];
    try {
    await untilTrue("healthy growth", async () => {
      if (controller.daemon.ended()) throw new Error("ended " + controller.daemon.ended());
      return (await plane.mustKubectl(["get", "nodepool", "gb200-healthy", "-o", "jsonpath={.spec.targetRacks}"])) === "2" });
    } catch (e) { out.push(String(e)); }
    await new Promise(r => setTimeout(r, 25000));
    const show = async (...a: string[]) => { const r = await plane.kubectl(a); out.push(`$ ${a.join(" ")}`, r.stdout, r.stderr); };
    await show("get", "nodepools", "-o", "custom-columns=N:.metadata.name,G:.metadata.generation,S:.spec,M:.metadata.managedFields[*].manager");
    await show("get", "rackpools,inferencefleets,scaledecisions", "-A");
    await show("get", "rackpools,inferencefleets", "-A", "-o", "jsonpath={range .items[*]}{.kind} {.metadata.name} reason={.status.reason} {range .status.conditions[*]}\n    {.type}={.status} {.reason}: {.message}{end}\n{end}");
    await show("get", "events", "-A", "-o", "custom-columns=NS:.metadata.namespace,O:.involvedObject.kind,N:.involvedObject.name,T:.type,R:.reason,M:.message");
    out.push(`rss ${residentMb(controller.daemon.pid)}`);
    out.push(await (await fetch(controller.url + "/metrics")).text());
    out.push(group.lastLogLines(Infinity));
    writeFileSync("/tmp/explore.txt", out.join("\n"));
    for (const s of [p401, p404, p500, html, silent, empty]) await s.stop();
  });
});
