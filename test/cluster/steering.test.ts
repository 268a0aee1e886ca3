/**
 * People at the wheel while a GitOps tool sets everything back every second: questions that are
 * asked and announced, a stop of the whole cluster that holds, no fight about a count, and the
 * conflict by its name.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../src/adapters/kubernetes/decode.ts";
import type { GroupObservation } from "../../src/core/observation.ts";
import { RELEASE_NAMESPACE } from "../support/chart.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import {
  type ControllerProcess,
  startController,
} from "../support/cluster-world/controller-process.ts";
import { fleetObjects, poolName } from "../support/cluster-world/fleet-objects.ts";
import { type FleetWorld, startFleetWorld } from "../support/cluster-world/fleet-world.ts";
import { redecide } from "../support/cluster-world/redecide.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm", "prometheus", "node-24"]);
const NAMESPACE = "agents";
const APP = "alpha";
const POOL = poolName(APP);
/** The question that is open when the cluster is stopped. */
const ASKED = `${POOL}-out-2`;
const CANARY = "canary-of-the-webhook-secret";
const CANARY_PATH = "canary-of-the-webhook-path";
const REVERT_EVERY_MS = 1_000;

/** What Git says: growth must be confirmed, and the fleet wants three racks. */
const IN_GIT = fleetObjects({
  app: APP,
  namespace: NAMESPACE,
  maxRacks: 8,
  pool: {
    limits: { maxRacks: 8, maxDraining: 1, maxRequestsPerHour: 60 },
    onForeignWrite: { action: "Hold", for: "3s" },
  },
  fleet: { mode: { scaleOut: "Approve", scaleIn: "Auto" }, racks: { min: 3, max: 8 } },
});
const objectOf = (kind: string): Json => IN_GIT.find((object) => object["kind"] === kind) ?? {};

const overridesIn = ({ fleets }: GroupObservation): number =>
  fleets.flatMap(({ overrides }) => overrides).length;

