import { describe, expect, it } from "vitest";
import { examine } from "../../../src/studies/doctor/examine.ts";
import type { ClusterFacts } from "../../../src/studies/doctor/facts.ts";
import { healthyFacts, problemsOf } from "../../support/doctor/healthy-facts.ts";

const { desired } = healthyFacts();
const without = (changes: Partial<ClusterFacts["desired"]>): Partial<ClusterFacts> => ({
  desired: { ...desired, ...changes },
});

describe("a cluster in which nothing is wrong", () => {
  it("has no finding but what is well", () => {
    expect(problemsOf(healthyFacts())).toEqual([]);
  });

  it("is told what was looked at, and what its signals never show", () => {
    const text = examine(healthyFacts()).map(({ found }) => found);
    expect(text).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^breakwater-system\/breakwater has all \d+ rights/),
        "1 RackPool and 1 InferenceFleet are valid",
        "the 1 pool object can be read and sized",
        "36 nodes in 2 whole NVLink domains",
        "144 GPUs allocatable on 36 nodes",
        "every signal is fresh, from 8 targets",
        expect.stringContaining("Turns that were abandoned while they waited"),
      ]),
    );
  });
});

describe("what was found", () => {
  it("comes with blockers first, whatever the order of the checks", () => {
    const unread = [
      { what: "PodDisruptionBudgets", why: "403", needed: false },
      { what: "Pods", why: "403", needed: true },
    ];
    const severities = examine(healthyFacts({ unread })).map(({ severity }) => severity);
    expect(severities).toEqual(severities.toSorted((a, b) => rank(a) - rank(b)));
    expect(severities.slice(0, 3)).toEqual(["blocker", "warning", "ok"]);
  });

  it.each([
    ["the controller needs it too", true, "blocker"],
    ["only this looks at it", false, "warning"],
  ])("says what could not be read: %s", (_what, needed, severity) => {
    const facts = healthyFacts({ unread: [{ what: "Pods", why: "403 Forbidden", needed }] });
    expect(problemsOf(facts)).toMatchObject([{ severity, where: "Pods", found: "403 Forbidden" }]);
  });
});

describe("objects as written", () => {
  it.each([
    ["no pool", without({ pools: [] }), "RackPool", "none in the cluster"],
    ["no fleet", without({ fleets: [] }), "InferenceFleet", "none in the cluster"],
  ])("%s is worth a warning", (_what, changes, where, found) => {
    expect(problemsOf(healthyFacts(changes))).toMatchObject([
      { severity: "warning", check: "objects", where, found },
    ]);
  });

  it("are not said to be none where they could not be read", () => {
    const unread = [{ what: "RackPools and InferenceFleets", why: "403", needed: true }];
    const facts = healthyFacts({ ...without({ pools: [], fleets: [] }), unread });
    expect(problemsOf(facts)).toHaveLength(1);
  });

  it("that do not compile block, with the field that is wrong", () => {
    const message = "spec.racks.max: found 0, expected at least 1";
    const broken = [
      { kind: "InferenceFleet", namespace: "agents", name: "chat", message } as const,
      { kind: "RackPool", namespace: "", name: "east", message } as const,
    ];
    expect(problemsOf(healthyFacts(without({ broken })))).toMatchObject([
      {
        severity: "blocker",
        where: "InferenceFleet agents/chat",
        found: message,
        fix: "kubectl edit inferencefleet -n agents chat",
      },
      { where: "RackPool east", fix: "kubectl edit rackpool east" },
    ]);
  });
});

const rank = (severity: string): number => ["blocker", "warning", "ok"].indexOf(severity);
