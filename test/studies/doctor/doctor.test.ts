import { describe, expect, it } from "vitest";
import { PortError } from "../../../src/ports/errors.ts";
import type { DoctorPorts } from "../../../src/studies/doctor/collect.ts";
import { runDoctor } from "../../../src/studies/doctor/doctor.ts";
import { someTerms } from "../../support/builders/loans.ts";
import { healthyFacts, NOW } from "../../support/doctor/healthy-facts.ts";

const facts = healthyFacts();
const [fleet] = facts.fleets;
const patient = { subject: "me", namespace: "system", leaseName: "breakwater" };
const refused = async (): Promise<never> => {
  throw new PortError("forbidden", "listing things: 403 Forbidden");
};

/** Ports that read the cluster in which nothing is wrong. */
function ports(changes: Partial<DoctorPorts> = {}): DoctorPorts {
  const simulated = {
    kind: "simulated" as const,
    read: async () => ({ count: null, refusals: [] }),
    write: refused,
    spare: refused,
  };
  return {
    clock: { now: () => NOW },
    store: { read: async () => facts.desired },
    nodes: { list: async () => facts.nodes },
    workloads: { read: async () => facts.workloads },
    signals: { read: async () => fleet?.snapshot ?? (await refused()) },
    series: { read: async () => fleet?.series ?? (await refused()) },
    backends: { simulated },
    survey: {
      access: async (questions) =>
        questions.map(() => ({ kind: "answered", allowed: true, group: "", resource: "x" })),
      nodeLabels: async () => facts.nodeLabels,
      budgets: async () => [],
      pods: async () => [],
      routers: async () => [],
      nodeTimeouts: async () => [],
    },
    ...changes,
  };
}

const examined = async (changes: Partial<DoctorPorts>) => {
  const { findings } = await runDoctor(ports(changes), patient);
  return findings.filter(({ severity }) => severity !== "ok");
};

describe("doctor", () => {
  it("counts what it found", async () => {
    const examination = await runDoctor(ports(), patient);
    expect(examination).toMatchObject({ schemaVersion: 1, checkedAt: NOW });
    expect(examination.counts).toEqual({
      blocker: 0,
      warning: 0,
      ok: examination.findings.length,
    });
  });

  it.each<readonly [string, Partial<DoctorPorts>, string, string]>([
    ["nodes", { nodes: { list: refused } }, "Nodes", "blocker"],
    ["pods", { workloads: { read: refused } }, "Pods", "blocker"],
    [
      "budgets",
      { survey: { ...ports().survey, budgets: refused } },
      "PodDisruptionBudgets",
      "warning",
    ],
    ["rights", { survey: { ...ports().survey, access: refused } }, "RBAC", "warning"],
    [
      "timeouts",
      { survey: { ...ports().survey, nodeTimeouts: refused } },
      "node timeouts",
      "warning",
    ],
    ["routing", { survey: { ...ports().survey, routers: refused } }, "Services", "warning"],
    [
      "their pods",
      { survey: { ...ports().survey, pods: refused } },
      "Pods of the fleets' namespaces",
      "warning",
    ],
  ])("says that it could not read %s, and goes on", async (_what, changes, where, severity) => {
    expect(await examined(changes)).toContainEqual(
      expect.objectContaining({ where, severity, found: "listing things: 403 Forbidden" }),
    );
  });

  it("lists the pods of the fleets' namespaces once, for all that looks at them", async () => {
    const listed: (readonly string[])[] = [];
    const given: number[] = [];
    const pods = [
      {
        namespace: "agents",
        name: "coder-0",
        labels: {},
        tolerations: [],
        boundBy: [],
        avoids: [],
      },
    ];
    const survey = {
      ...ports().survey,
      pods: async (namespaces: readonly string[]) => {
        listed.push(namespaces);
        return pods;
      },
      budgets: async (_namespaces: readonly string[], covered: readonly unknown[]) => {
        given.push(covered.length);
        return [];
      },
    };
    const lending = facts.desired.pools.map((pool) => ({ ...pool, loan: someTerms() }));
    const store = { read: async () => ({ ...facts.desired, pools: lending }) };
    expect(await examined({ survey, store })).toMatchObject([
      { severity: "blocker", check: "loans" },
      { severity: "warning", check: "loans" },
    ]);
    expect([listed, given]).toEqual([[["agents"]], [1]]);
  });

  it("asks nothing about pools and fleets that it could not read", async () => {
    expect(await examined({ store: { read: refused } })).toMatchObject([
      { severity: "blocker", where: "RackPools and InferenceFleets" },
    ]);
  });

  it.each<readonly [string, DoctorPorts["backends"], string]>([
    [
      "fails",
      { simulated: { kind: "simulated", read: refused, write: refused, spare: refused } },
      "403",
    ],
    ["is none of ours", {}, "no backend for kind simulated"],
  ])("says so of a pool's object whose backend %s", async (_what, backends, text) => {
    expect(await examined({ backends })).toMatchObject([
      { severity: "blocker", check: "pool-objects", found: expect.stringContaining(text) },
    ]);
  });

  it("does not take a bug for a finding", async () => {
    const bug = async (): Promise<never> => {
      throw new TypeError("x is undefined");
    };
    await expect(runDoctor(ports({ nodes: { list: bug } }), patient)).rejects.toThrow(TypeError);
  });
});
