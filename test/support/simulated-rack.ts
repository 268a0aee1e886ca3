/** Builders of single racks, nodes and pods of the simulated world. */
import type { SimNode, SimPod, SimRack } from "../../src/sim/rack-state.ts";

export const aNode = (index: number, changes: Partial<SimNode> = {}): SimNode => ({
  name: `n${index}`,
  uid: `u${index}`,
  createdAt: 0,
  labelled: true,
  ready: true,
  cordoned: false,
  fenced: false,
  failed: false,
  noticed: false,
  loanFence: false,
  lentAt: null,
  ...changes,
});

export const someNodes = (count: number): SimNode[] =>
  Array.from({ length: count }, (_, index) => aNode(index));

export const aPod = (changes: Partial<SimPod> = {}): SimPod => ({
  name: "p1",
  uid: "pod-p1",
  fleet: "agents/coder",
  workload: "engines",
  role: "Aggregated",
  gpus: 8,
  nodes: [],
  revision: 0,
  replica: 1,
  readySince: 0,
  served: true,
  ejectedAt: null,
  terminating: false,
  gone: false,
  ...changes,
});

/** A rack in service; its engines start within a minute. */
export const aRack = (changes: Partial<SimRack> = {}): SimRack => ({
  id: "r1",
  lead: { grantMs: 1_000, bootMs: 1_000, joinMs: 1_000, startMs: 60_000 },
  nodes: [],
  pods: [],
  phase: "Up",
  booted: true,
  served: true,
  loaned: false,
  hangMs: 0,
  ...changes,
});