describe.skipIf(missing !== "")(`people at the wheel ${missing}`, () => {
  let world: FleetWorld;
  let controller: ControllerProcess;
  let receiver: Server;
  const announced: string[] = [];
  const dir = mkdtempSync(join(tmpdir(), "breakwater-steering-"));

  beforeAll(async () => {
    world = await startFleetWorld([{ app: APP, quiet: 1 }], NAMESPACE);
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        announced.push(body);
        response.writeHead(204).end();
      });
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const address = receiver.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    writeFileSync(join(dir, "secret"), CANARY);
    for (const kind of ["RackPool", "InferenceFleet"]) await applyAs("argocd-controller", kind);
    controller = await startController({
      plane: world.plane,
      group: world.group,
      identity: "breakwater-0",
      prometheusUrl: world.prometheus.url,
      decisionLog: world.decisionLog,
      flags: [
        `--webhook-url=http://127.0.0.1:${port}/${CANARY_PATH}`,
        `--webhook-secret-file=${join(dir, "secret")}`,
      ],
    });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await world.everything());
  });
  afterAll(async () => {
    await world?.stop();
    receiver?.close();
    rmSync(dir, { recursive: true });
  });

  async function applyAs(manager: string, kind: string, object = objectOf(kind)): Promise<void> {
    const flags = ["--server-side", "--force-conflicts", `--field-manager=${manager}`];
    const stdin = JSON.stringify(object);
    await world.plane.mustKubectl(["apply", ...flags, "-f", "-"], { stdin });
  }

  const patch = (object: string, body: Json, ...flags: readonly string[]) =>
    world.plane.mustKubectl([
      "patch",
      object,
      "--type=merge",
      `-p=${JSON.stringify(body)}`,
      ...flags,
    ]);

  const command = (verb: string, ...args: readonly string[]) =>
    runCommand(verb, ...args, `--kubeconfig=${world.plane.adminKubeconfig}`);

  const phaseOf = (decision: string): Promise<string> => {
    const path = "jsonpath={.status.phase}";
    return world.plane.mustKubectl(["get", "sdec", decision, "-n", NAMESPACE, "-o", path]);
  };
  const decisions = async (): Promise<readonly string[]> => {
    const path = "jsonpath={range .items[*]}{.metadata.name} {.status.phase}{'\\n'}{end}";
    const listed = await world.plane.mustKubectl(["get", "sdec", "-A", "-o", path]);
    return listed.trim().split("\n");
  };
  const racks = async (): Promise<number> => (await world.nodePool(APP)).spec.targetRacks;
  const writers = async (): Promise<readonly string[]> => {
    const path = "jsonpath={.metadata.managedFields[*].manager}";
    const args = ["get", "nodepool", POOL, "--show-managed-fields", "-o", path];
    return (await world.plane.mustKubectl(args)).split(" ");
  };
  const reasons = async (): Promise<readonly string[]> => {
    const { fleets } = await controller.fleets();
    return fleets[0]?.reasons.map(({ code }) => code) ?? [];
  };
  /** So many more ticks were decided. */
  const ticks = async (count: number): Promise<void> => {
    const from = world.records().length;
    await untilTrue(`${count} ticks`, () => world.records().length >= from + count);
  };

  it("a growth waits for a person, who sees what it brings and what silence means", async () => {
    await untilTrue("the question", async () => (await phaseOf(`${POOL}-out-1`)) === "Pending");
    const shown = await command("approve", `${POOL}-out-1`, "-n", NAMESPACE, "--show");
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout).toContain(`Out for ${APP}, RackPool ${POOL}, from 1 to at most 3 racks.`);
    expect(shown.stdout).toMatch(/0 of 1 have approved; at .* it is dropped\./);
    const columns = await world.plane.mustKubectl(["get", "sdec", "-n", NAMESPACE]);
    expect(columns.split("\n")[0]?.split(/\s+/)).toEqual(
      expect.arrayContaining(["USD/H", "IF-DONE", "IF-NOT", "NEEDS", "EXPIRES", "UNANSWERED"]),
    );
  });

  it("and is announced to the webhook with its name", async () => {
    const asked = () => announced.map((body): Json => JSON.parse(body));
    await untilTrue("the announcement", () =>
      asked().some(({ type }) => type === "dev.breakwater.ask"),
    );
    const question = asked().find(({ type }) => type === "dev.breakwater.ask");
    expect(question).toMatchObject({
      specversion: "1.0",
      source: `/breakwater/${RELEASE_NAMESPACE}/breakwater`,
      data: { decision: `${POOL}-out-1`, reason: { code: "awaiting-approval" } },
    });
  });

  it("a question that nobody needs any more is taken back, and takes no yes", async () => {
    const needs = (min: number) =>
      patch(`ifleet/${APP}`, { spec: { racks: { min, max: 8 } } }, "-n", NAMESPACE);
    await needs(1);
    const first = `${POOL}-out-1`;
    await untilTrue("it to be taken back", async () => (await phaseOf(first)) === "Superseded");
    const late = await command("approve", first, "-n", NAMESPACE, "--reason=CHG-0");
    expect(late).toMatchObject({ status: 1, stderr: expect.stringContaining("is Superseded") });
    await needs(3);
    await untilTrue("the next question", async () => (await phaseOf(ASKED)) === "Pending");
  });

  it("one command stops the whole cluster: the question is withdrawn", async () => {
    const said = await command("pause", "--all", "-n", RELEASE_NAMESPACE, "--reason=INC-4711");
    expect(said).toMatchObject({ status: 0, stderr: "" });
    await untilTrue("it to be cancelled", async () => (await phaseOf(ASKED)) === "Cancelled");
    const told = world.records().find(({ observation }) => overridesIn(observation) > 0);
    expect(told?.decision.plan, "in the first tick that knows of it").toMatchObject([
      { kind: "SetPhase", intent: ASKED, phase: "Cancelled" },
    ]);
    await untilTrue("the pause to be shown", async () => (await reasons()).includes("paused"));
  });

  it("while Git is set back over everything the stop holds, and nobody fights", async () => {
    const reverting = new AbortController();
    const git = { ...objectOf("NodePool"), spec: { instanceType: "gb200-4x", targetRacks: 2 } };
    const reverts = revertUntil(reverting.signal, git);
    for (const count of [1, 4, 1]) {
      await patch(`nodepool/${POOL}`, { spec: { targetRacks: count } });
      await ticks(3);
    }
    await untilTrue("Git's count to be back", async () => (await racks()) === 2);
    reverting.abort();
    expect(await reverts).toBeGreaterThanOrEqual(3);
    expect(await writers()).not.toContain("breakwater");
    expect(await decisions()).toEqual([`${POOL}-out-1 Superseded`, `${ASKED} Cancelled`]);
    const { fleets } = await controller.fleets();
    expect(fleets[0]?.overrides.map(({ reason }) => reason)).toEqual(["INC-4711"]);
    const overrides = await command("override", "list", "-n", RELEASE_NAMESPACE);
    expect(overrides.stdout).toMatch(
      /stop-all-\S+ +\* +pause out and in +yes +\S+ +\S.* INC-4711$/m,
    );
    const columns = await world.plane.mustKubectl(["get", "fover", "-n", RELEASE_NAMESPACE]);
    expect(columns).toMatch(/^stop-all-\S+ +\* .* InForce +\S+ +INC-4711 /m);
  });

  async function revertUntil(stop: AbortSignal, nodePool: Json): Promise<number> {
    let times = 0;
    for (; !stop.aborted; times += 1) {
      await applyAs("argocd-controller", "NodePool", nodePool);
      for (const kind of ["RackPool", "InferenceFleet"]) await applyAs("argocd-controller", kind);
      await pause(REVERT_EVERY_MS);
    }
    return times;
  }

  it("names the conflict on the pool, in an event, and in a metric", async () => {
    const path = "jsonpath={.status.conditions[?(@.type=='Ready')]}";
    const ready = JSON.parse(await world.plane.mustKubectl(["get", "rackpool", POOL, "-o", path]));
    expect(ready).toMatchObject({ status: "False", reason: "PoolRefused" });
    expect(ready.message).toContain(
      "found it owned by argocd-controller, expected no GitOps owner",
    );
    const about = `type=Warning,involvedObject.kind=RackPool,involvedObject.name=${POOL}`;
    const flags = ["-A", `--field-selector=${about}`, "-o", "jsonpath={.items[*].message}"];
    expect(await world.plane.mustKubectl(["get", "events", ...flags])).toContain(
      "take the field out of Git",
    );
    const metrics = await (await fetch(`${controller.url}/metrics`)).text();
    expect(metrics).toMatch(
      new RegExp(
        `^breakwater_pool_holds_total{.*pool="${POOL}".*reason="pool-refused".*} [1-9]`,
        "m",
      ),
    );
    expect(metrics).toMatch(/^breakwater_fleet_overrides\{(?=.*override="pause-out").*\} 1$/m);
  });

  it("goes on after the stop once Git lets go of the count, with a new yes", async () => {
    expect(await command("resume", "--all", "-n", RELEASE_NAMESPACE)).toMatchObject({ status: 0 });
    await ticks(5);
    expect(await writers()).not.toContain("breakwater");
    // Whoever changes the count takes the field over; what Git says from now on leaves it out.
    for (const targetRacks of [1, 2]) {
      await patch(`nodepool/${POOL}`, { spec: { targetRacks } }, "--field-manager=on-call");
    }
    const spec = { instanceType: "gb200-4x" };
    await applyAs("argocd-controller", "NodePool", { ...objectOf("NodePool"), spec });
    expect(await racks()).toBe(2);
    // More than the provider may still have standing of the count that was set back.
    const wanted = { racks: { min: 6, max: 8 } };
    await patch(`ifleet/${APP}`, { spec: wanted }, "-n", NAMESPACE);
    const pending = async () => (await decisions()).find((each) => each.endsWith(" Pending"));
    // A question may give way to the next, with other numbers, while somebody answers it.
    await untilTrue("more racks", async () => {
      if ((await racks()) > 2) return true;
      const [name] = ((await pending()) ?? "").split(" ");
      if (name === "" || name === undefined) return decisions();
      const yes = await command("approve", name, "-n", NAMESPACE, "--reason=CHG-1");
      if (yes.status === 0) expect(yes.stdout).toContain("Approved by");
      return `${yes.stdout}${yes.stderr}`;
    });
    const confirmed = world.records().flatMap(({ decision }) => decision.plan);
    expect(confirmed).toContainEqual(
      expect.objectContaining({ kind: "SetCount", pool: POOL, from: 2 }),
    );
  });

  it("tells afterwards who stopped it and who said yes, with the versions", async () => {
    const log = await runCommand("audit", "list", world.decisionLog);
    expect(log).toMatchObject({ status: 0 });
    expect(log.stdout).toMatch(
      /^\S+ +\S+ +override +agents\/alpha +set stop-all-\S+: pause out, /m,
    );
    expect(log.stdout).not.toMatch(/^\S+ +\? +override +\S+ +set /m);
    expect(log.stdout).toMatch(
      new RegExp(
        `^\\S+ +\\S+ +verdict .*approved ${POOL}-out-\\d+: CHG-1 .*${POOL}-out-\\d+@2 `,
        "m",
      ),
    );
  });

  it("and comes out the same when decided again, on two majors of Node", () => {
    for (const result of redecide(world.decisionLog)) {
      expect(result).toMatchObject({ difference: null, withoutMemory: 0 });
      expect(result.redecided).toBeGreaterThan(20);
    }
  });

  it("shows no secret of the webhook in log, objects, records, metrics or API", async () => {
    const kinds =
      "inferencefleets,rackpools,scaledecisions,fleetoverrides,configmaps,events,leases";
    const paths = ["metrics", "api/v1/fleets", "api/v1/decisions", "api/v1/about"];
    const told = [
      await world.plane.mustKubectl(["get", kinds, "-A", "-o", "yaml"]),
      world.group.lastLogLines(Number.POSITIVE_INFINITY),
      readFileSync(world.decisionLog, "utf8"),
      ...announced,
    ];
    for (const path of paths) told.push(await (await fetch(`${controller.url}/${path}`)).text());
    expect(told.filter((each) => each.includes(CANARY) || each.includes(CANARY_PATH))).toEqual([]);
    const metrics = told.find((each) => each.includes("breakwater_webhook_events_total")) ?? "";
    expect(metrics).toMatch(/breakwater_webhook_events_total\{delivery="delivered"\} [1-9]/);
  });
});
