/**
 * What must not be scaled is not, and somebody is told: on a real API server, with the controller
 * as a process of its own that has the chart's rights and no others. All mistakes stand at once,
 * beside one fleet without any: it must be decided on all the while.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { conditionsOf, listAt, metaOf, numberAt } from "../../src/adapters/kubernetes/decode.ts";
import {
  INFERENCE_FLEETS,
  RACK_POOLS,
  type Resource,
  SCALE_DECISIONS,
} from "../../src/adapters/kubernetes/resources.ts";
import { freePort } from "../support/control-plane/free-port.ts";
import { redecide } from "../support/cluster-world/redecide.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import type { AwkwardServers } from "../support/cluster-world/awkward-prometheus.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import { poolName } from "../support/cluster-world/fleet-objects.ts";
import { NODE_POOLS } from "../support/cluster-world/rack-provider.ts";
import {
  applied,
  CONTENT_WITH_ONE,
  FLEETS_NAMESPACE,
  type Mistake,
  THREE_RACKS,
} from "../support/cluster-world/refused-fleets.ts";
import {
  OTHER_NAMESPACE,
  type RefusalWorld,
  startRefusalWorld,
  WELL,
} from "../support/cluster-world/refusal-world.ts";
import { rawFleet, rawPool } from "../support/raw-objects.ts";

/** One test each, called what it is about. */
const named = <T extends { readonly what: string }>(cases: readonly T[]) =>
  cases.map((one) => [one.what, one] as const);

const missing = controlPlaneOrSkip(["helm", "prometheus", "node-24"]);
const CANARY = {
  token: "canary-token-7d1f",
  username: "canary-user",
  password: "canary-pass-93ab",
};

/** A fleet that is well has a pool whose NodePool is in Git, but for its count. */
const WELL_FLEET: Mistake = {
  app: WELL,
  nodePool: [
    ...applied("argocd-controller", { instanceType: "gb200-4x" }),
    ...applied("kubectl", { targetRacks: 1 }),
  ],
  pool: {
    limits: { maxRacks: 4, maxDraining: 1, maxRequestsPerHour: 10 },
    // Nobody delivers here: a rack that is late would keep the pool from being asked again.
    leadTimePrior: { grant: { p50: "10m", p95: "20m" } },
  },
};

interface Refused extends Mistake {
  readonly what: string;
  readonly reason: string;
  /** Says the place, what was found, what is expected. */
  readonly says: string;
}

const NODE_POOL = (app: string): string => `NodePool ${poolName(app)} spec`;

const POOLS: readonly Refused[] = [
  {
    what: "that the provider's autoscaler sizes",
    app: "autoscaled",
    nodePool: applied("kubectl", { targetRacks: 1, autoscaling: true }),
    reason: "PoolRefused",
    says: `${NODE_POOL("autoscaled")}.autoscaling: found true, expected false: two controllers`,
  },
  {
    what: "whose count of nodes is no multiple of a rack's",
    app: "twenty-nodes",
    nodePool: applied("kubectl", { targetNodes: 20 }),
    reason: "PoolRefused",
    says: `${NODE_POOL("twenty-nodes")}.targetNodes: found 20, expected a multiple of 18`,
  },
  {
    what: "with two counts",
    app: "both-counts",
    nodePool: applied("kubectl", { targetNodes: 18, targetRacks: 1 }),
    reason: "PoolRefused",
    says: `${NODE_POOL("both-counts")}: found both targetRacks and targetNodes, expected exactly`,
  },
  {
    what: "whose count Argo CD owns",
    app: "argo-cd",
    nodePool: applied("argocd-controller", { targetRacks: 1 }),
    reason: "PoolRefused",
    says: `${NODE_POOL("argo-cd")}.targetRacks: found it owned by argocd-controller, expected no`,
  },
  {
    what: "whose count Flux owns",
    app: "flux",
    nodePool: applied("kustomize-controller", { targetRacks: 1 }),
    reason: "PoolRefused",
    says: `${NODE_POOL("flux")}.targetRacks: found it owned by kustomize-controller, expected no`,
  },
  {
    what: "whose NodePool does not exist",
    app: "no-backend",
    nodePool: [],
    reason: "PoolUnknown",
    says:
      "RackPool gb200-no-backend spec.backend: found no compute.coreweave.com/v1alpha1 NodePool " +
      "gb200-no-backend, expected one",
  },
];

