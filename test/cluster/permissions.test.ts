/**
 * Every cell of the table of permissions, tried on a real API server with the chart's roles and
 * policies. Nothing is changed by it: each request is a dry run.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type KubeConnection } from "../../src/adapters/kubernetes/connection.ts";
import { CONTROLLER, installChart } from "../support/chart.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { COREWEAVE_NODE_POOL } from "../support/crds/foreign-kinds.ts";
import type { Deed, Request } from "../support/permissions/deed.ts";
import { ANSWERED, COLLEAGUE, NO, OPEN } from "../support/permissions/on-decisions.ts";
import { GUARDED } from "../support/permissions/on-fleets.ts";
import { GLASS, SIGNED } from "../support/permissions/on-the-rest.ts";
import { DEEDS } from "../support/permissions/page.ts";
import {
  bindings,
  ELSEWHERE,
  HOME,
  PEOPLE,
  type Person,
  userOf,
} from "../support/permissions/people.ts";
import { rawDecision, rawFleet, rawOverride, rawPool } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["helm"]);

/** What a refusal may be: not allowed or against a policy, or against a rule of the kind. */
const REFUSED: readonly number[] = [403, 422];

/** Rows with a refusal that only a policy makes, one for each: they take seconds to be in force. */
const REFUSED_BY_POLICY: readonly string[] = [
  "say yes in another's name",
  "make one that is approved already",
  "change its mode",
  "set a floor above the fleet's limit",
  "break the glass: a floor that lifts the fleet's limit",
  "sign one in another's name, or change what another signed",
];

/** A bot of a chat system, which may speak as people who approve. */
const impersonator = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "chat-bot" },
  rules: [
    { apiGroups: [""], resources: ["users"], resourceNames: ["approver"], verbs: ["impersonate"] },
  ],
};
const botBinding = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "chat-bot" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "chat-bot" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "bot" }],
};

const asColleague = ["approver", "operator"].map((role) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name: `colleague-${role}`, namespace: HOME },
  roleRef: {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    name: `breakwater-${role}`,
  },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "colleague" }],
}));

