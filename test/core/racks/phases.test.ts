import { describe, expect, it } from "vitest";
import type { RackObservation } from "../../../src/core/observation.ts";
import { isServing, rackSummary, racksByPhase } from "../../../src/core/racks/phases.ts";
import type { RackContext } from "../../../src/core/racks/phases.ts";
import { MINUTE_MS, after, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aDrain, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const seenServing = (minutes: number) => ({ firstAt: ago(minutes + 30), servingAt: ago(minutes) });
const NEVER_SERVED = { firstAt: ago(30), servingAt: null };
/** Served once, and has had its quorum back for so many minutes. */
const backFor = (minutes: number) => ({ ...seenServing(60), quorumAt: ago(minutes) });

const context = (changes: Partial<RackContext> = {}): RackContext => ({
  now: NOW,
  pool: aPool(),
  fleets: [aSmallFleet()],
  intents: [],
  count: aPoolObservation(4).count,
  seen: seenServing(60),
  racks: [],
  before: {},
  hitRates: {},
  ...changes,
});

const phase = (rack: RackObservation, changes: Partial<RackContext> = {}) =>
  rackSummary(rack, context(changes)).phase;

const nodes = (ready: number, total = 18): RackObservation => {
  const rack = aRack("rack-0", { nodes: total, pods: 0 });
  return { ...rack, nodes: rack.nodes.map((node, n) => ({ ...node, ready: n < ready })) };
};
const starting = aRack("rack-0", { pod: { ready: false } });
const fenced = aRack("rack-0", { pods: 0, node: { fencedBy: "provider/maintenance" } });

/** 18 nodes, 16 of them usable make a rack; warm after 30 minutes; boot grace of 10 minutes. */
describe("the phase of a rack", () => {
  it.each([
    ["Joining", "too few nodes are Ready and it never served", nodes(15), { seen: NEVER_SERVED }],
    ["Joining", "it is seen for the first time, incomplete", nodes(1, 3), { seen: undefined }],
    ["Repairing", "too few nodes are Ready and it once served", nodes(15), {}],
    ["Repairing", "others fence its nodes and it once served", fenced, {}],
    ["Idle", "its nodes flap within the boot grace", nodes(2), { seen: backFor(9) }],
    ["Starting", "so do those of starting engines", starting, { seen: backFor(9) }],
    ["Repairing", "they still do after it", nodes(2), { seen: backFor(10) }],
    ["Joining", "its label is missing", { ...nodes(18), id: "unlabelled" }, { seen: undefined }],
    ["Idle", "it is complete and nothing runs on it", nodes(16), {}],
    ["Loaned", "only a stranger's pods run on it", aRack("rack-0", { pod: { fleet: null } }), {}],
    ["Starting", "its engines are not ready", starting, {}],
    ["Warming", "it serves, for less than 30 minutes", aRack("rack-0"), { seen: seenServing(29) }],
    ["Serving", "it serves for 30 minutes", aRack("rack-0"), { seen: seenServing(30) }],
    ["Warming", "it serves a fleet that is not known", aRack("rack-0"), { fleets: [] }],
    [
      "Loaned",
      "it is lent, whether anything runs on it or not",
      aRack("rack-0", { pods: 0, node: { lentAt: NOW } }),
      {},
    ],
    [
      "Loaned",
      "another rack is called back that shares a gang with it",
      nodes(18),
      { intents: [aDrain({ direction: "Reclaim", rack: "rack-9" })] },
    ],
    [
      "Draining",
      "it is emptied to be lent",
      aRack("rack-0"),
      { intents: [aDrain({ direction: "Lend" })] },
    ],
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
    [18, 60, false],
    [16, 60, false],
    [15, 60, true],
    [15, 5, false],
  ])(
    "with %i usable nodes, up for %i min, a serving rack is degraded: %s",
    (ready, up, degraded) => {
      const rack = { ...nodes(ready), pods: aRack("rack-0").pods };
      const summary = rackSummary(rack, context({ seen: backFor(up) }));
      expect(summary).toMatchObject({ phase: "Serving", degraded, readyNodes: ready });
    },
  );

  it("Warming and Serving racks serve, no others", () => {
    const phases = ["Joining", "Starting", "Warming", "Serving", "Draining", "Idle"] as const;
    expect(phases.filter(isServing)).toEqual(["Warming", "Serving"]);
  });
});

describe("racks by phase", () => {
  const serving = [rackOf("a", "Serving"), rackOf("b", "Serving")];

  it("are those with nodes and those awaited", () => {
    const awaited = (["Requested", "Provisioning", "Provisioning"] as const).map((one) => ({
      phase: one,
      waitedMs: 0,
    }));
    expect(racksByPhase({ summaries: serving, unlabelled: 0, awaited })).toMatchObject({
      Serving: 2,
      Requested: 1,
      Provisioning: 2,
    });
  });

  it("count nodes without a label as the racks that they must be of", () => {
    const summaries = [...serving, rackOf("unlabelled", "Joining", { nodes: 40 })];
    expect(racksByPhase({ summaries, unlabelled: 3, awaited: [] })).toMatchObject({
      Serving: 2,
      Joining: 3,
    });
  });
});
