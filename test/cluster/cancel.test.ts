/**
 * `breakwater cancel` as people run it, on a real API server with the chart's roles and policies:
 * what it says to whom, and what is left on the decision. What the controller makes of it: the
 * crash stories and `test/core/racks/drain-step.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTROLLER, installChart } from "../support/chart.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import { type ControlPlane, startControlPlane } from "../support/control-plane/control-plane.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";
import { type Raw, rawDecision } from "../support/raw-objects.ts";

const missing = controlPlaneOrSkip(["helm"]);
const NAMESPACE = "agents";
const SHRINK: Raw = {
  direction: "In",
  consent: {
    pool: "gb200-a",
    fromRacks: 4,
    toRacksAtMost: 3,
    actBefore: "2026-12-01T19:00:00Z",
  },
  rack: "rack-7",
  victimNodeUIDs: ["uid-1"],
  drainDeadline: "2026-12-01T19:00:00Z",
};
const INC = "--reason=INC-4711";

/** People, and the chart's role that each is bound to; the viewer may look. */
const ROLES = { alice: "breakwater-approver", viewer: "view-decisions" } as const;

interface Decision {
  readonly spec: { readonly approvals: readonly Raw[] };
  readonly status?: Raw;
}

describe.skipIf(missing !== "")(`breakwater cancel on a real API server ${missing}`, () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane({ users: { alice: [], viewer: [] } });
    await installChart(plane);
    await plane.mustKubectl(["create", "namespace", NAMESPACE]);
    await plane.apply(viewer(), ...Object.entries(ROLES).map(binding));
    await untilTrue("decisions to be the controller's", async () => {
      const answer = await create("admin", rawDecision(), "--dry-run=server");
      return answer.includes("are written by the controller") || answer;
    });
  });
  afterAll(() => plane?.stop());

  async function create(as: string, object: object, ...flags: readonly string[]): Promise<string> {
    const args = ["create", "-f", "-", ...flags];
    const { code, stderr } = await plane.kubectl(args, { as, stdin: JSON.stringify(object) });
    return code === 0 ? "" : stderr;
  }

  /** A decision as the controller leaves it in that phase. */
  async function decisionIn(phase: string, name: string, spec: Raw = {}): Promise<void> {
    expect(await create(CONTROLLER, rawDecision(spec, name))).toBe("");
    const status = JSON.stringify({ status: { phase } });
    const args = ["patch", `sdec/${name}`, "-n", NAMESPACE, "--subresource=status"];
    const { stderr } = await plane.kubectl([...args, "--type=merge", `-p=${status}`], {
      as: CONTROLLER,
    });
    expect(stderr).toBe("");
  }

  const cancel = (user: keyof typeof ROLES, name: string, ...flags: readonly string[]) =>
    runCommand("cancel", name, "-n", NAMESPACE, `--kubeconfig=${plane.kubeconfig(user)}`, ...flags);

  const read = async (name: string): Promise<Decision> =>
    JSON.parse(await plane.mustKubectl(["get", `sdec/${name}`, "-n", NAMESPACE, "-o", "json"]));

  it.each([
    ["a growth that waits for approval", "Pending", "grow-1", {}],
    ["a growth that is carried out", "Executing", "grow-2", {}],
    ["a scale-in that waits for approval", "Pending", "shrink-1", SHRINK],
    ["a scale-in that is approved", "Approved", "shrink-2", SHRINK],
    ["a scale-in whose rack is being drained", "Executing", "shrink-3", SHRINK],
  ])("gives up %s", async (_what, phase, name, spec) => {
    await decisionIn(phase, name, spec);
    const { status, stdout } = await cancel("alice", name, INC);
    expect(status).toBe(0);
    expect(stdout).toContain(`agents/${name} (${phase}) is refused by alice: INC-4711`);
    expect(stdout).toContain(`kubectl get scaledecision ${name} -n agents --watch`);
    const left = await read(name);
    expect(left.spec.approvals).toEqual([{ by: "alice", verdict: "Reject", reason: "INC-4711" }]);
    // What becomes of it is the controller's to say.
    expect(left.status).toMatchObject({ phase });
  });

  it("turns the caller's own yes", async () => {
    await decisionIn("Approved", "shrink-4", SHRINK);
    const spec = { approvals: [{ by: "alice", verdict: "Approve", reason: "quiet week" }] };
    const args = ["patch", "sdec/shrink-4", "-n", NAMESPACE, "--type=merge"];
    await plane.mustKubectl([...args, `-p=${JSON.stringify({ spec })}`], { as: "alice" });
    expect(await cancel("alice", "shrink-4", INC)).toMatchObject({ status: 0 });
    expect((await read("shrink-4")).spec.approvals).toMatchObject([{ verdict: "Reject" }]);
  });

  it.each(["Done", "Cancelled", "Rejected"])(
    "says that one that is %s has nothing left to cancel, and leaves it",
    async (phase) => {
      const name = `closed-${phase.toLowerCase()}`;
      await decisionIn(phase, name, SHRINK);
      const { status, stderr } = await cancel("alice", name, INC);
      expect(status).toBe(1);
      expect(stderr).toContain(`agents/${name} is ${phase}: found nothing left to cancel`);
      expect((await read(name)).spec.approvals).toEqual([]);
    },
  );

  it("says that there is no decision of that name", async () => {
    const { status, stderr } = await cancel("alice", "gb200-a-in-99", INC);
    expect(status).toBe(1);
    expect(stderr).toMatch(/gb200-a-in-99.*not found/);
  });

  it("and `approve` and `reject` give a verdict, each in the name of who gives it", async () => {
    await decisionIn("Pending", "grow-3");
    const asked = (user: keyof typeof ROLES, verb: string) => {
      const kubeconfig = `--kubeconfig=${plane.kubeconfig(user)}`;
      return runCommand(verb, "grow-3", "-n", NAMESPACE, kubeconfig, INC);
    };
    const yes = await asked("alice", "approve");
    expect([yes.status, yes.stdout]).toEqual([0, expect.stringContaining("1 of 2 have approved")]);
    expect(yes.stdout).toContain(
      "agents/grow-3: Out for coder, RackPool gb200-a, from 4 to at most",
    );
    const again = await asked("alice", "approve");
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining("before")]);
    const stranger = await asked("viewer", "approve");
    expect([stranger.status, stranger.stderr]).toEqual([
      1,
      expect.stringContaining("cannot patch"),
    ]);
    const no = await asked("alice", "reject");
    expect([no.status, no.stdout]).toEqual([0, expect.stringContaining("Rejected by alice")]);
    expect((await read("grow-3")).spec.approvals).toEqual([
      { by: "alice", verdict: "Reject", reason: "INC-4711" },
    ]);
  });

  it("says what whoever may not is not allowed, and leaves the decision", async () => {
    await decisionIn("Executing", "shrink-5", SHRINK);
    const { status, stderr } = await cancel("viewer", "shrink-5", INC);
    expect(status).toBe(1);
    expect(stderr).toMatch(/viewer.*cannot patch resource "scaledecisions"/);
    expect((await read("shrink-5")).spec.approvals).toEqual([]);
  });

  it.each([
    ["a reason", "shrink-5", [], "--reason"],
    ["a kubeconfig that there is", "shrink-5", [INC, "--kubeconfig=/nowhere"], "/nowhere"],
  ])("asks for %s", async (_what, name, flags, expected) => {
    const { status, stderr } = await cancel("alice", name, ...flags);
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });
});

const viewer = (): object => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "view-decisions" },
  rules: [{ apiGroups: ["breakwater.dev"], resources: ["scaledecisions"], verbs: ["get", "list"] }],
});

const binding = ([user, role]: readonly [string, string]): object => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: `${user}-${role}` },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
});
