import { afterAll, beforeAll, describe, it } from "vitest";
import { installChart } from "../support/chart.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { openProcessGroup, type ProcessGroup } from "../support/control-plane/process-group.ts";
import { COREWEAVE_NODE_POOL } from "../support/crds/foreign-kinds.ts";
import { startController, residentMb, type ControllerProcess } from "../support/cluster-world/controller-process.ts";
import { applicationsOf, NAMESPACE, type Mistake } from "../support/cluster-world/refused-fleets.ts";
import { answering, startStub } from "../adapters/prometheus/stub-server.ts";
import { writeFileSync } from "node:fs";

describe(`crash`, () => {
  let plane: ControlPlane; let group: ProcessGroup; let controller: ControllerProcess;
  beforeAll(async () => {
    plane = await startControlPlane();
    group = openProcessGroup("controller");
    await plane.apply(COREWEAVE_NODE_POOL);
    for (const n of [NAMESPACE]) await plane.mustKubectl(["create", "namespace", n]);
    await installChart(plane, '--set-json=rbac.prometheusSecretNamespaces=["agents"]');
    await plane.mustKubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  });
  afterAll(async () => { await group?.stop(); await plane?.stop(); });
  it("explores", async () => {
    const empty = await startStub((r, res) => { res.end(`{"status":"success","data":{"resultType":"${r.path.endsWith("range") ? "matrix" : "vector"}","result":[]}}`); });
    const out: string[] = [];
    const apply = async (m: Mistake) => { for (const { manager, objects } of applicationsOf(m)) {
      const r = await plane.kubectl(["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }) });
      if (r.code !== 0) out.push(m.app + " " + r.stderr);
    } };
    await apply({ app: "healthy", pool: { limits: { maxRacks: 4, maxDraining: 1, maxRequestsPerHour: 10 } } });
    const workload = (target: object) => ({ workloads: [{ name: "engine", target, unit: { gpus: 8 }, unitsPerRack: 8 }] });
    const mistakes: readonly Mistake[] = [
      { app: "feb30", fleet: { schedule: [{ name: "launch", start: "2026-02-30T10:00:00", for: "1h", floorRacks: 2 }] } },
      { app: "feb30b", fleet: { schedule: [{ name: "launch", start: "2026-12-30T10:00:00", for: "1h", floorRacks: 2, timeZone: "Mars/Phobos" }] } },
      { app: "forbidden", fleet: workload({ apiVersion: "apps/v1", kind: "ReplicaSet", name: "x" }) },
      { app: "clusterkind", fleet: workload({ apiVersion: "v1", kind: "Node", name: "x" }) },
      { app: "nogroup", fleet: workload({ apiVersion: "nope.dev/v1", kind: "Nope", name: "x" }) },
      { app: "badsel", fleet: { signals: { matchers: { "a-b": "x" } } } },
      { app: "profile", fleet: { model: { name: "m", profile: "nobody-knows" } } },
    ];
    controller = await startController({ plane, group, identity: "c1", prometheusUrl: empty.url, decisionLog: `${group.dir}/d.jsonl` });
    const log = () => group.lastLogLines(Infinity).split("\n");
    let seen = 0;
    const wait = (s: number) => new Promise(r => setTimeout(r, s * 1000));
    await wait(8);
    for (const m of mistakes) {
      await apply(m);
      await wait(6);
      const h = await controller.fleets().catch((e) => ({ error: String(e), fleets: [] as any[] }));
      const all = log();
      out.push(`=== ${m.app} ended=${controller.daemon.ended()} healthy age=${Date.now() / 1000 - (h.fleets.find((f) => f.fleet === "agents/healthy")?.atSeconds ?? 0)}`, ...all.slice(seen).slice(0, 12));
      out.push((await plane.mustKubectl(["get", "inferencefleet", m.app, "-n", NAMESPACE, "-o", "jsonpath={range .status.conditions[*]}\n    {.type}={.status} {.reason}: {.message}{end}"])));
      seen = all.length;
      await plane.mustKubectl(["delete", "inferencefleet", m.app, "-n", NAMESPACE]);
      await wait(2);
    }
    out.push(`rss ${residentMb(controller.daemon.pid)}`, (await fetch(controller.url + "/healthz")).status + " healthz");
    out.push(...log().slice(seen));
    writeFileSync("/tmp/crash.txt", out.join("\n"));
    await empty.stop();
  });
});
