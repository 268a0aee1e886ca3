import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTROLLER, installChart } from "../support/chart.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { type Raw, rawDecision, rawFleet, rawOverride, rawPool } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["helm"]);

/** People, and the chart's role that each is bound to. Mallory may write decisions, not approve. */
const ROLES: Readonly<Record<string, string>> = {
  alice: "breakwater-approver",
  bob: "breakwater-approver",
  mallory: "decision-editor",
  oncall: "breakwater-operator",
  modeler: "breakwater-fleet-editor",
  platform: "breakwater-configurer",
};

const DECISION = "gb200-a-out-1";
const yes = (by: string, reason = "") => ({ by, verdict: "Approve", reason });
const no = (by: string, reason = "") => ({ by, verdict: "Reject", reason });

describe.skipIf(missing !== "")(`who may what, on a real API server ${missing}`, () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    const users = Object.fromEntries(Object.keys(ROLES).map((user) => [user, []]));
    plane = await startControlPlane({ users });
    await installChart(plane);
    await plane.mustKubectl(["create", "namespace", "agents"]);
    await plane.apply(decisionEditor(), ...Object.entries(ROLES).map(binding));
    await policiesInForce();
    await attempt("admin", rawPool());
    await attempt("admin", rawFleet({ mode: { scaleOut: "Approve" } }));
    await attempt(CONTROLLER, rawDecision());
  });
  afterAll(() => plane?.stop());

  /** Creates or changes an object as somebody; "ok", or what the API server said. */
  async function attempt(user: string, object: object, ...flags: readonly string[]) {
    const args = ["create", "-f", "-", ...flags];
    const { code, stderr } = await plane.kubectl(args, { as: user, stdin: JSON.stringify(object) });
    return code === 0 ? "ok" : stderr;
  }

  async function change(user: string, object: string, patch: Raw, ...flags: readonly string[]) {
    const args = ["patch", object, "--namespace=agents", "--type=merge", ...flags];
    const merge = `-p=${JSON.stringify(patch)}`;
    const { code, stderr } = await plane.kubectl([...args, merge], { as: user });
    return code === 0 ? "ok" : stderr;
  }

  /** A policy is in force some seconds after it exists: each is asked for its refusal. */
  async function policiesInForce(): Promise<void> {
    const dry = "--dry-run=server";
    await untilTrue("decisions to be the controller's", async () => {
      const answer = await attempt("admin", rawDecision(), dry);
      return answer.includes("are written by the controller") || answer;
    });
    await untilTrue("fleets to ask for configure", async () => {
      const fleet = rawFleet({ mode: { scaleOut: "Auto" } });
      const answers = [
        await attempt("modeler", fleet, dry),
        await attempt("modeler", rawPool(), dry),
      ];
      return (answers[0]?.includes("lacks verb configure") ?? false) || answers;
    });
    await untilTrue("pools to ask for configure", async () => {
      await attempt("admin", rawPool({}, "probe"));
      const grown = { spec: { limits: { maxRacks: 99 } } };
      const answer = await change("mallory", "rpool/probe", grown, dry);
      return answer.includes("lacks verb configure") || answer;
    });
    await attempt("admin", rawFleet({}, "probe"));
    await attempt(CONTROLLER, rawDecision({}, "probe"));
    await untilTrue("floors to be limited", async () => {
      const floor = rawOverride({ fleet: "probe", floorRacks: 99 }, "probe");
      const answer = await attempt("oncall", floor, dry);
      return answer.includes("spec.floorRacks: found 99") || answer;
    });
    await untilTrue("approvals to ask for the verb", async () => {
      const spec = { approvals: [yes("mallory")] };
      const answer = await change("mallory", "sdec/probe", { spec }, dry);
      return answer.includes("lacks verb approve") || answer;
    });
  }

  describe("decisions", () => {
    it.each(["admin", "alice", "mallory"])("%s may not create one", async (user) => {
      expect(await attempt(user, rawDecision({}, "mine"))).toMatch(
        /are written by the controller|cannot create resource/,
      );
    });

    it("the controller may, but not with a verdict in it", async () => {
      const approved = rawDecision({ approvals: [yes("alice")] }, "forged");
      expect(await attempt(CONTROLLER, approved)).toContain("created without verdicts");
      expect(await attempt(CONTROLLER, rawDecision({}, "gb200-a-out-2"))).toBe("ok");
    });

    it("the controller may not approve, and only it says how a decision stands", async () => {
      const spec = { approvals: [yes(CONTROLLER)] };
      expect(await change(CONTROLLER, `sdec/${DECISION}`, { spec })).toContain(
        "lacks verb approve",
      );
      const status = { status: { phase: "Approved" } };
      const flag = "--subresource=status";
      expect(await change(CONTROLLER, `sdec/${DECISION}`, status, flag)).toBe("ok");
      expect(await change("admin", `sdec/${DECISION}`, status, flag)).toContain(
        "are written by the controller",
      );
    });

    const cases: readonly (readonly [string, string, Raw, string])[] = [
      [
        "without the verb nobody approves",
        "mallory",
        { approvals: [yes("mallory")] },
        "spec.approvals: mallory lacks verb approve on scaledecisions agents/gb200-a-out-1",
      ],
      [
        "nobody approves in another's name",
        "alice",
        { approvals: [yes("bob")] },
        "spec.approvals: found a verdict by bob, expected only your own, by: alice",
      ],
      ["an approver approves", "alice", { approvals: [yes("alice", "fine")] }, "ok"],
      ["a yes is turned into a no by whoever gave it", "alice", { approvals: [no("alice")] }, "ok"],
      [
        "a no is not turned into a yes",
        "alice",
        { approvals: [yes("alice", "fine")] },
        "a verdict once given is not withdrawn",
      ],
      [
        "a verdict is not withdrawn, by nobody",
        "bob",
        { approvals: [] },
        "a verdict once given is not withdrawn",
      ],
      [
        "a second verdict of one person is refused",
        "alice",
        { approvals: [no("alice"), yes("alice", "again")] },
        "Duplicate value",
      ],
      ["a second person adds theirs", "bob", { approvals: [no("alice"), yes("bob")] }, "ok"],
      [
        "what was consented to is not changed",
        "alice",
        { consent: { toRacksAtMost: 9 } },
        "spec.consent",
      ],
      ["nor by the controller", CONTROLLER, { requiredApprovals: 0 }, "spec.requiredApprovals"],
    ];
    it.each(cases)("%s", async (_name, user, spec, expected) => {
      expect(await change(user, `sdec/${DECISION}`, { spec })).toContain(expected);
    });
  });

  describe("fleets", () => {
    const guarded: readonly (readonly [string, Raw])[] = [
      ["mode", { mode: { scaleOut: "Auto" } }],
      ["racks", { racks: { max: 9 } }],
      ["budget", { budget: { usdPerDay: "1" } }],
      ["confirm", { confirm: [{ name: "all" }] }],
      ["cacheVeto", { cacheVeto: "Off" }],
    ];
    it.each(guarded)("%s is not for the model team", async (field, spec) => {
      const answer = await change("modeler", "ifleet/coder", { spec });
      expect(answer).toContain(`spec.${field}: modeler lacks verb configure`);
    });
    it.each(guarded)("%s is for who may configure", async (_field, spec) => {
      expect(await change("platform", "ifleet/coder", { spec }, "--dry-run=server")).toBe("ok");
    });

    it("all else is the model team's", async () => {
      const spec = { headroom: "Safe", behavior: { reviewInterval: 30 } };
      expect(await change("modeler", "ifleet/coder", { spec })).toBe("ok");
    });

    it("a new one in Shadow mode is free, one that acts is not", async () => {
      expect(await attempt("modeler", rawFleet({}, "chat"))).toBe("ok");
      const acting = rawFleet({ mode: { scaleIn: "Auto" } }, "search");
      expect(await attempt("modeler", acting)).toContain("spec.mode: modeler lacks verb configure");
      expect(await attempt("platform", acting)).toBe("ok");
    });
  });

  describe("pools", () => {
    it.each([
      ["limits", { limits: { maxRacks: 9 } }],
      ["price", { price: { usdPerRackHour: "1" } }],
      ["consumers", { consumers: [] }],
    ])("%s are for who may configure", async (_field, spec) => {
      const answer = await change("mallory", "rpool/gb200-a", { spec });
      expect(answer).toContain("spec: mallory lacks verb configure on rackpools gb200-a");
      expect(await change("platform", "rpool/gb200-a", { spec }, "--dry-run=server")).toBe("ok");
    });

    it("creating one as well, labels are free", async () => {
      expect(await attempt("mallory", rawPool({}, "mine"))).toContain("lacks verb configure");
      expect(await attempt("platform", rawPool({}, "ours"))).toBe("ok");
      const labels = { metadata: { labels: { team: "a" } } };
      expect(await change("mallory", "rpool/gb200-a", labels)).toBe("ok");
    });

    it("their status is the controller's", async () => {
      const patch = { status: { desiredRacks: 4 } };
      const flag = "--subresource=status";
      expect(await change(CONTROLLER, "rpool/gb200-a", patch, flag)).toBe("ok");
      const answer = await change("platform", "rpool/gb200-a", patch, flag);
      expect(answer).toContain("cannot get resource");
    });
  });

  describe("overrides", () => {
    const cases: readonly (readonly [string, string, Raw, string])[] = [
      ["on-call pauses", "oncall", { pause: { out: true, in: true } }, "ok"],
      ["on-call sets a ceiling", "oncall", { ceilingRacks: 1 }, "ok"],
      ["on-call sets a floor within the fleet's limit", "oncall", { floorRacks: 8 }, "ok"],
      [
        "a floor beyond it is not on-call's",
        "oncall",
        { floorRacks: 9 },
        "spec.floorRacks: found 9, expected at most 8 (spec.racks.max of InferenceFleet coder)",
      ],
      ["but is for who may configure", "platform", { floorRacks: 9 }, "ok"],
      ["others may not override", "modeler", {}, "cannot create resource"],
    ];
    it.each(cases)("%s", async (_name, user, spec, expected) => {
      const name = `o${cases.findIndex(([, by, what]) => by === user && what === spec)}`;
      expect(await attempt(user, rawOverride({ pause: {}, ...spec }, name))).toContain(expected);
    });

    it("a floor is not raised beyond it later either", async () => {
      await attempt("oncall", rawOverride({ floorRacks: 2 }, "later"));
      const answer = await change("oncall", "fover/later", { spec: { floorRacks: 20 } });
      expect(answer).toContain("spec.floorRacks: found 20");
      expect(await change("oncall", "fover/later", { spec: { floorRacks: 3 } })).toBe("ok");
    });
  });
});

/** Rights on the objects without the verbs: what a role written by hand may look like. */
function decisionEditor(): object {
  const rule = (resources: readonly string[], verbs: readonly string[]) => ({
    apiGroups: ["breakwater.dev"],
    resources,
    verbs,
  });
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "decision-editor" },
    rules: [
      rule(["scaledecisions"], ["get", "list", "create", "update", "patch"]),
      rule(["rackpools"], ["get", "list", "create", "update", "patch"]),
    ],
  };
}

function binding([user, role]: readonly [string, string]): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `${user}-${role}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  };
}
