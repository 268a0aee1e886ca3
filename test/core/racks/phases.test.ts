import { describe, expect, it } from "vitest";
import type { RackObservation } from "../../../src/core/observation.ts";
import {
  isServing,
  rackOwner,
  rackSummary,
  racksByPhase,
  rememberRacks,
  usableNodes,
} from "../../../src/core/racks/phases.ts";
import type { RackContext } from "../../../src/core/racks/phases.ts";
import { MINUTE_MS, after, gpuCount, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import {
  CODER,
  NOW,
  aDrain,
  aPod,
  aPoolObservation,
  aRack,
} from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const seenServing = (minutes: number) => ({ firstAt: ago(minutes + 30), servingAt: ago(minutes) });
const NEVER_SERVED = { firstAt: ago(30), servingAt: null };

const context = (changes: Partial<RackContext> = {}): RackContext => ({
  now: NOW,
  pool: aPool(),
  fleets: [aSmallFleet()],
  intents: [],
  count: aPoolObservation(4).count,
  seen: seenServing(60),
  ...changes,
});

const phase = (rack: RackObservation, changes: Partial<RackContext> = {}) =>
  rackSummary(rack, context(changes)).phase;

const nodes = (ready: number, total = 18): RackObservation => {
  const rack = aRack("rack-0", { nodes: total, pods: 0 });
  return { ...rack, nodes: rack.nodes.map((node, n) => ({ ...node, ready: n < ready })) };
};
const starting = aRack("rack-0", { pod: { ready: false } });

/** 18 nodes, 16 of them usable make a rack; warm after 30 minutes. */
describe("the phase of a rack", () => {
  it.each([
    ["Joining", "too few nodes are Ready and it never served", nodes(15), { seen: NEVER_SERVED }],
    ["Joining", "it is seen for the first time, incomplete", nodes(1, 3), { seen: undefined }],
    ["Repairing", "too few nodes are Ready and it once served", nodes(15), {}],
    ["Joining", "its label is missing", { ...nodes(18), id: "unlabelled" }, { seen: NEVER_SERVED }],
    ["Idle", "it is complete and nothing runs on it", nodes(16), {}],
    ["Idle", "only a stranger's pods run on it", aRack("rack-0", { pod: { fleet: null } }), {}],
    ["Starting", "its engines are not ready", starting, {}],
    ["Warming", "it serves, for less than 30 minutes", aRack("rack-0"), { seen: seenServing(29) }],
    ["Serving", "it serves for 30 minutes", aRack("rack-0"), { seen: seenServing(30) }],
    ["Warming", "it serves a fleet that is not known", aRack("rack-0"), { fleets: [] }],
    ["Draining", "a drain of it executes", aRack("rack-0"), { intents: [aDrain()] }],
    ["Draining", "it is empty, the count not yet lowered", nodes(18), { intents: [aDrain()] }],
    [
      "Releasing",
      "the count is lowered",
      nodes(18),
      { intents: [aDrain()], count: aPoolObservation(3).count },
    ],
    [
      "Serving",
      "a drain of it only waits",
      aRack("rack-0"),
      { intents: [aDrain({ phase: "Pending" })] },
    ],
    ["Serving", "another rack drains", aRack("rack-1"), { intents: [aDrain()] }],
  ] as const)("%s when %s", (expected, _, rack, changes) => {
    expect(phase(rack, changes)).toBe(expected);
  });

  it.each([
    [18, false],
    [16, false],
    [15, true],
  ])("with %i usable nodes a serving rack is degraded: %s", (ready, degraded) => {
    const rack = { ...nodes(ready), pods: aRack("rack-0").pods };
    expect(rackSummary(rack, context())).toMatchObject({ phase: "Serving", degraded });
  });

  it("Warming and Serving racks serve, no others", () => {
    const phases = ["Joining", "Starting", "Warming", "Serving", "Draining", "Idle"] as const;
    expect(phases.filter(isServing)).toEqual(["Warming", "Serving"]);
  });
});

describe("usable nodes", () => {
  it("are Ready and have all their GPUs", () => {
    const lame = aRack("rack-0", { node: { gpusAllocatable: gpuCount(3) } });
    expect([usableNodes(lame, aPool()), usableNodes(nodes(17), aPool())]).toEqual([0, 17]);
  });
});

describe("the owner of a rack", () => {
  const writer = { fleet: "agents/writer" } as const;
  const rack = (...pods: ReturnType<typeof aPod>[]) => ({ ...aRack("r"), pods });

  it.each([
    ["nobody, without pods", rack(), null],
    ["nobody, with strangers only", rack(aPod("p", "n", { fleet: null })), null],
    [
      "whoever has most pods",
      rack(aPod("p", "n"), aPod("q", "n", writer), aPod("r", "n", writer)),
      "agents/writer",
    ],
    ["the first by name on a tie", rack(aPod("q", "n", writer), aPod("p", "n")), CODER],
  ])("%s", (_, found, owner) => {
    expect(rackOwner(found)).toBe(owner);
  });
});

describe("what is remembered of racks", () => {
  it("when they were first seen and first served, and only of those present", () => {
    const known = { "rack-0": seenServing(60), gone: seenServing(60), "rack-1": NEVER_SERVED };
    const racks = [aRack("rack-0"), nodesAs("rack-1"), nodesAs("rack-2")];
    expect(rememberRacks(racks, known, NOW)).toEqual({
      "rack-0": seenServing(60),
      "rack-1": NEVER_SERVED,
      "rack-2": { firstAt: NOW, servingAt: null },
    });
  });

  it("after a restart, since when the oldest pod is ready", () => {
    const pods = [aPod("p", "n", { readySince: ago(5) }), aPod("q", "n", { readySince: ago(9) })];
    expect(rememberRacks([{ ...aRack("r"), pods }], {}, NOW)["r"]?.servingAt).toBe(ago(9));
  });
});

const nodesAs = (id: string): RackObservation => ({ ...nodes(18), id });

describe("racks by phase", () => {
  it("counts those asked for that have no node yet as Provisioning", () => {
    const summaries = [rackOf("a", "Serving"), rackOf("b", "Serving"), rackOf("c", "Joining")];
    expect(racksByPhase(summaries, aPoolObservation(5).count)).toMatchObject({
      Serving: 2,
      Joining: 1,
      Provisioning: 2,
    });
  });

  it("does not count a rack on its way out against those asked for", () => {
    const summaries = [rackOf("a", "Serving"), rackOf("b", "Releasing")];
    expect(racksByPhase(summaries, aPoolObservation(1).count).Provisioning).toBe(0);
    expect(racksByPhase(summaries, aPoolObservation(2).count).Provisioning).toBe(1);
  });

  it("asks for nothing where the count is not known", () => {
    expect(racksByPhase([], null).Provisioning).toBe(0);
  });
});