const workload = (target: object) => ({
  workloads: [{ name: "engine", target, unit: { gpus: 8 }, unitsPerRack: 8 }],
});
const place = (app: string): string => `InferenceFleet ${FLEETS_NAMESPACE}/${app} spec`;

const FLEETS: readonly Refused[] = [
  {
    what: "with a budget, above a commitment, at an unknown price",
    app: "no-price",
    pool: { supply: { kind: "Reserved", committedRacks: 1 } },
    fleet: { budget: { usdPerDay: "1000" } },
    reason: "PriceUnknown",
    says: "RackPool gb200-no-price spec.price.usdPerRackHour: found nothing, expected a price",
  },
  {
    what: "that its own pool does not list",
    app: "unlisted",
    pool: { consumers: [] },
    reason: "NotAConsumer",
    says: `${place("unlisted")}.pools[0].name: found RackPool gb200-unlisted, whose spec.consumers`,
  },
  {
    what: "that draws on another's pool",
    app: "stranger",
    nodePool: [],
    pool: null,
    fleet: { pools: [{ name: poolName(WELL) }] },
    reason: "NotAConsumer",
    says: `${place("stranger")}.pools[0].name: found RackPool gb200-well, whose spec.consumers`,
  },
  {
    what: "whose workload the controller may not read",
    app: "forbidden-kind",
    fleet: workload({ apiVersion: "apps/v1", kind: "ReplicaSet", name: "engine" }),
    reason: "WorkloadUnknown",
    says:
      `${place("forbidden-kind")}.workloads[engine].target: reading ReplicaSet agents/engine: ` +
      "403 Forbidden",
  },
  {
    what: "whose workload does not exist",
    app: "no-workload",
    fleet: workload({ apiVersion: "apps/v1", kind: "Deployment", name: "engine" }),
    reason: "WorkloadUnknown",
    says: "found no apps/v1 Deployment agents/engine, expected one",
  },
  {
    what: "whose pool does not exist",
    app: "no-pool",
    nodePool: [],
    pool: null,
    reason: "InvalidSpec",
    says: "agents/no-pool: spec.pools names gb200-no-pool; no such RackPool exists",
  },
  {
    what: "with an engine profile that nobody wrote",
    app: "no-profile",
    fleet: { model: { name: "m", profile: "h100" } },
    reason: "InvalidSpec",
    says: 'spec.model.profile: found "h100", expected one of the engine profiles',
  },
  {
    what: "whose schedule is in no time zone",
    app: "mars",
    fleet: {
      schedule: [
        {
          name: "launch",
          start: "2026-12-30T10:00:00",
          for: "1h",
          floorRacks: 2,
          timeZone: "Mars/Phobos",
        },
      ],
    },
    reason: "InvalidSpec",
    says: 'spec.schedule[0].timeZone: found "Mars/Phobos", expected an IANA time zone',
  },
];

interface Blind {
  readonly what: string;
  readonly app: string;
  readonly namespace?: string;
  readonly server: keyof AwkwardServers;
  readonly secret?: string;
  readonly says: string;
}