describe.skipIf(missing !== "")(`who may what, cell by cell ${missing}`, () => {
  let plane: ControlPlane;
  const connections = new Map<string, KubeConnection>();

  beforeAll(async () => {
    const people = PEOPLE.filter((person) => person !== "controller").map(userOf);
    const users = Object.fromEntries([...people, "colleague", "bot"].map((user) => [user, []]));
    plane = await startControlPlane({ users });
    await plane.apply(COREWEAVE_NODE_POOL);
    await installChart(plane);
    for (const namespace of [HOME, ELSEWHERE]) {
      await plane.mustKubectl(["create", "namespace", namespace]);
    }
    await plane.apply(...bindings(), impersonator, botBinding);
    for (const user of [...people, "colleague", "bot", "admin"]) {
      connections.set(user, connect(plane.kubeconfig(user)));
    }
    await seed();
    await untilTrue("every policy to be in force", async () => {
      const rows = DEEDS.filter(({ deed }) => REFUSED_BY_POLICY.includes(deed));
      const found = (await Promise.all(rows.map(wrong))).flat();
      return (rows.length === REFUSED_BY_POLICY.length && found.length === 0) || found;
    });
  });
  afterAll(async () => {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
    await plane?.stop();
  });

  async function seed(): Promise<void> {
    await plane.apply(
      rawPool(),
      GUARDED,
      rawFleet({}, "chat"),
      GLASS,
      rawOverride({ pause: {}, floorRacks: 9 }, "floor"),
      { apiVersion: "v1", kind: "Secret", metadata: { name: "canary", namespace: HOME } },
      {
        apiVersion: "compute.coreweave.com/v1alpha1",
        kind: "NodePool",
        metadata: { name: "gb200-a" },
        spec: { targetRacks: 4 },
      },
      ...asColleague,
    );
    // Roles take a moment to be in force.
    await untilTrue("the colleague's override", async () => {
      const stdin = JSON.stringify(SIGNED);
      return (await plane.kubectl(["create", "-f", "-"], { as: "colleague", stdin })).code === 0;
    });
    const elsewhere = { name: OPEN, namespace: ELSEWHERE };
    for (const decision of [
      rawDecision({}, OPEN),
      rawDecision({}, ANSWERED),
      { ...rawDecision(), metadata: elsewhere },
    ]) {
      await plane.mustKubectl(["create", "-f", "-"], {
        as: CONTROLLER,
        stdin: JSON.stringify(decision),
      });
    }
    for (const [user, approvals] of [
      ["colleague", [COLLEAGUE]],
      ["approver", [COLLEAGUE, NO]],
    ] as const) {
      const merge = JSON.stringify({ spec: { approvals } });
      const args = ["patch", `sdec/${ANSWERED}`, "-n", HOME, "--type=merge", `-p=${merge}`];
      await plane.mustKubectl(args, { as: user });
    }
  }

  async function ask(person: Person, request: Request) {
    const user = userOf(person);
    const { method, path, body, as } = request;
    const asked = as ?? (person === "controller" ? user : undefined);
    // The controller has no token of its own here: the admin speaks as it, and for nobody else.
    const connection = connections.get(person === "controller" ? "admin" : user);
    if (connection === undefined) throw new Error(`${user} has no connection`);
    const response = await connection.transport({
      method,
      path: method === "GET" ? path : `${path}?dryRun=All&fieldValidation=Strict`,
      headers: {
        "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
        ...(asked !== undefined && { "impersonate-user": asked }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The cells of a row that are not as the table says. */
  async function wrong({ by, requests }: Deed): Promise<readonly string[]> {
    const found: string[] = [];
    for (const person of PEOPLE) {
      for (const request of requests(userOf(person))) {
        if (person === "controller" && request.as !== undefined) continue;
        const { status, text } = await ask(person, request);
        const expected = by.includes(person) ? status < 300 : REFUSED.includes(status);
        const said = `${person}: ${request.method} ${request.path} ${JSON.stringify(request.body)}`;
        if (!expected) found.push(`${said}: ${status} ${text.slice(0, 300)}`);
      }
    }
    return found;
  }

  it.each(DEEDS.map((deed) => [`${deed.about}: ${deed.deed}`, deed] as const))(
    "%s",
    async (_name, deed) => {
      expect(await wrong(deed)).toEqual([]);
    },
  );

  describe("beyond the table", () => {
    const approvals = async (name: string): Promise<readonly string[]> => {
      const args = ["get", "sdec", name, "-n", HOME, "-o", "json"];
      const { spec } = JSON.parse(await plane.mustKubectl(args));
      return spec.approvals.map(({ by, verdict }: Record<string, string>) => `${by} ${verdict}`);
    };
    const decide = (name: string) =>
      plane.mustKubectl(["create", "-f", "-"], {
        as: CONTROLLER,
        stdin: JSON.stringify(rawDecision({}, name)),
      });
    const approve = (user: string, name: string, ...flags: readonly string[]) =>
      runCommand(
        "approve",
        name,
        `--namespace=${HOME}`,
        `--kubeconfig=${plane.kubeconfig(user)}`,
        "--reason=CHG-1",
        ...flags,
      );

    it("of two approvers at once none is lost", async () => {
      await decide("both");
      const ends = await Promise.all([approve("approver", "both"), approve("colleague", "both")]);
      expect(ends.map(({ status, stderr }) => [status, stderr])).toEqual([
        [0, ""],
        [0, ""],
      ]);
      expect([...(await approvals("both"))].sort()).toEqual([
        "approver Approve",
        "colleague Approve",
      ]);
    });

    it("a bot approves as the person who told it to, and as nobody else", async () => {
      await decide("by-bot");
      expect(await approve("bot", "by-bot")).toMatchObject({ status: 1 });
      expect(await approve("bot", "by-bot", "--as=colleague")).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("cannot impersonate"),
      });
      expect(await approve("bot", "by-bot", "--as=approver")).toMatchObject({ status: 0 });
      expect(await approvals("by-bot")).toEqual(["approver Approve"]);
    });
  });
});
