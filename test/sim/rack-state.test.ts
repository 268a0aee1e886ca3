import { describe, expect, it } from "vitest";
import { isGranted, isHeld, isSchedulable, isServing } from "../../src/sim/rack-state.ts";
import type { SimNode, SimPod, SimRack } from "../../src/sim/rack-state.ts";

const node: SimNode = {
  name: "n1",
  uid: "u1",
  createdAt: 0,
  labelled: true,
  ready: true,
  cordoned: false,
  fenced: false,
  failed: false,
  noticed: false,
  loanFence: false,
  lentAt: null,
};
const pod: SimPod = {
  name: "p1",
  uid: "u2",
  fleet: "agents/coder",
  workload: "engines",
  role: "Aggregated",
  gpus: 8,
  nodes: [node],
  revision: 0,
  replica: 1,
  readySince: 0,
  served: true,
  ejectedAt: null,
  terminating: false,
  gone: false,
};
const lead = { grantMs: 1, bootMs: 1, joinMs: 1, startMs: 1 };
const state = { booted: true, served: true, loaned: false, hangMs: 0 };
const rack = (phase: SimRack["phase"]): SimRack => ({
  id: "r",
  lead,
  nodes: [],
  pods: [],
  phase,
  ...state,
});

describe("a node", () => {
  it.each([
    ["sound", {}, true],
    ["cordoned", { cordoned: true }, false],
    ["fenced by the provider", { fenced: true }, false],
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
    ["starts", { replica: null }, false],
    ["is being deleted", { terminating: true }, false],
    ["is gone", { gone: true }, false],
  ])("that %s", (_what, changes, serving) => {
    expect(isServing({ ...pod, ...changes })).toBe(serving);
  });
});

describe("a rack", () => {
  it.each([
    ["Requested", true, false],
    ["Arriving", true, true],
    ["Up", true, true],
    ["Repairing", true, true],
    ["Releasing", false, true],
    ["Gone", false, false],
  ] as const)("that is %s is held: %s, granted: %s", (phase, held, granted) => {
    expect(isHeld(rack(phase))).toBe(held);
    expect(isGranted(rack(phase))).toBe(granted);
  });
});