const BLIND: readonly Blind[] = [
  {
    what: "is refused with 401",
    app: "answers-401",
    server: "unauthorized",
    secret: "token",
    says: "HTTP 401: no such user: [redacted]; check the credentials",
  },
  {
    what: "is not found: 404",
    app: "answers-404",
    server: "not-found",
    says: "HTTP 404: 404 page not found; is the path prefix of the URL right?",
  },
  {
    what: "fails: 500",
    app: "answers-500",
    server: "failing",
    says: "HTTP 500: upstream exploded",
  },
  {
    what: "never answers",
    app: "answers-nothing",
    server: "silent",
    says: "no answer within the deadline",
  },
  {
    what: "is a login page: HTML with 200",
    app: "answers-html",
    server: "login-page",
    secret: "basic",
    says: "expected JSON, found HTML (a login page or a proxy?): <html><title>Sign in</title>",
  },
  {
    what: "needs a Secret that does not exist",
    app: "no-secret",
    server: "unauthorized",
    secret: "absent",
    says: 'reading Secret agents/absent: 404 NotFound: secrets "absent" not found',
  },
  {
    what: "needs a Secret that the controller may not read",
    app: "foreign-secret",
    namespace: OTHER_NAMESPACE,
    server: "unauthorized",
    secret: "token",
    says: `reading Secret ${OTHER_NAMESPACE}/token: 403 Forbidden`,
  },
];

function blindFleet({ app, namespace, server, secret }: Blind, awkward: AwkwardServers): Mistake {
  const secretRef = secret === undefined ? {} : { secretRef: { name: secret } };
  const prometheus = { url: awkward[server].url, ...secretRef };
  const fleet = { ...CONTENT_WITH_ONE, signals: { matchers: { job: app }, prometheus } };
  const where = namespace === undefined ? {} : { namespace };
  return { app, ...where, ...THREE_RACKS, fleet };
}

const secretNamed = (name: string, stringData: object) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace: FLEETS_NAMESPACE },
  stringData,
});

