import { describe, expect, it } from "vitest";
import { isHeld, isSchedulable, isServing } from "../../src/sim/rack-state.ts";
import type { SimNode, SimPod, SimRack } from "../../src/sim/rack-state.ts";

const node: SimNode = {
  name: "n1",
  uid: "u1",
  createdAt: 0,
  labelled: true,
  ready: true,
  cordoned: false,
  failed: false,
};
const unit = { since: 0, accepting: true, running: new Set<never>(), onEmpty: null };
const pod: SimPod = {
  name: "p1",
  uid: "u2",
  fleet: "agents/coder",
  nodes: [node],
  unit,
  readySince: 0,
  terminating: false,
  gone: false,
};
const lead = { grantMs: 1, bootMs: 1, joinMs: 1, startMs: 1 };
const rack = (phase: SimRack["phase"]): SimRack => ({ id: "r", lead, nodes: [], pods: [], phase });

describe("a node", () => {
  it.each([
    ["sound", {}, true],
    ["cordoned", { cordoned: true }, false],
    ["not Ready", { ready: false }, false],
    ["without its domain label", { labelled: false }, false],
    ["down, though the cluster has not noticed", { failed: true }, false],
  ])("that is %s", (_what, changes, schedulable) => {
    expect(isSchedulable({ ...node, ...changes })).toBe(schedulable);
  });
});

describe("a pod", () => {
  it.each([
    ["serves", {}, true],
    ["starts", { unit: null }, false],
    ["is being deleted", { terminating: true }, false],
    ["is gone", { gone: true }, false],
  ])("that %s", (_what, changes, serving) => {
    expect(isServing({ ...pod, ...changes })).toBe(serving);
  });
});

describe("a rack", () => {
  it.each([
    ["Requested", true],
    ["Arriving", true],
    ["Up", true],
    ["Releasing", false],
    ["Gone", false],
  ] as const)("that is %s is held: %s", (phase, held) => {
    expect(isHeld(rack(phase))).toBe(held);
  });
});
