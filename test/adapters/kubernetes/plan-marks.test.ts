import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/adapters/kubernetes/machine-kind.ts";
import { type MarkPlan, planMarks } from "../../../src/adapters/kubernetes/plan-marks.ts";

const MARKED = 80;
const HEALTHY = 20;
const UNHEALTHY = 50;

const machine = (name: string, changes: Partial<Machine> = {}): Machine => ({
  at: {
    resource: { apiVersion: "cluster.x-k8s.io/v1beta2", plural: "machines", kind: "Machine" },
    namespace: "infra",
    name,
  },
  uid: `uid-${name}`,
  node: `node-${name}`,
  nodeUid: "",
  terminating: false,
  granted: true,
  owner: "set",
  marked: false,
  rank: HEALTHY,
  problem: "",
  ...changes,
});
const nodeless = (name: string): Machine => machine(name, { node: "", rank: UNHEALTHY });
const ref = (name: string) => ({ name: `node-${name}`, uid: `node-uid-${name}` });
const names = (plan: MarkPlan) =>
  plan.kind === "Mark" ? plan.machines.map(({ at }) => at.name) : plan.text;

const A = machine("a");
const B = machine("b");
const C = machine("c");
const D = machine("d");
const RACK = [ref("c"), ref("d")];

describe("the Machines of an emptied rack", () => {
  it.each([
    ["are marked", [A, B, C, D], ["c", "d"]],
    ["are marked again", [A, B, { ...C, marked: true, rank: MARKED }, D], ["c", "d"]],
    ["are marked whatever is wrong with them", [A, B, { ...C, rank: UNHEALTHY }, D], ["c", "d"]],
    [
      "are marked when the node is the one that the Machine records",
      [A, B, { ...C, nodeUid: "node-uid-c" }, D],
      ["c", "d"],
    ],
  ])("%s", (_what, machines, expected) => {
    expect(names(planMarks(machines, { victims: RACK, from: 4, to: 2 }, MARKED))).toEqual(expected);
  });

  it.each([
    [
      "one is being deleted",
      [A, { ...B, terminating: true }, C, D],
      /found 3 Machines that are not being deleted, expected 4/,
    ],
    ["one more is being made", [A, B, C, D, nodeless("e")], /found 5 Machines .* expected 4/],
    [
      "two sets have them",
      [A, B, C, { ...D, owner: "other" }],
      /belong to other and set: a rollout is under way/,
    ],
    [
      "a node has none",
      [A, B, C, { ...D, node: "node-x" }],
      /found no Machine of node node-d, expected one to mark/,
    ],
    [
      "a node was replaced under its name",
      [A, B, { ...C, nodeUid: "another" }, D],
      /found no Machine of node node-c/,
    ],
    ["another is marked too", [A, { ...B, rank: MARKED }, C, D], /Machine b could go before/],
  ])("are not marked while %s", (_what, machines, text) => {
    const plan = planMarks(machines, { victims: RACK, from: 4, to: 2 }, MARKED);
    expect(plan).toEqual({ kind: "Refuse", text: expect.stringMatching(text) });
  });

  it.each([
    ["and as many never became nodes", [A, B, C, nodeless("d")], ["c"]],
    ["and more never became nodes", [A, nodeless("b"), C, nodeless("d")], /2 never became nodes/],
    ["and none is missing", [A, B, C, D], /has 1 Machines, and 0 never became nodes/],
    [
      "and another could go for the missing one",
      [A, { ...B, rank: UNHEALTHY }, C, nodeless("d")],
      /Machine b could go before the rack's/,
    ],
  ])("are marked where the rack is short of nodes %s, or not", (_what, machines, expected) => {
    const plan = planMarks(machines, { victims: [ref("c")], from: 4, to: 2 }, MARKED);
    if (expected instanceof RegExp) expect(names(plan)).toMatch(expected);
    else expect(names(plan)).toEqual(expected);
  });

  it("are not marked when there are more than the count goes down by", () => {
    const plan = planMarks([A, B, C, D], { victims: RACK, from: 4, to: 3 }, MARKED);
    expect(names(plan)).toMatch(/the rack has 2 Machines, the count would go down by 1/);
  });

  const drawn = fc.record({
    node: fc.boolean(),
    rank: fc.constantFrom(HEALTHY, UNHEALTHY, MARKED),
    terminating: fc.boolean(),
    victim: fc.boolean(),
  });

  it("are those that go, and nothing else that is a node, however ties fall", () => {
    const property = fc.property(
      fc.array(drawn, { minLength: 1, maxLength: 8 }),
      fc.nat({ max: 8 }),
      (draws, to) => {
        const machines = draws.map(({ node, rank, terminating }, i) =>
          machine(`${i}`, { node: node ? `node-${i}` : "", rank, terminating }),
        );
        const wanted = draws.flatMap(({ victim, node }, i) => (victim && node ? [`${i}`] : []));
        const from = machines.filter(({ terminating }) => !terminating).length;
        fc.pre(to < from);
        const plan = planMarks(machines, { victims: wanted.map(ref), from, to }, MARKED);
        fc.pre(plan.kind === "Mark");
        const marked = new Set(names(plan));
        const alive = machines.filter(({ terminating }) => !terminating);
        const rankOf = ({ at, rank }: Machine) => (marked.has(at.name) ? MARKED : rank);
        const spared = ({ at, node }: Machine) => (wanted.includes(at.name) || node === "" ? 1 : 0);
        const order = alive.toSorted((a, b) => rankOf(b) - rankOf(a) || spared(a) - spared(b));
        const gone = order.slice(0, from - to).filter(({ node }) => node !== "");
        expect(gone.map(({ at }) => at.name).toSorted()).toEqual(wanted);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});