describe.skipIf(missing !== "")(`refusals on a real control plane ${missing}`, () => {
  let world: RefusalWorld;

  beforeAll(async () => {
    world = await startRefusalWorld((awkward) => ({
      mistakes: [
        WELL_FLEET,
        ...POOLS,
        ...FLEETS,
        ...BLIND.map((blind) => blindFleet(blind, awkward)),
      ],
      others: [
        secretNamed("token", { token: CANARY.token }),
        secretNamed("basic", { username: CANARY.username, password: CANARY.password }),
      ],
    }));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await world.everything());
  });
  afterAll(() => world?.stop());

  /** Waits for the condition and returns its message. */
  async function message(
    at: { readonly resource: Resource; readonly name: string; readonly namespace?: string },
    wanted: { readonly type: string; readonly status: string; readonly reason: string },
  ): Promise<string> {
    let text = "";
    await untilTrue(`${at.resource.kind} ${at.name} ${JSON.stringify(wanted)}`, async () => {
      const object = await world.client.get({ namespace: "", ...at });
      const found = conditionsOf(object).find(({ type }) => type === wanted.type);
      text = found?.message ?? "";
      const { status, reason } = wanted;
      return (found?.status === status && found.reason === reason) || object["status"];
    });
    return text;
  }
  const fleetAt = (name: string, namespace = FLEETS_NAMESPACE) => ({
    resource: INFERENCE_FLEETS,
    name,
    namespace,
  });
  /** Events follow the status that they are about. */
  async function warned(kind: string, name: string, says: string): Promise<void> {
    const about = `type=Warning,involvedObject.kind=${kind},involvedObject.name=${name}`;
    const text = "jsonpath={.items[*].message}";
    const args = ["get", "events", "-A", `--field-selector=${about}`, "-o", text];
    await untilTrue(`a warning about ${kind} ${name}`, async () => {
      const found = await world.plane.mustKubectl(args);
      return found.includes(says) || found;
    });
  }
  const racksOf = async (app: string) =>
    numberAt(
      await world.client.get({ resource: NODE_POOLS, namespace: "", name: poolName(app) }),
      "spec",
      "targetRacks",
    );

  describe("says so on the pool and on its fleet: a pool", () => {
    it.each(named(POOLS))("%s", async (_what, { app, reason, says }) => {
      const pool = { resource: RACK_POOLS, name: poolName(app) };
      const refused = { type: "Ready", status: "False", reason };
      expect(await message(pool, refused)).toContain(says);
      expect(await message(fleetAt(app), { type: "Decided", status: "True", reason })).toContain(
        says,
      );
      await warned("RackPool", poolName(app), says);
      await warned("InferenceFleet", app, says);
    });
  });

  describe("says why it is not acted on: a fleet", () => {
    it.each(named(FLEETS))("%s", async (_what, { app, reason, says }) => {
      const refused = { type: "Ready", status: "False", reason };
      expect(await message(fleetAt(app), refused)).toContain(says);
    });
  });

  describe("a fleet holds, and says at whose door it stands, when its Prometheus", () => {
    it.each(named(BLIND))("%s", async (_what, { app, namespace, says }) => {
      const untrusted = { type: "SignalsTrusted", status: "False", reason: "SignalsUntrusted" };
      const text = await message(fleetAt(app, namespace), untrusted);
      expect(text).toContain(says);
      expect(text).toContain("arrivals, ");
      await warned("InferenceFleet", app, says);
      const fleet = await world.client.get(fleetAt(app, namespace));
      expect(fleet["status"]).toMatchObject({ outcome: "Hold", heldRacks: 3, wantedRacks: 3 });
    });

    it("is asked with the credentials of the fleet's own Secret, and no others", () => {
      const { awkward } = world;
      const seen = (server: keyof AwkwardServers): ReadonlySet<string | undefined> =>
        new Set(awkward[server].received.map(({ headers }) => headers.authorization));
      const basic = Buffer.from(`${CANARY.username}:${CANARY.password}`).toString("base64");
      expect(seen("unauthorized")).toEqual(new Set([`Bearer ${CANARY.token}`]));
      expect(seen("login-page")).toEqual(new Set([`Basic ${basic}`]));
      expect(seen("failing")).toEqual(new Set([undefined]));
    });
  });

  describe("the API server refuses", () => {
    it.each([
      ["a pool without a limit", rawPool({ limits: {} }), "spec.limits.maxRacks: Required value"],
      [
        "a fleet that draws on no pool",
        rawFleet({ pools: [] }),
        "spec.pools: Invalid value: 0: spec.pools in body should have at least 1 items",
      ],
      [
        "a Prometheus that is no address",
        rawFleet({ signals: { prometheus: { url: "prom:9090" } } }),
        "spec.signals.prometheus.url: Invalid value",
      ],
    ])("%s, naming the field", async (_name, object, says) => {
      const stdin = JSON.stringify(object);
      const { code, stderr } = await world.plane.kubectl(["create", "-f", "-"], { stdin });
      expect(code).toBe(1);
      expect(stderr).toContain(says);
    });
  });

  it("the fleet that is well is trusted, grows, and goes on being decided on", async () => {
    await message(fleetAt(WELL), { type: "Ready", status: "True", reason: "Ready" });
    await message(fleetAt(WELL), {
      type: "SignalsTrusted",
      status: "True",
      reason: "SignalsTrusted",
    });
    await untilTrue("its second rack", async () => (await racksOf(WELL)) === 2 || racksOf(WELL));
    const patch = ["--type=merge", "-p", JSON.stringify({ spec: { racks: { min: 3 } } })];
    await world.plane.mustKubectl(["patch", "ifleet", WELL, "-n", FLEETS_NAMESPACE, ...patch]);
    await untilTrue("its third rack", async () => (await racksOf(WELL)) === 3 || racksOf(WELL));
  });

  it("of all the others' NodePools none was touched, and no decision was opened", async () => {
    const selection = (resource: Resource) => ({ resource, namespace: "" });
    const page = { limit: 500, next: "" };
    const nodePools = await world.client.listPage(selection(NODE_POOLS), page);
    const touched = nodePools.items.filter(
      (object) =>
        metaOf(object).generation !== 1 ||
        listAt(object, "metadata", "managedFields").some((entry) =>
          JSON.stringify(entry).includes('"manager":"breakwater"'),
        ),
    );
    expect(nodePools.items.length).toBeGreaterThan(POOLS.length + BLIND.length);
    expect(touched.map((object) => metaOf(object).name)).toEqual([poolName(WELL)]);
    const decisions = await world.client.listPage(selection(SCALE_DECISIONS), page);
    expect(decisions.items.map((object) => metaOf(object).name)).toEqual([
      `${poolName(WELL)}-out-1`,
      `${poolName(WELL)}-out-2`,
    ]);
  });

  it("the chart's rights suffice for everything but what was asked in spite of them", () => {
    const refused = world
      .printed()
      .split("\n")
      .filter((line) => line.includes("403 Forbidden"));
    const expected = `reading Secret ${OTHER_NAMESPACE}/token: 403 Forbidden`;
    expect(refused.filter((line) => !line.includes(expected))).toEqual([]);
    expect(world.printed()).not.toContain('"level":60');
  });

  it("shows no credential in logs, events, statuses, records, metrics or the API", async () => {
    const { plane, controller } = world;
    const kinds = "inferencefleets,rackpools,scaledecisions,configmaps,events,leases";
    const paths = ["fleets", "pools", "decisions", "history", "about"].map((at) => `api/v1/${at}`);
    const told = new Map([
      ["objects", await plane.mustKubectl(["get", kinds, "-A", "-o", "yaml"])],
      ["log", world.printed()],
      ["records", world.decisions()],
      ["api/v1/events", await firstOf(`${controller.url}/api/v1/events`)],
    ]);
    for (const path of ["metrics", "readyz", ...paths]) {
      const answer = await fetch(`${controller.url}/${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      told.set(path, await answer.text());
    }
    const secrets = Object.values(CANARY).flatMap((text) => [
      text,
      Buffer.from(text).toString("base64"),
    ]);
    secrets.push(Buffer.from(`${CANARY.username}:${CANARY.password}`).toString("base64"));
    const leaks = [...told].flatMap(([where, text]) =>
      secrets.flatMap((secret) => (text.includes(secret) ? [`${where}: ${secret}`] : [])),
    );
    expect(leaks).toEqual([]);
    expect(told.get("log")).toContain("[redacted]");
  });

  it("and what was decided comes out the same when decided again, on two majors of Node", () => {
    for (const result of redecide(world.decisionLog)) {
      expect(result).toMatchObject({ difference: null, withoutMemory: 0 });
    }
  });
});

describe("a kubeconfig that cannot be used ends the program before anything starts", () => {
  const dir = mkdtempSync(join(tmpdir(), "breakwater-kubeconfig-"));
  afterAll(() => rmSync(dir, { recursive: true }));

  const complete = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { token: CANARY.token } }],
    contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
  };
  it.each([
    ["a file that is missing", null, "cannot be read: ENOENT"],
    ["a directory", "", "cannot be read: EISDIR"],
    ["what is no YAML", `token: ${CANARY.token}\nusers: [`, "cannot be read: "],
    ["another object", '{"kind": "Pod"}', 'current-context is "", expected one of its contexts: '],
    [
      "one without a current context",
      JSON.stringify(complete),
      'current-context is "", expected one of its contexts: prod',
    ],
    [
      "one whose current context is unknown",
      JSON.stringify({ ...complete, "current-context": "test" }),
      'current-context is "test", expected one of its contexts: prod',
    ],
  ])("%s", async (_name, written, says) => {
    const path = written === "" ? dir : join(dir, written === null ? "absent" : "config");
    if (typeof written === "string" && written !== "") writeFileSync(path, written);
    const ended = await runCommand(
      "run",
      `--kubeconfig=${path}`,
      `--http-address=127.0.0.1:${await freePort()}`,
    );
    expect(ended).toMatchObject({ status: 2, stdout: "" });
    expect(ended.stderr).toContain(`breakwater: kubeconfig ${path}`);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toContain(CANARY.token);
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

/** The snapshot with which an event stream opens. */
async function firstOf(url: string): Promise<string> {
  const stopping = new AbortController();
  const { body } = await fetch(url, { signal: stopping.signal });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("data: ") && text.endsWith("\n\n")) break;
  }
  stopping.abort();
  return text;
}
